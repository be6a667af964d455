"""Clips that a platform lets a browser stream: nothing of them is kept or passes through here."""

from classifier.models import Song
from classifier.sources.deezer import NAME, PREVIEW_HOSTS, DeezerClient
from journal import consent
from journify.outbound.errors import NoPreviewError
from journify.outbound.previews import require_allowed
from spotify_auth.models import User


def may_stream(user: User, song: Song) -> bool:
    """Whether the song's clip may be streamed from Deezer: only where the listener allowed it."""
    return bool(song.deezer_id) and consent.may_search_outside(user)


def preview_address(song: Song) -> str:
    """Ask Deezer where the song's clip is now; an address is good for some minutes.

    Raises PlatformError: Deezer does not tell, or has no clip of it here.
    """
    address = DeezerClient().track(int(song.deezer_id or 0)).preview
    if not address:
        raise NoPreviewError(NAME)
    require_allowed(NAME, address, PREVIEW_HOSTS)
    return address
