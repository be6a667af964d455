"""Songs from outside, found and kept in the picker: one platform at a time, never mixed."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from django.conf import settings
from django.utils.translation import gettext as _

from classifier.metadata import is_stale, keep_deezer_track, keep_spotify_track
from classifier.models import Song
from classifier.sources.deezer import DeezerClient
from journal.links import (
    DEEZER,
    NAMES,
    SPOTIFY,
    no_song,
    not_here,
    read_isrc,
    read_link,
    resolved,
)
from journify.outbound.errors import PlatformError
from spotify_auth.client import LAST_OFFSET, SEARCH_LIMIT, SpotifyClient
from spotify_auth.connections import connection_of

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from classifier.sources.deezer import DeezerTrack
    from journal.links import Link
    from spotify_auth.models import User
    from spotify_auth.records import Track

REF = re.compile(r"(spotify):([0-9A-Za-z]{22})|(deezer):(\d{1,12})")
MIN_QUERY = 2


@dataclass(frozen=True)
class Result:
    """A song as a platform lists it."""

    ref: str
    title: str
    artist: str
    url: str
    artwork_url: str = ""

    @property
    def platform_name(self) -> str:
        """The platform as people call it."""
        return NAMES[self.ref.partition(":")[0]]


@dataclass(frozen=True)
class Results:
    """What one platform found, or why it found nothing."""

    platform: str
    items: list[Result] = field(default_factory=list)
    next_offset: int | None = None
    error: str = ""

    @property
    def name(self) -> str:
        """The platform as people call it."""
        return NAMES.get(self.platform, self.platform)


def available(user: User) -> list[str]:
    """List the platforms that `user` can search: Spotify when connected, Deezer when enabled."""
    connection = connection_of(user) if settings.SPOTIFY_ENABLED else None
    is_connected = connection is not None and connection.state == connection.State.CONNECTED
    return [
        *([SPOTIFY] if is_connected else []),
        *([DEEZER] if settings.DEEZER_SEARCH else []),
    ]


def find(user: User, query: str, *, platform: str, offset: int = 0) -> Results:
    """Search `platform`, or look up the one song that a pasted link or an ISRC names.

    Trouble comes as a sentence in the result, because a picker has more to offer than this list.
    """
    try:
        if isrc := read_isrc(query):
            return _by_isrc(user, isrc)
        if link := read_link(query):
            return _by_link(user, link)
        if platform == SPOTIFY:
            page = SpotifyClient.of(user).search(query, offset=offset)
            return Results(SPOTIFY, [_of_spotify(one) for one in page.tracks], page.next_offset)
        found, has_more = DeezerClient().search(query, limit=SEARCH_LIMIT, index=offset)
    except PlatformError as error:
        return Results(platform, error=str(error))
    following = offset + SEARCH_LIMIT
    more = following if has_more and following <= LAST_OFFSET else None
    return Results(DEEZER, [_of_deezer(one) for one in found], more)


def names_one_song(query: str) -> bool:
    """Whether a query is a link or an ISRC, about which there is something to say in any case."""
    return bool(read_isrc(query)) or read_link(query) is not None


def song_of(user: User, ref: str) -> Song | None:
    """Keep the song of a result and return it; None when `ref` is none.

    Raises
    ------
    PlatformError
        The platform does not tell us what it is.
    """
    match = _known_ref(ref)
    if match is None:
        return None
    if match[1]:
        known = Song.objects.filter(spotify_id=match[2]).first()
        if known is not None and not is_stale(known):
            return known
        return keep_spotify_track(spotify_facts(SpotifyClient.of(user).track(match[2])))
    known = Song.objects.filter(deezer_id=match[4]).first()
    return known or keep_deezer_track(deezer_facts(DeezerClient().track(match[4])))


def look_up(user: User, ref: str) -> Result | None:
    """Read one track without keeping it; None when `ref` is none.

    Raises
    ------
    PlatformError
        The platform does not tell us what it is.
    """
    match = _known_ref(ref)
    if match is None:
        return None
    if match[1]:
        return _of_spotify(SpotifyClient.of(user).track(match[2]))
    return _of_deezer(DeezerClient().track(match[4]))


def _known_ref(ref: str) -> re.Match[str] | None:
    """Read a result's reference; a platform that is switched off has none."""
    match = REF.fullmatch(ref)
    is_on = match is not None and (settings.SPOTIFY_ENABLED if match[1] else settings.DEEZER_SEARCH)
    return match if is_on else None


def spotify_facts(track: Track) -> Mapping[str, Any]:
    """Name a track's facts as a song's fields."""
    return {
        "spotify_id": track.id,
        "title": track.name[:200],
        "artist": track.artist[:200],
        "album": track.album[:200],
        "isrc": track.isrc[:12],
        "spotify_url": track.url[:200],
        "artwork_url": track.artwork_url[:200],
        "duration_ms": track.duration_ms,
    }


def deezer_facts(track: DeezerTrack) -> Mapping[str, Any]:
    """Name a track's facts as a song's fields."""
    return {
        "deezer_id": track.id,
        "title": track.title[:200],
        "artist": track.artist[:200],
        "album": track.album[:200],
        "isrc": track.isrc[:12],
        "deezer_url": track.link[:200],
        "duration_ms": track.duration_ms,
    }


def _by_isrc(user: User, isrc: str) -> Results:
    choices = available(user)
    if DEEZER in choices:
        return Results(DEEZER, [_of_deezer(DeezerClient().track(f"isrc:{isrc}"))])
    if SPOTIFY in choices:
        page = SpotifyClient.of(user).search(f"isrc:{isrc}")
        return Results(SPOTIFY, [_of_spotify(one) for one in page.tracks])
    return Results("", error=_("Search for the song by its title and artist instead."))


def _by_link(user: User, link: Link) -> Results:
    """Look up the song of a link, or say what to do with a link to anything else."""
    is_on = {SPOTIFY: settings.SPOTIFY_ENABLED, DEEZER: DEEZER in available(user)}
    if not (link.track or link.short) and link.service in is_on:
        return Results(link.service, error=no_song(link))
    if not is_on.get(link.service):
        return Results(link.service, error=not_here(link))
    client = SpotifyClient.of(user) if link.service == SPOTIFY else DeezerClient()
    link = resolved(link)
    if not link.track:
        return Results(link.service, error=no_song(link))
    if isinstance(client, SpotifyClient):
        return Results(SPOTIFY, [_of_spotify(client.track(link.track))])
    return Results(DEEZER, [_of_deezer(client.track(link.track))])


def _of_spotify(track: Track) -> Result:
    return Result(f"spotify:{track.id}", track.name, track.artist, track.url, track.artwork_url)


def _of_deezer(track: DeezerTrack) -> Result:
    return Result(f"deezer:{track.id}", track.title, track.artist, track.link)
