"""Put plays into somebody's history: in months, each play once, whatever file it came in.

The same file twice changes nothing. Two exports may tell of one play, to the second and to the
minute, by its start and by its end: within `SAME_SECONDS` it is the same one.
"""

import datetime as dt
from bisect import bisect_left, bisect_right
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from typing import TypeVar

from django.db import transaction
from django.db.models import F, Max

from journal.listening.importing.plays import Play, song_key
from journal.listening.models import ListenedSong, Listening, ListeningMonth
from journal.listening.packing import PackedPlay, pack, unpack
from spotify_auth.models import User

T = TypeVar("T")

SAME_SECONDS = 90
# A song that was heard for so long cannot have begun again sooner; leave clocks some seconds.
CLOCK_SECONDS = 5
BATCH_SIZE = 50_000
ROWS_AT_ONCE = 500


@dataclass
class StoredPlays:
    plays: int = 0
    known: int = 0
    songs: int = 0


def store(user: User, plays: Iterable[Play], *, progress: Callable[[], None]) -> StoredPlays:
    """Add plays to the user's history, a batch at a time; `progress` is called after each."""
    songs, stored = _Songs(user), StoredPlays()
    batch: list[Play] = []
    for play in plays:
        batch.append(play)
        if len(batch) == BATCH_SIZE:
            _store_batch(user, batch, songs, stored)
            batch.clear()
            progress()
    _store_batch(user, batch, songs, stored)
    if stored.plays or stored.songs:
        Listening.objects.update_or_create(user=user, defaults={"is_stale": True})
    return stored


class _Songs:
    """The listener's songs by what their spellings share; only those that plays are of are read."""

    def __init__(self, user: User) -> None:
        self._rows = ListenedSong.objects.filter(user=user).order_by()
        self._user = user
        self._numbers: dict[str, int] = {}
        last = self._rows.aggregate(last=Max("number"))["last"]
        self._next = 0 if last is None else last + 1

    def numbers_of(self, plays: Sequence[Play]) -> tuple[list[int], int]:
        """Return the number of each play's song, and how many songs are new."""
        keys = [_key_of(play) for play in plays]
        unread = list({*keys} - {*self._numbers})
        for some in _some_at_once(unread):
            known = self._rows.filter(key__in=some)
            self._numbers.update(known.values_list("key", "number"))
        new: list[ListenedSong] = []
        for key, play in zip(keys, plays, strict=True):
            if key not in self._numbers:
                self._numbers[key] = self._next
                self._next += 1
                new.append(self._song(key, play))
        ListenedSong.objects.bulk_create(new, batch_size=ROWS_AT_ONCE)
        return [self._numbers[key] for key in keys], len(new)

    def _song(self, key: str, play: Play) -> ListenedSong:
        return ListenedSong(
            user=self._user,
            number=self._numbers[key],
            key=key,
            title=play.title,
            artist=play.artist,
            album=play.album,
            isrc=play.isrc,
            spotify_id=play.spotify_id,
        )

    def count(self, plays: Iterable[PackedPlay]) -> None:
        """Add plays to how often their songs were played, all that were as often at once."""
        alike: dict[int, list[int]] = defaultdict(list)
        for number, count in Counter(play.song for play in plays).items():
            alike[count].append(number)
        for count, numbers in alike.items():
            for some in _some_at_once(numbers):
                self._rows.filter(number__in=some).update(plays=F("plays") + count)


def _key_of(play: Play) -> str:
    return blake2b(song_key(play.artist, play.title).encode(), digest_size=16).hexdigest()


def _some_at_once(values: Sequence[T]) -> Iterator[Sequence[T]]:
    for start in range(0, len(values), ROWS_AT_ONCE):
        yield values[start : start + ROWS_AT_ONCE]


@transaction.atomic
def _store_batch(user: User, batch: list[Play], songs: _Songs, stored: StoredPlays) -> None:
    numbers, new_songs = songs.numbers_of(batch)
    stored.songs += new_songs
    months: dict[dt.date, list[PackedPlay]] = defaultdict(list)
    for play, number in zip(batch, numbers, strict=True):
        if play.started_at is not None:
            month = play.started_at.date().replace(day=1)
            moment = int(play.started_at.timestamp())
            months[month].append(PackedPlay(moment, number, play.seconds))
    counted: list[PackedPlay] = []
    for month, plays in months.items():
        row, _is_new = ListeningMonth.objects.get_or_create(user=user, month=month)
        before = list(unpack(row.packed))
        fresh = new_plays(before, plays)
        stored.plays += len(fresh)
        stored.known += len(plays) - len(fresh)
        if fresh:
            row.packed, row.plays = pack(before + fresh), len(before) + len(fresh)
            row.save(update_fields=["packed", "plays"])
        counted += fresh
    songs.count(counted)


def new_plays(before: Iterable[PackedPlay], plays: Iterable[PackedPlay]) -> list[PackedPlay]:
    """Return those of `plays` that are not known yet, each once."""
    known: dict[int, list[PackedPlay]] = defaultdict(list)
    for play in sorted(before):
        known[play.song].append(play)
    new = []
    for play in sorted(plays):
        of_song = known[play.song]
        if not _is_known(of_song, play):
            of_song.insert(bisect_left(of_song, play), play)
            new.append(play)
    return new


def _is_known(known: list[PackedPlay], play: PackedPlay) -> bool:
    first = bisect_left(known, play.moment - SAME_SECONDS, key=lambda one: one.moment)
    last = bisect_right(known, play.moment + SAME_SECONDS, key=lambda one: one.moment)
    return any(_is_same(one, play) for one in known[first:last])


def _is_same(one: PackedPlay, other: PackedPlay) -> bool:
    """Whether two plays of a song are one: nearer than the song could have begun again."""
    apart = abs(one.moment - other.moment)
    earlier = min(one, other)
    if apart == 0 or not earlier.seconds:
        return apart <= SAME_SECONDS
    return apart < min(SAME_SECONDS, max(1, earlier.seconds - CLOCK_SECONDS))
