from __future__ import annotations

from django.apps import AppConfig


class SpotifyAuthConfig(AppConfig):
    """Accounts: the user, and signing in with Spotify."""

    name = "spotify_auth"
    verbose_name = "Accounts"

    def ready(self) -> None:
        """Listen to allauth; register the system checks, and what is looked after."""
        from journify import housekeeping  # noqa: PLC0415 -- needs the app registry, as these do
        from spotify_auth import checks, invitations, receivers  # noqa: F401, PLC0415

        housekeeping.register(invitations.forget_old)
