"""Where the journal and Spotify meet."""

import logging
from collections.abc import Iterable
from typing import Any

from allauth.socialaccount.models import SocialAccount
from django.core.cache import cache
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from classifier.metadata import forget_metadata, is_stale, keep_track
from classifier.models import Song, SongQuerySet
from classifier.queue import leases
from journal.models import Entry, Playlist, Refresh
from journal.picker.platforms import facts_of
from journify.background import jobs
from journify.outbound.errors import NotFoundError, PlatformError
from spotify_auth.models import User
from spotify_auth.web_api import connections
from spotify_auth.web_api.client import SpotifyClient

logger = logging.getLogger(__name__)

SPANS = {
    "short_term": _("four weeks"),
    "medium_term": _("six months"),
    "long_term": _("a year"),
}

# A song that is shown again and again is asked for once in this time.
REFRESH_SECONDS = 600


@transaction.atomic
def disconnect(user: User) -> None:
    """Delete tokens, the link to the account, playlists' ids, and metadata nobody else uses."""
    connections.forget_tokens(user)
    Playlist.objects.filter(user=user).delete()
    # also songs that were picked once and replaced since: nobody has a use for their names
    forget_metadata(_known_by_spotify_alone(user))


def is_linked(user: User) -> bool:
    """Whether there is anything of Spotify's to disconnect."""
    accounts = SocialAccount.objects.filter(user=user, provider="spotify")
    return connections.connection_of(user) is not None or accounts.exists()


def what_disconnecting_takes(user: User) -> dict[str, int]:
    """Count the user's answers whose songs lose their names, and those that keep them."""
    answers = Entry.objects.of(user).answered()
    gone = _known_by_spotify_alone(user).exclude(metadata_fetched_at=None).values("pk")
    lost = answers.filter(song__in=gone).count()
    return {"lost": lost, "kept": answers.count() - lost}


def _known_by_spotify_alone(user: User) -> SongQuerySet:
    """Songs of Spotify's that nobody but `user` answered with."""
    by_others = Entry.objects.exclude(user=user).answered().values("song")
    return Song.objects.exclude(spotify_id=None).exclude(pk__in=by_others)


def refresh_lazily(user: User, songs: Iterable[Song | None]) -> None:
    """Have old metadata of songs that are being shown read anew, in the background."""
    old = {song.pk: song for song in songs if song is not None and is_stale(song)}
    connection = connections.connection_of(user) if old else None
    if connection is None or connection.state != connection.State.CONNECTED:
        return
    for song_id in old:
        if cache.add(f"refresh-metadata-{song_id}", "asked", REFRESH_SECONDS):
            given = {"user": user, "turn_at": jobs.turn(Refresh)}
            _row, is_new = Refresh.objects.get_or_create(song_id=song_id, defaults=given)
            if is_new:
                jobs.wake()


def refresh_metadata(row: Refresh) -> None:
    """Read what Spotify says of the song of a claimed row anew."""
    try:
        with leases.held(row):
            if is_stale(row.song):
                keep_track(facts_of(SpotifyClient.of(row.user).track(str(row.song.spotify_id))))
    except NotFoundError:
        forget_metadata(Song.objects.filter(pk=row.song_id))
        logger.info("song %s is gone from Spotify", row.song_id)
    except PlatformError as error:
        logger.info("metadata of song %s stays old: %s", row.song_id, error)
    finally:
        row.delete()


def refresh_interrupted(row: Refresh) -> bool:
    """Have another worker read it, or wait until somebody looks at the song again."""
    return jobs.put_back(row) or bool(row.delete()[0])


def heard_at_spotify(user: User, span: str) -> dict[str, Any]:
    """Read what Spotify says of the listener; at the first trouble the rest is left out."""
    found: dict[str, Any] = {"span": span, "spans": SPANS}
    try:
        client = SpotifyClient.of(user)
        found["profile"] = client.profile()
        found["tracks"] = client.top_tracks(span)
        found["artists"] = client.top_artists(span)
        found["plays"] = client.recently_played()
    except PlatformError as error:
        found["error"] = str(error)
    return found
