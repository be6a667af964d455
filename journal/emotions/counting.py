"""What the answers of a listener's days count as, counted in the database."""

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from typing import NamedTuple, TypeVar

from django.db.models import Count, Q

from journal.emotions.tally import KINDS, Tally, tally_of
from journal.models import Entry, EntryQuerySet
from journify.models import bare
from spotify_auth.models import User


class DayHeard(NamedTuple):
    """How many answers a day has, and how many of them count as each of `KINDS`.

    What is not heard is an answer and counts as none of them.
    """

    answered: int
    counts: Sequence[int]


def ends_of(user: User) -> list[dt.date]:
    """The first and the last day with answers; none where there is no answer."""
    days = Entry.objects.of(user).answered().values_list("date", flat=True)
    # each is at one end of an index
    return [*days.order_by("date")[:1], *days.order_by("-date")[:1]]


def heard_by_day(
    user: User, first: dt.date | None = None, last: dt.date | None = None
) -> dict[dt.date, DayHeard]:
    """Count what each answered day's songs are, from `first` to `last`, in order and at once."""
    days = Entry.objects.of(user).answered().between(first, last).order_by("date")
    kinds = {name: bare(Count("emotion", filter=Q(emotion=name))) for name in KINDS}
    rows = days.values_list("date").annotate(answered=bare(Count("song")), **kinds)
    return {date: DayHeard(answered, counts) for date, answered, *counts in rows}


def heard_in_all(entries: EntryQuerySet) -> Tally:
    counts = entries.heard().order_by().values_list("emotion")
    return Tally(Counter(dict(counts.annotate(count=bare(Count("emotion"))))))


def emotions_in_order(user: User, first: dt.date, last: dt.date) -> Mapping[dt.date, list[str]]:
    """What each day's answers count as, as they were given; those of unknown time come last."""
    entries = Entry.objects.of(user).heard().between(first, last)
    rows = list(entries.order_by("date").values_list("date", "emotion", bare("answered_at")))
    rows.sort(key=lambda row: (row[2] is None, row[2]))
    days: dict[dt.date, list[str]] = defaultdict(list)
    for date, emotion, _moment in rows:
        days[date].append(emotion)
    return days


Key = TypeVar("Key", bound="Hashable")


def group_days(
    days: Mapping[dt.date, DayHeard], key_of: Callable[[dt.date], Key]
) -> dict[Key, Tally]:
    """Put days together: their counts are added up in one go, as there may be thousands."""
    groups: dict[Key, list[Sequence[int]]] = defaultdict(list)
    for date, day in days.items():
        groups[key_of(date)].append(day.counts)
    return {key: tally_of(*counts) for key, counts in groups.items()}


def tally_of_days(days: Iterable[DayHeard]) -> Tally:
    return tally_of(*(day.counts for day in days))


def sum_of(tallies: Iterable[Tally]) -> Tally:
    return tally_of(*([tally.counts[name] for name in KINDS] for tally in tallies))


def largest_first(groups: Mapping[str, Tally]) -> list[tuple[str, Tally]]:
    return sorted(groups.items(), key=lambda group: (-group[1].total, group[0]))
