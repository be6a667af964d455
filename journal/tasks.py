"""Background work of the journal: small, by id, safe to run twice."""

from __future__ import annotations

import logging

from django_tasks import task

from classifier.metadata import forget_metadata, is_stale, keep_spotify_track
from classifier.models import Song
from journal import transfers
from journal.archive import work
from journal.platforms import spotify_facts
from journify.outbound.errors import NotFoundError, PlatformError
from spotify_auth.client import SpotifyClient
from spotify_auth.models import User

logger = logging.getLogger(__name__)


@task()
def refresh_metadata(*, song_id: str, user_id: str) -> None:
    """Read what Spotify says of a song anew, in the name of somebody who looked at it."""
    song = Song.objects.filter(pk=song_id).first()
    user = User.objects.filter(pk=user_id).first()
    if song is None or user is None or not is_stale(song):
        return
    try:
        track = SpotifyClient.of(user).track(str(song.spotify_id))
    except NotFoundError:
        forget_metadata(Song.objects.filter(pk=song.pk))
        logger.info("song %s is gone from Spotify", song.pk)
    except PlatformError as error:
        logger.info("metadata of song %s stays old: %s", song.pk, error)
    else:
        keep_spotify_track(spotify_facts(track))
        logger.info("metadata of song %s is new", song.pk)


@task()
def carry_out(*, transfer_id: str) -> None:
    """Export or import a journal."""
    row = transfers.claim(transfer_id)
    if row is None:
        logger.info("transfer %s is gone, taken or done", transfer_id)
        return
    work.carry_out(row)
