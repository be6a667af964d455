"""What every page knows of accounts: who may make one, and what there is to do at Spotify."""

from typing import Any

from django.conf import settings
from django.utils.functional import SimpleLazyObject

from journify.web.http import HttpRequest
from spotify_auth.mfa.ways import NEW_CODES, new_codes_for
from spotify_auth.sign_in import invitations
from spotify_auth.web_api.connections import connection_of


def spotify(request: HttpRequest) -> dict[str, Any]:
    """Give templates `spotify_enabled` and, looked up when used, `spotify_connection`."""
    user = getattr(request, "user", None)
    context: dict[str, Any] = {
        "spotify_enabled": settings.SPOTIFY_ENABLED,
        "deezer_enabled": settings.DEEZER_SEARCH,
        "mail_enabled": settings.MAIL_ENABLED,
        "musicbrainz_enabled": settings.MUSICBRAINZ_SEARCH,
    }
    if user is None or not user.is_authenticated:
        context["sign_up_open"] = SimpleLazyObject(lambda: invitations.is_open(request))
        return context
    if NEW_CODES in request.session:
        context["new_codes"] = SimpleLazyObject(lambda: new_codes_for(request, user))
    if settings.SPOTIFY_ENABLED:
        context["spotify_connection"] = SimpleLazyObject(lambda: connection_of(user))
    return context
