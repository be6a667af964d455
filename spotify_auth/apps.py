from __future__ import annotations

from django.apps import AppConfig


class SpotifyAuthConfig(AppConfig):
    """Accounts: the user, and signing in with Spotify."""

    name = "spotify_auth"
    verbose_name = "Accounts"

    def ready(self) -> None:
        """Listen to allauth; register the system checks, and what is looked after."""
        # need the app registry
        from spotify_auth import checks, receivers, rules  # noqa: F401, PLC0415

        rules.register()
