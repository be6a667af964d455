"""Has a listener's songs count by what that listener's labels teach.

After a label the layer is learnt at once, and the songs of the latest answers count by it. In a
long journal a worker looks at the rest (`learn_some`): a layer stays stale until that is done.
"""

import time
from collections import Counter
from collections.abc import Mapping
from uuid import UUID

from classifier.emotions import changes, personal
from classifier.models import PersonalLayer
from journal.emotions import renewing
from journal.models import NAMES, Entry
from journify.models import bare, uuid_of

SONGS_AT_ONCE = 100
ENTRIES_READ = 2 * SONGS_AT_ONCE
SECONDS_AT_ONCE = 5.0


def learn_from_label(user: UUID, song: UUID) -> Counter[str]:
    """Learn from what was just said of a song, in a fixed number of queries however many labels.

    Returns how many songs sound different to the listener since then, by what they sound like.
    """
    before = latest_songs(user)
    personal.learn(user, list(before))
    _count(user, before)
    after = latest_songs(user)
    return Counter(
        emotion
        for key, emotion in after.items()
        if key != song and emotion in NAMES and before.get(key, emotion) != emotion
    )


def switch(user: UUID, *, is_on: bool) -> None:
    personal.switch_layer(user, is_on=is_on)
    _count(user, latest_songs(user))


def forget_learnt(user: UUID) -> None:
    personal.forget_layer(user)
    _count(user, latest_songs(user))


def learn_some() -> int:
    """Bring some stale layers up to date; workers do so between other things."""
    deadline, done = time.monotonic() + SECONDS_AT_ONCE, 0
    while time.monotonic() < deadline:
        row = PersonalLayer.objects.filter(is_stale=True).order_by("fitted_at").first()
        if row is None:
            break
        _learn_and_count_all(row.user_id)
        done += 1
    return done


def _learn_and_count_all(user: UUID) -> None:
    row = personal.learn(user, list(latest_songs(user)))
    row.refresh_from_db(fields=["fitted_at"])  # as exact as this database keeps it
    entries = Entry.objects.filter(user=user).answered().order_by()
    songs = [uuid_of(key) for key in entries.values_list(bare("song_id"), flat=True).distinct()]
    renewing.renew(songs, user=user)
    changes.tell_taught(user, None)
    # one that was learnt again meanwhile has been made stale again
    PersonalLayer.objects.filter(pk=row.pk, fitted_at=row.fitted_at).update(is_stale=False)


def _count(user: UUID, latest: Mapping[UUID, str]) -> None:
    """Have the songs of the latest answers count as was taught; leave the rest to a worker."""
    songs = list(latest)
    renewing.renew(songs, user=user)
    changes.tell_taught(user, songs)
    PersonalLayer.objects.filter(user=user).update(is_stale=len(songs) >= SONGS_AT_ONCE)


def latest_songs(user: UUID) -> dict[UUID, str]:
    """The songs that a listener answered with last, and what they count as."""
    entries = Entry.objects.filter(user=user).answered().order_by("-date")
    songs: dict[UUID, str] = {}
    for key, emotion in entries.values_list(bare("song_id"), "emotion")[:ENTRIES_READ]:
        if len(songs) < SONGS_AT_ONCE:
            songs.setdefault(uuid_of(key), emotion)
    return songs
