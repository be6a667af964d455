from __future__ import annotations

from django.apps import AppConfig


class SpotifyAuthConfig(AppConfig):
    """Accounts: the user, and signing in with Spotify."""

    name = "spotify_auth"
    verbose_name = "Accounts"
