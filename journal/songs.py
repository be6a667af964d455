"""A listener's own songs: what they answered with or brought in, by feeling and by likeness."""

from __future__ import annotations

import csv
import datetime as dt
from dataclasses import dataclass
from io import StringIO
from typing import TYPE_CHECKING

from django.db.models import CharField, ExpressionWrapper, Max, OuterRef, Q, Subquery, Value
from django.db.models.functions import Coalesce

from classifier.likeness import nearest
from classifier.models import Song
from classifier.readings import WORDS, read
from classifier.verdicts import verdicts_of
from journal.models import Entry
from journify.models import bare, uuid_of
from journify.spreadsheets import guard

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterable, Sequence
    from uuid import UUID

    from django.db.models import QuerySet

    from classifier.readings import Reading
    from spotify_auth.models import User

NEIGHBOURS = 8
NEVER = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)


@dataclass(frozen=True)
class OwnSong:
    """A song of the listener's, with what it carries."""

    song: Song
    reading: Reading


def own_songs(user: User) -> QuerySet[Song]:
    """The songs that a user answered with or uploaded."""
    used = Entry.objects.of(user).filter(song__isnull=False).order_by().values("song")
    return Song.objects.filter(Q(owner=user) | Q(pk__in=used))


def last_used_first(user: User, songs: QuerySet[Song]) -> QuerySet[Song]:
    """Put the songs first that the user answered with last; those never used by when they came.

    A subquery a song, as a join would have every answer grouped by all columns of its song. A song
    that was never used has a moment too: databases disagree where rows without one belong.
    """
    answers = Entry.objects.of(user).filter(song=OuterRef("pk")).order_by()
    latest = answers.values("song").annotate(latest=Max("answered_at")).values("latest")
    return songs.annotate(used_at=Coalesce(Subquery(latest), Value(NEVER))).order_by(
        "-used_at", "-created_at"
    )


def alike(user: User, song: Song) -> list[OwnSong]:
    """Return the user's songs that are most like `song`, nearest first."""
    return _with_readings(user, nearest(song, own_songs(user), count=NEIGHBOURS))


def songs_by_feeling(user: User) -> dict[str, list[Hashable]]:
    """Return the bare keys of the user's songs by what each carries, those used last first."""
    verdicts = verdicts_of(user, own_songs(user))
    found: dict[str, list[Hashable]] = {name: [] for name in WORDS}
    for key in _keys_last_used_first(user):
        emotion = verdicts[key].emotion if key in verdicts else ""
        if emotion:
            found[emotion].append(key)
    return found


def songs_of(user: User, keys: Sequence[Hashable]) -> list[OwnSong]:
    """Return songs with their readings, in the order of their bare keys."""
    return _with_readings(user, [uuid_of(key) for key in keys])


def as_text(songs: Sequence[Song], _address: Callable[[Song], str]) -> str:
    """A line a song."""
    return "".join(f"{_one_line(str(song))}\n" for song in songs)


def as_csv(songs: Sequence[Song], address: Callable[[Song], str]) -> str:
    """A table for a spreadsheet; nothing in it is taken for a formula."""
    table = StringIO()
    writer = csv.writer(table)
    writer.writerow(["title", "artist", "album", "isrc", "link"])
    for song in songs:
        row = [song.title, song.artist, song.album, song.isrc, address(song)]
        writer.writerow([guard(cell) for cell in row])
    return table.getvalue()


def as_m3u(songs: Sequence[Song], address: Callable[[Song], str]) -> str:
    """A list for a player; -1 stands for a length that is not known."""
    lines = ["#EXTM3U"]
    for song in songs:
        seconds = -1 if song.duration_ms is None else round(song.duration_ms / 1000)
        names = " - ".join(_one_line(part) for part in (song.artist, song.title) if part)
        lines += [f"#EXTINF:{seconds},{names}", address(song)]
    return "\n".join([*lines, ""])


def _keys_last_used_first(user: User) -> Iterable[Hashable]:
    """The own songs in the order of `last_used_first`: quicker where it is all of them."""
    # compared by the database, and never a moment of Python's
    latest = ExpressionWrapper(Max("answered_at"), output_field=CharField())
    uses = Entry.objects.of(user).filter(song__isnull=False).order_by()
    rows = list(uses.values_list(bare("song_id")).annotate(latest=latest).order_by("-latest"))
    brought = Song.objects.filter(owner=user).order_by("-created_at")
    return dict.fromkeys(
        [
            *(key for key, moment in rows if moment),
            *brought.values_list(bare("pk"), flat=True),
            *(key for key, _moment in rows),
        ]
    )


def _with_readings(user: User, ids: Sequence[UUID]) -> list[OwnSong]:
    found = {song.pk: song for song in Song.objects.filter(pk__in=ids).with_readings(user)}
    return [OwnSong(found[pk], read(found[pk])) for pk in ids if pk in found]


def _one_line(text: str) -> str:
    return " ".join(text.split())
