"""Put plays into somebody's history: in months, each play once, whatever file it came in.

The same file twice changes nothing. Two exports may tell of one play, to the second and to the
minute, by its start and by its end: within `SAME_SECONDS` it is the same one.

Plays are held, twelve bytes each, until all are read: a month is written once, however a file is
ordered. Each is written by itself; what a killed worker wrote is known to the next one. How often
songs were played is counted from the months, with what the page shows (`summary`).
"""

import datetime as dt
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from hashlib import blake2b
from itertools import count, islice

from django.db import transaction
from django.db.models import Max

from journal.listening.importing.plays import Play, song_key
from journal.listening.models import ListenedSong, Listening, ListeningMonth
from journal.listening.packing import PackedPlay, cut, pack, unpack
from journify.models import ROWS_AT_ONCE, some_at_once, written
from spotify_auth.models import User

SAME_SECONDS = 90
# A song that was heard for so long cannot have begun again sooner; leave clocks some seconds.
CLOCK_SECONDS = 5
BATCH_SIZE = 50_000
HELD_BYTES = 12_000_000  # a million plays


@dataclass
class StoredPlays:
    plays: int = 0
    known: int = 0
    songs: int = 0


def store(user: User, plays: Iterable[Play], *, progress: Callable[[], None]) -> StoredPlays:
    """Add plays to the user's history; `progress` is called after each batch and each month."""
    songs, stored = _Songs(user), StoredPlays()
    held: dict[dt.date, bytes] = defaultdict(bytes)
    rest = iter(plays)
    while batch := list(islice(rest, BATCH_SIZE)):
        numbers, new_songs = written(partial(songs.numbers_of, batch))
        stored.songs += new_songs
        for month, some in _by_month(batch, numbers).items():
            held[month] += pack(some)
        progress()
        if sum(map(len, held.values())) >= HELD_BYTES:
            _write(user, held, stored, progress)
    _write(user, held, stored, progress)
    if stored.songs:
        _note_change(user)
    return stored


def _by_month(plays: Iterable[Play], numbers: Iterable[int]) -> dict[dt.date, list[PackedPlay]]:
    months: dict[dt.date, list[PackedPlay]] = defaultdict(list)
    for play, number in zip(plays, numbers, strict=True):
        if play.started_at is not None:
            month = play.started_at.date().replace(day=1)
            moment = int(play.started_at.timestamp())
            months[month].append(PackedPlay(moment, number, play.seconds))
    return months


class _Songs:
    """The listener's songs by what their spellings share; only those that plays are of are read."""

    def __init__(self, user: User) -> None:
        self._rows = ListenedSong.objects.filter(user=user).order_by()
        self._user = user
        self._numbers: dict[str, int] = {}

    def numbers_of(self, plays: Sequence[Play]) -> tuple[list[int], int]:
        """Return the number of each play's song, and how many songs are new."""
        keys = [_key_of(play) for play in plays]
        unread = list({*keys} - {*self._numbers})
        for some in some_at_once(unread):
            known = self._rows.filter(key__in=some)
            self._numbers.update(known.values_list("key", "number"))
        new: dict[str, Play] = {}
        for key, play in zip(keys, plays, strict=True):
            if key not in self._numbers:
                new.setdefault(key, play)
        self._number(new)
        return [self._numbers[key] for key in keys], len(new)

    def _number(self, new: dict[str, Play]) -> None:
        last = self._rows.aggregate(last=Max("number"))["last"]
        numbers = dict(zip(new, count(0 if last is None else last + 1), strict=False))
        songs = [
            ListenedSong(
                user=self._user,
                number=numbers[key],
                key=key,
                title=play.title,
                artist=play.artist,
                album=play.album,
                isrc=play.isrc,
                spotify_id=play.spotify_id,
            )
            for key, play in new.items()
        ]
        ListenedSong.objects.bulk_create(songs, batch_size=ROWS_AT_ONCE)
        self._numbers |= numbers


def _key_of(play: Play) -> str:
    return blake2b(song_key(play.artist, play.title).encode(), digest_size=16).hexdigest()


def _write(
    user: User, held: dict[dt.date, bytes], stored: StoredPlays, progress: Callable[[], None]
) -> None:
    """Add what is held to its months, and hold it no longer."""
    for month in sorted(held):
        plays = list(unpack(held.pop(month)))
        new = _add(user, month, plays)
        stored.plays += new
        stored.known += len(plays) - new
        progress()


def _add(user: User, month: dt.date, plays: list[PackedPlay]) -> int:
    """Add those plays of a month that are not known; return how many they were."""
    moments = [play.moment for play in plays]
    row, _is_new = ListeningMonth.objects.get_or_create(user=user, month=month)
    before, near, after = cut(row.packed, min(moments) - SAME_SECONDS, max(moments) + SAME_SECONDS)
    known = list(unpack(near))
    fresh = new_plays(known, plays)
    if not fresh:
        return 0
    values = {"packed": before + pack(known + fresh) + after, "plays": row.plays + len(fresh)}
    with transaction.atomic():
        # only where nobody added to it meanwhile: a month never gets fewer plays
        if ListeningMonth.objects.filter(pk=row.pk, plays=row.plays).update(**values):
            _note_change(user)
            return len(fresh)
    return _add(user, month, plays)


def _note_change(user: User) -> None:
    Listening.objects.update_or_create(user=user, defaults={"is_stale": True})


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
