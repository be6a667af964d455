"""System checks of the keys for Spotify: said at every start instead of in a README."""

from typing import Any

from cryptography.fernet import Fernet
from django.conf import settings
from django.core import checks

from journify.config.checks import SETTINGS


@checks.register(SETTINGS)
def keys_are_a_pair(**_kwargs: Any) -> list[checks.CheckMessage]:
    """Warn when only one of the two keys is there: Spotify stays hidden then."""
    if bool(settings.SPOTIFY_CLIENT_ID) == bool(settings.SPOTIFY_CLIENT_SECRET):
        return []
    return [
        checks.Warning(
            "Only one of SPOTIFY_CLIENT_ID and SPOTIFY_CLIENT_SECRET is set: Spotify stays hidden.",
            hint="Set both, or neither; docs/platforms.md says where they come from.",
            id="spotify_auth.W001",
        )
    ]


@checks.register(SETTINGS)
def token_keys_are_keys(**_kwargs: Any) -> list[checks.CheckMessage]:
    """Refuse to start with a key that cannot encrypt."""
    return [
        checks.Error(
            f"Number {number} of TOKEN_KEYS is no Fernet key.",
            hint="Make one: python -c "
            "'from cryptography.fernet import Fernet; print(Fernet.generate_key().decode())'",
            id="spotify_auth.E001",
        )
        for number, key in enumerate(settings.TOKEN_KEYS, start=1)
        if not _is_key(key)
    ]


def _is_key(key: str) -> bool:
    try:
        Fernet(key)
    except ValueError:
        return False
    return True
