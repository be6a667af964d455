from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class SpotifyAuthConfig(AppConfig):
    """Accounts: the user, and signing in with Spotify."""

    name = "spotify_auth"
    verbose_name = _("People")
