"""Songs from outside, found and kept in the picker: one platform at a time, never mixed."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _

from classifier.metadata import is_stale, keep_recording, keep_track
from classifier.models import Song
from classifier.sources.deezer import DeezerClient
from classifier.sources.musicbrainz import MusicBrainzClient, Recording
from classifier.sources.ranking import distinct, ranked
from journal import consent
from journal.picker.links import (
    DEEZER,
    MUSICBRAINZ,
    NAMES,
    SPOTIFY,
    Link,
    no_song,
    not_here,
    read_isrc,
    read_link,
    resolved,
)
from journal.songs.own import matching
from journify.outbound.errors import PlatformError
from journify.outbound.tracks import OutsideTrack
from spotify_auth.models import User
from spotify_auth.web_api.client import LAST_OFFSET, SpotifyClient
from spotify_auth.web_api.connections import connection_of

REF = re.compile(
    r"(spotify):([0-9A-Za-z]{22})|(deezer):(\d{1,12})|"
    r"(musicbrainz):([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})"
)
MIN_QUERY = 2
MOST_TO_TRY = 8
DEEZER_LIMIT = 25
# Own songs that may be what a platform found, too.
MOST_OWN = 50


@dataclass(frozen=True)
class Results:
    """What one platform found, or why it found nothing."""

    platform: str
    items: Sequence[OutsideTrack] = ()
    next_offset: int | None = None
    error: str = ""

    @property
    def name(self) -> str:
        return NAMES.get(self.platform, self.platform)


def available(user: User) -> list[str]:
    """List the platforms that `user` can search: Spotify when connected, Deezer when allowed."""
    connection = connection_of(user) if settings.SPOTIFY_ENABLED else None
    is_connected = connection is not None and connection.state == connection.State.CONNECTED
    return [
        *([SPOTIFY] if is_connected else []),
        *([DEEZER] if consent.may_search_outside(user) else []),
    ]


def may_ask_musicbrainz(user: User) -> bool:
    """Whether the listener may have MusicBrainz asked, one search at a time."""
    return settings.MUSICBRAINZ_SEARCH and consent.may_search_outside(user)


def find(user: User, query: str, *, platform: str, offset: int = 0) -> Results:
    """Search `platform`, or look up the one song that a pasted link or an ISRC names.

    Trouble comes as a sentence in the result, because a picker has more to offer than this list.
    """
    try:
        if isrc := read_isrc(query):
            return _by_isrc(user, isrc)
        if link := read_link(query):
            return _by_link(user, link)
        search = {SPOTIFY: _at_spotify, MUSICBRAINZ: _at_musicbrainz}.get(platform, _at_deezer)
        return search(user, query, offset)
    except PlatformError as error:
        return Results(platform, error=str(error))


def find_to_try(query: str) -> Results:
    """Search Deezer for a visitor; what has no clip cannot be tried out."""
    try:
        found, _has_more = DeezerClient().search(query, limit=DEEZER_LIMIT)
    except PlatformError as error:
        return Results(DEEZER, error=str(error))
    heard = [track for track in distinct(ranked(query, found)) if track.preview]
    return Results(DEEZER, heard[:MOST_TO_TRY])


def names_one_song(query: str) -> bool:
    """Whether a query is a link or an ISRC, about which there is something to say in any case."""
    return bool(read_isrc(query)) or read_link(query) is not None


def song_of(user: User, ref: str) -> Song | None:
    """Keep the song of a result and return it; None when `ref` is none.

    Raises PlatformError: the platform does not tell us what it is.
    """
    platform, key = _known_ref(user, ref)
    if platform in {SPOTIFY, DEEZER}:
        known = Song.objects.filter(**{f"{platform}_id": key}).first()
        if known is not None and not is_stale(known):
            return known
    track = _track(user, platform, key)
    if isinstance(track, Recording):
        return keep_recording(user, track)
    return keep_track(facts_of(track)) if track else None


def look_up(user: User, ref: str) -> OutsideTrack | None:
    """Read one track without keeping it; None when `ref` is none.

    Raises PlatformError: the platform does not tell us what it is.
    """
    return _track(user, *_known_ref(user, ref))


def facts_of(track: OutsideTrack) -> Mapping[str, Any]:
    """Name a track's facts as a song's fields; an address that is too long leads nowhere."""
    return {
        f"{track.platform}_id": track.id,
        "title": track.title[:200],
        "artist": track.artist[:200],
        "album": track.album[:200],
        "isrc": track.isrc[:12],
        f"{track.platform}_url": track.url[:200],
        "artwork_url": "" if track.artwork_url[200:] else track.artwork_url,
        "duration_ms": track.duration_ms,
    }


def _track(user: User, platform: str, key: str) -> OutsideTrack | None:
    if platform == SPOTIFY:
        return SpotifyClient.of(user).track(key)
    if platform == DEEZER:
        return DeezerClient().track(key)
    if platform == MUSICBRAINZ:
        return MusicBrainzClient().recording(key)
    return None


def _known_ref(user: User, ref: str) -> tuple[str, str]:
    """Read a result's reference; a platform that is switched off or not allowed has none."""
    match = REF.fullmatch(ref)
    if match is None:
        return "", ""
    platform, key = (part for part in match.groups() if part)
    is_on = {
        SPOTIFY: settings.SPOTIFY_ENABLED,
        DEEZER: consent.may_search_outside(user),
        MUSICBRAINZ: may_ask_musicbrainz(user),
    }
    return (platform, key) if is_on[platform] else ("", "")


