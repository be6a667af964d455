"""On this day: what the listener's music was a month, half a year, and years ago."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.translation import ngettext

from journal.cards import card_of
from journal.models import Entry
from journal.sentences import Moment, place_of, summary
from journify.models import bare

if TYPE_CHECKING:
    from collections.abc import Hashable, Mapping, Sequence

    from journal.cards import Card
    from spotify_auth.models import User

MONTHS_BACK = (1, 6)
MOST_YEARS = 10
SONGS_SHOWN = 3
# Russell's left half: what was unpleasant.
HARD = frozenset({"sad", "energetic"})


@dataclass(frozen=True)
class Memory:
    """A past day worth a look."""

    when: str
    date: dt.date
    sentence: str
    entries: list[Entry]

    @property
    def cards(self) -> list[Card]:
        """Its first answers."""
        return [card_of(entry) for entry in self.entries]


def memories_of(
    user: User, today: dt.date, *, emotions: Mapping[Hashable, str], without_hard: bool
) -> list[Memory]:
    """Return the days that were exactly some months or years ago and have answers, latest first.

    A hard day is one on which most of what was heard is sad or energetic; `without_hard` leaves
    it out. `emotions` are those of the user's songs, by bare keys; of the songs that are shown the
    readings are still to be added.
    """
    told = dict(_past(today))
    days: dict[dt.date, list[tuple[Entry, str]]] = {date: [] for date in told}
    entries = Entry.objects.of(user).filter(song__isnull=False, date__in=list(told))
    for entry in entries.annotate(song_key=bare("song_id")).select_related("phrase"):
        days[entry.date].append((entry, emotions.get(entry.song_key, "")))  # type: ignore[attr-defined]
    found = []
    for date, answers in days.items():
        moments = [Moment(name, place_of(entry.phrase)) for entry, name in answers if name]
        if answers and not (without_hard and _is_hard(moments)):
            sentence = summary(moments, answered=len(answers), is_over=True)
            shown = [entry for entry, _name in answers[:SONGS_SHOWN]]
            found.append(Memory(told[date], date, sentence, shown))
    return found


def _past(today: dt.date) -> list[tuple[dt.date, str]]:
    """The days to look at, and what the page calls them; no 29 February in other years."""
    found = []
    for months in MONTHS_BACK:
        told = ngettext("A month ago", "%(count)d months ago", months) % {"count": months}
        found.append((_months_before(today, months), told))
    for years in range(1, MOST_YEARS + 1):
        told = ngettext("A year ago", "%(count)d years ago", years) % {"count": years}
        found.append((_months_before(today, 12 * years), told))
    return [(date, told) for date, told in found if date is not None]


def _months_before(date: dt.date, months: int) -> dt.date | None:
    year, month = divmod(date.year * 12 + date.month - 1 - months, 12)
    try:
        return date.replace(year=year, month=month + 1)
    except ValueError:
        return None


def _is_hard(moments: Sequence[Moment]) -> bool:
    return sum(moment.emotion in HARD for moment in moments) * 2 > len(moments)
