"""What every page knows of Spotify: whether it is there, and whether something has to be done."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.utils.functional import SimpleLazyObject

from spotify_auth.connections import connection_of

if TYPE_CHECKING:
    from journify.http import HttpRequest


def spotify(request: HttpRequest) -> dict[str, Any]:
    """Give templates `spotify_enabled` and, looked up when used, `spotify_connection`."""
    user = getattr(request, "user", None)
    if not settings.SPOTIFY_ENABLED or user is None or not user.is_authenticated:
        return {
            "spotify_enabled": settings.SPOTIFY_ENABLED,
            "deezer_enabled": settings.DEEZER_SEARCH,
        }
    return {
        "spotify_enabled": True,
        "deezer_enabled": settings.DEEZER_SEARCH,
        "spotify_connection": SimpleLazyObject(lambda: connection_of(user)),
    }
