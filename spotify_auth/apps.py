from __future__ import annotations

from django.apps import AppConfig


class SpotifyAuthConfig(AppConfig):
    """Accounts: the user, and signing in with Spotify."""

    name = "spotify_auth"
    verbose_name = "Accounts"

    def ready(self) -> None:
        """Listen to allauth; register the system checks."""
        from spotify_auth import checks, receivers  # noqa: F401, PLC0415 -- needs the app registry
