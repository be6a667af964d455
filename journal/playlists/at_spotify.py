"""A list of songs as a private playlist at Spotify: asked for by a page, made by a worker.

The same list is the same playlist: its id is kept as soon as there is one, since making one twice
makes two, and a second time replaces what it holds.
https://developer.spotify.com/documentation/web-api/concepts/playlists
"""

import logging

from django.conf import settings
from django.db.models import F
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from classifier.models import Song
from classifier.queue import leases
from classifier.sources.matching import best_match
from journal.models import Playlist
from journal.playlists.lists import SongList, song_list_of
from journify.background import endings, jobs
from journify.models import uuid_of
from journify.outbound.errors import NotFoundError, PlatformError
from spotify_auth.models import User
from spotify_auth.web_api import connections
from spotify_auth.web_api.client import PLAYLIST_SCOPE, SpotifyClient

logger = logging.getLogger(__name__)

Status = Playlist.Status

# A playlist is filled by ten requests at most, and a worker is not held for an hour.
MOST_SONGS = 1000
MOST_SECONDS = 30 * 60
PATIENCE_SECONDS = 10.0
NAME_LENGTH = 100


def is_offered_to(user: User) -> bool:
    """Whether a playlist could be made: this server has Spotify, and the listener connected it."""
    connection = connections.connection_of(user) if settings.SPOTIFY_ENABLED else None
    return connection is not None and connection.state == connection.State.CONNECTED


def may_make(user: User) -> bool:
    """Whether the listener let us make playlists: asked only when one is wanted."""
    connection = connections.connection_of(user)
    return connection is not None and PLAYLIST_SCOPE in connection.scope.split()


def request_playlist(user: User, songs: SongList) -> None:
    """Have a list's playlist made or brought up to date; one that is under way is enough."""
    lane = jobs.lane_of(user.pk)
    values = {
        "title": songs.title[:NAME_LENGTH],
        "filters": songs.filters,
        "language": translation.get_language() or "",
        "lane": lane,
        "turn_at": jobs.turn(Playlist, lane),
    }
    row, is_new = Playlist.objects.get_or_create(user=user, key=songs.key, defaults=values)
    if not is_new:
        ended = Playlist.objects.filter(pk=row.pk, status__in=[Status.DONE, Status.FAILED])
        ended.update(
            **values,
            status=Status.QUEUED,
            error="",
            attempts=0,
            done=0,
            total=0,
            ready_at=timezone.now(),
            revision=F("revision") + 1,
        )
    jobs.wake()


def make_playlist(row: Playlist) -> None:
    """Make the playlist of a claimed row, in a worker."""
    with (
        translation.override(row.language or "en"),
        leases.held(row, most_seconds=MOST_SECONDS),
        endings.told(row, PlatformError),
    ):
        _make(row)


def _make(row: Playlist) -> None:
    client = SpotifyClient.of(row.user, patience=PATIENCE_SECONDS)
    keys = [uuid_of(key) for key in song_list_of(row.user, row.filters).songs[:MOST_SONGS]]
    found = Song.objects.in_bulk(keys)
    songs = [found[key] for key in keys if key in found]
    endings.advance(row, total=len(songs))
    tracks = []
    for number, song in enumerate(songs, start=1):
        if track := _track_of(client, row, song):
            tracks.append(track)
        endings.advance(row, done=number)
    tracks = list(dict.fromkeys(tracks))
    if not tracks:
        endings.fail(row, _("Spotify has none of these songs."))
        return
    _fill(client, row, tracks)
    endings.end(row, missing=len(songs) - len(tracks), made_at=timezone.now())


def _track_of(client: SpotifyClient, row: Playlist, song: Song) -> str:
    """The id of a song at Spotify: known, found before, or looked up; empty where it has none."""
    if song.spotify_id:
        return song.spotify_id
    known: str = row.found.get(song.pk.hex, "")
    if known or not song.title:
        return known
    query = f"isrc:{song.isrc}" if song.isrc else f"{song.title} {song.artist}"
    match = best_match(song, client.search(query).tracks)
    if match is None:
        return ""
    track: str = match.id
    endings.advance(row, found=row.found | {song.pk.hex: track})
    row.found[song.pk.hex] = track
    return track


def _fill(client: SpotifyClient, row: Playlist, tracks: list[str]) -> None:
    if row.spotify_id:
        try:
            client.fill_playlist(row.spotify_id, tracks)
        except NotFoundError:
            logger.info("playlist of %s is gone from Spotify: a new one is made", row.pk)
        else:
            return
    row.spotify_id = client.make_playlist(
        name=f"{row.title} · Journify",
        description=_("Songs of your journal, put together by Journify."),
    )
    endings.advance(row, spotify_id=row.spotify_id)
    client.fill_playlist(row.spotify_id, tracks)
