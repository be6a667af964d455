"""What platforms tell of a song: kept for a while, refreshed or forgotten after it.

Spotify's terms allow a temporary cache of names and links (IV.3), not a collection.
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from django.utils import timezone

from classifier.emotions import changes
from classifier.models import Song, SongQuerySet

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from classifier.sources.musicbrainz import Recording
    from spotify_auth.models import User

KEPT_FOR = dt.timedelta(days=30)


def forget_metadata(songs: SongQuerySet) -> int:
    """Blank what Spotify told of `songs`; the id, the link and the answers stay."""
    ids = list(songs.values_list("pk", flat=True))
    forgotten = Song.objects.filter(pk__in=ids).update(
        title="", artist="", album="", artwork_url="", duration_ms=None, metadata_fetched_at=None
    )
    changes.tell_renamed(ids)
    return forgotten


def is_stale(song: Song) -> bool:
    """Whether what Spotify told of a song is gone or too old to be shown much longer."""
    if song.spotify_id is None:
        return False
    fetched = song.metadata_fetched_at
    return fetched is None or fetched < timezone.now() - KEPT_FOR


def keep_track(facts: Mapping[str, Any]) -> Song:
    """Keep a platform's track as a song that every listener may use; `facts` are its fields."""
    values = dict(facts)
    [key] = {"spotify_id", "deezer_id"} & values.keys()
    if key == "spotify_id":
        values["metadata_fetched_at"] = timezone.now()
    song, _is_new = Song.objects.update_or_create(**{key: values.pop(key)}, defaults=values)
    return song


def keep_recording(user: User, recording: Recording) -> Song:
    """Keep a recording of MusicBrainz's as a song of the listener's own, without sound.

    Its data is anybody's (CC0), and it is picked seldom: no number of its own is kept for it.
    """
    song, _is_new = Song.objects.get_or_create(
        owner=user,
        title=recording.title[:200],
        artist=recording.artist[:200],
        duration_ms=recording.duration_ms,
        audio="",
        defaults={"album": recording.album[:200], "isrc": recording.isrc},
    )
    return song