def _at_spotify(user: User, query: str, offset: int) -> Results:
    page = SpotifyClient.of(user).search(query, offset=offset)
    return Results(SPOTIFY, distinct(page.tracks, _own(user, query)), page.next_offset)


def _at_deezer(user: User, query: str, offset: int) -> Results:
    """Ask plainly, which finds more than Deezer's filters do, and put what is meant first."""
    found, has_more = DeezerClient().search(query, limit=DEEZER_LIMIT, index=offset)
    items = distinct(ranked(query, found), _own(user, query))
    following = offset + DEEZER_LIMIT
    return Results(DEEZER, items, following if has_more and following <= LAST_OFFSET else None)


def _at_musicbrainz(user: User, query: str, _offset: int) -> Results:
    """Show what Deezer lacks: what it has stands in the list before, with clips and covers."""
    at_deezer, _has_more = DeezerClient().search(query, limit=DEEZER_LIMIT)
    found = ranked(query, MusicBrainzClient().search(query))
    return Results(MUSICBRAINZ, distinct(found, [*_own(user, query), *at_deezer]))


def _own(user: User, query: str) -> list[Song]:
    """The listener's own songs that the picker shows for the same words, above the platform's."""
    return list(matching(Song.objects.filter(owner=user), query)[:MOST_OWN])


def _by_isrc(user: User, isrc: str) -> Results:
    choices = available(user)
    if DEEZER in choices:
        return Results(DEEZER, [DeezerClient().track(f"isrc:{isrc}")])
    if SPOTIFY in choices:
        page = SpotifyClient.of(user).search(f"isrc:{isrc}")
        return Results(SPOTIFY, page.tracks)
    return Results("", error=_("Search for the song by its title and artist instead."))


def _by_link(user: User, link: Link) -> Results:
    """Look up the song of a link, or say what to do with a link to anything else."""
    is_on = {SPOTIFY: settings.SPOTIFY_ENABLED, DEEZER: consent.may_search_outside(user)}
    if not (link.track or link.short) and link.service in is_on:
        return Results(link.service, error=no_song(link))
    if link.service == DEEZER and consent.must_ask(user):
        return Results(DEEZER, error=_("Say first whether this server may ask Deezer."))
    if not is_on.get(link.service):
        return Results(link.service, error=not_here(link))
    client = SpotifyClient.of(user) if link.service == SPOTIFY else DeezerClient()
    link = resolved(link)
    if not link.track:
        return Results(link.service, error=no_song(link))
    return Results(link.service, [client.track(link.track)])
