"""Find out how a history sounded: a few songs at a time, those that were played most first.

A song is looked up at Deezer by its ISRC, else by title and artist, and becomes a song of the
catalogue that the queue hears once for everybody. What Spotify's Web API tells is never looked at:
an export that a listener downloaded is theirs, and the sound comes from elsewhere.

A platform that does not answer, or asks to wait, says nothing of a song: it is tried later. Only
"we do not have it" makes it missing, for `MISSING_FOR`.
"""

import datetime as dt
import logging
from uuid import UUID

from django.conf import settings
from django.db.models import Q
from django.utils import timezone

from classifier.metadata import keep_track
from classifier.models import Song
from classifier.queue.rows import request_classification
from classifier.sources.deezer import DeezerClient, find_track
from journal.listening import summary
from journal.listening.emotions import follow_said
from journal.listening.models import ListenedSong, Listening
from journal.picker.platforms import facts_of
from journify.background import jobs
from journify.outbound.errors import NotFoundError, PlatformError

logger = logging.getLogger(__name__)

State = ListenedSong.State
# The worker looks after histories every few seconds; so many songs at once keep it polite.
SONGS_AT_ONCE = 5
MISSING_FOR = dt.timedelta(days=90)
PATIENCE_SECONDS = 2.0


def is_look_up_due() -> bool:
    """Whether there is something to count, or a song to look up."""
    if Listening.objects.filter(is_stale=True).exists():
        return True
    if not _may_look_up():
        return False
    listening = Listening.objects.filter(is_paused=False).order_by("looked_up_at")[:SONGS_AT_ONCE]
    return any(_next_songs(row.user_id, 1) for row in listening)


def look_up_some() -> None:
    """Look up the next songs of every listener who has not paused it, within the hourly budget."""
    if not _may_look_up():
        return
    room = min(SONGS_AT_ONCE, _room_in_this_hour())
    for listening in Listening.objects.filter(is_paused=False).order_by("looked_up_at")[:room]:
        Listening.objects.filter(pk=listening.pk).update(looked_up_at=timezone.now())
        for listened in _next_songs(listening.user_id, room):
            try:
                _look_up_song(listened)
            except PlatformError as error:
                logger.info("histories wait: %s", type(error).__name__)
                return
            room -= 1
        if room <= 0:
            return


def _look_up_song(listened: ListenedSong) -> None:
    """Find the song of a history at Deezer, and have it heard; raises as `find_song`."""
    song = find_song(listened)
    if song is not None:
        lane = jobs.lane_of(f"history {listened.user_id}")
        request_classification(song, lane=lane)
        follow_said(song=song.pk)


def find_song(listened: ListenedSong) -> Song | None:
    """Find the song of a history at Deezer, and keep it; None where Deezer does not have it.

    Raises PlatformError: Deezer does not answer now: the song stays as it is.
    """
    asked = Song(title=listened.title, artist=listened.artist, isrc=listened.isrc)
    song = None
    try:
        track = find_track(DeezerClient(patience=PATIENCE_SECONDS), asked)
    except NotFoundError:
        state = State.MISSING
    else:
        song, state = keep_track(facts_of(track)), State.FOUND
    ListenedSong.objects.filter(pk=listened.pk).update(
        state=state, song=song, looked_up_at=timezone.now()
    )
    return song


def renew_stale() -> None:
    for listening in Listening.objects.filter(is_stale=True).select_related("user")[:SONGS_AT_ONCE]:
        summary.renew_summary(listening.user)


def _may_look_up() -> bool:
    is_on = settings.DEEZER_SEARCH and settings.HISTORY_SONGS_PER_HOUR > 0
    return is_on and _room_in_this_hour() > 0


def _room_in_this_hour() -> int:
    hour_ago = timezone.now() - dt.timedelta(hours=1)
    recent = ListenedSong.objects.filter(looked_up_at__gt=hour_ago).count()
    return max(0, settings.HISTORY_SONGS_PER_HOUR - recent)


def _next_songs(user: UUID, count: int) -> list[ListenedSong]:
    long_ago = timezone.now() - MISSING_FOR
    rows = ListenedSong.objects.filter(user_id=user).filter(
        Q(state=State.NEW) | Q(state=State.MISSING, looked_up_at__lt=long_ago)
    )
    return list(rows.order_by("-plays", "number")[:count])
