"""On this day: what the listener's music was a month, half a year, and years ago."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.translation import ngettext

from journal.cards import card_of
from journal.models import Entry
from journal.sentences import moments_of, summary

if TYPE_CHECKING:
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
    cards: list[Card]


def memories_of(user: User, today: dt.date, *, without_hard: bool) -> list[Memory]:
    """Return the days that were exactly some months or years ago and have answers, latest first.

    A hard day is one on which most of what was heard is sad or energetic; `without_hard` leaves
    it out.
    """
    dates = dict(_past(today))
    entries = (
        Entry.objects.of(user)
        .filter(song__isnull=False, journal__date__in=list(dates))
        .with_readings(user)
        .select_related("journal", "phrase")
    )
    days: dict[dt.date, list[Card]] = {date: [] for date in dates}
    for entry in entries:
        days[entry.journal.date].append(card_of(entry))
    return [
        Memory(
            when=dates[date],
            date=date,
            sentence=summary(moments_of(cards), answered=len(cards), is_over=True),
            cards=cards[:SONGS_SHOWN],
        )
        for date, cards in days.items()
        if cards and not (without_hard and _is_hard(cards))
    ]


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


def _is_hard(cards: list[Card]) -> bool:
    moments = moments_of(cards)
    return sum(moment.emotion in HARD for moment in moments) * 2 > len(moments)
