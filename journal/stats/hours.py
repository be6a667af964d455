"""Hours of the listener's clock, counted where the answers are: the database knows UTC only.

A clock is so many minutes away from UTC until it is changed. Answers are counted by the hour of UTC
in each such period, and where a clock's hours begin within one of UTC, by its parts.
"""

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any, NamedTuple, cast

from django.db.models import Case, Count, Expression, IntegerField, Value, When
from django.db.models.functions import Substr
from django.db.models.lookups import LessThan

from journal.emotions.tally import Tally
from journal.models import EntryQuerySet
from journify.models import as_text, bare

YEARS_REMEMBERED = 500  # of all zones together
HOUR, DAY = 60, 24 * 60
MINUTE = dt.timedelta(minutes=1)


class OffsetPeriod(NamedTuple):
    """Since a moment, the clock is so many minutes ahead of UTC."""

    since: dt.datetime
    offset: int


def by_hour(
    entries: EntryQuerySet, *, zone: dt.tzinfo, first: dt.date, last: dt.date
) -> Mapping[int, Tally]:
    """Tally entries by the hour at which they were answered, which was from `first` to `last`.

    Entries that are not heard, and those whose time is unknown, are left out.
    """
    periods = periods_of(zone, first, last)
    parts = sorted({-period.offset % HOUR for period in periods} | {0})
    rows = (
        entries.heard()
        .filter(answered_at__isnull=False)
        .order_by()
        .values("emotion", **_keys(periods, parts))
        .annotate(count=bare(Count("emotion")))
    )
    hours: dict[int, Counter[str]] = defaultdict(Counter)
    for row in cast("Iterable[dict[str, Any]]", rows):
        minutes = int(row["hour"]) * HOUR + parts[row.get("part", 0)]
        minutes += periods[row.get("period", 0)].offset
        hours[minutes % DAY // HOUR][row["emotion"]] += row["count"]
    return {hour: Tally(counts) for hour, counts in hours.items()}


def periods_of(zone: dt.tzinfo, first: dt.date, last: dt.date) -> list[OffsetPeriod]:
    """The periods of a clock from `first` to `last`, days of UTC; the first has always been."""
    found: list[OffsetPeriod] = []
    for year in range(first.year, last.year + 1):
        for period in _periods_of_year(zone, year):
            if period.since.date() <= first:
                found = [period]
            elif period.since.date() <= last and period.offset != found[-1].offset:
                found.append(period)
    return found


def _keys(periods: Sequence[OffsetPeriod], parts: Sequence[int]) -> dict[str, Expression]:
    """The hour of UTC, and where there are several the period and the part of it."""
    moment = as_text("answered_at")  # "2026-11-28 13:05…"
    keys: dict[str, Expression] = {"hour": Substr(moment, 12, 2)}
    if len(periods) > 1:
        begun = [
            When(answered_at__gte=period.since, then=Value(number))
            for number, period in reversed(list(enumerate(periods))[1:])
        ]
        keys["period"] = Case(*begun, default=Value(0), output_field=IntegerField())
    if len(parts) > 1:
        minute = Substr(moment, 15, 2)
        ended = [
            When(LessThan(minute, Value(f"{end:02}")), then=Value(number))
            for number, end in enumerate(parts[1:])
        ]
        last = Value(len(parts) - 1)
        keys["part"] = Case(*ended, default=last, output_field=IntegerField())
    return keys


@lru_cache(YEARS_REMEMBERED)
def _periods_of_year(zone: dt.tzinfo, year: int) -> list[OffsetPeriod]:
    """The periods of a year of UTC; a clock that is changed twice a day would surprise it."""
    moment, end = (dt.datetime(each, 1, 1, tzinfo=dt.UTC) for each in (year, year + 1))
    found = [OffsetPeriod(moment, _offset(zone, moment))]
    while moment < end:
        following = moment + dt.timedelta(1)
        if _offset(zone, following) != found[-1].offset:
            while following - moment > MINUTE:
                middle = moment + (following - moment) // MINUTE // 2 * MINUTE
                if _offset(zone, middle) == found[-1].offset:
                    moment = middle
                else:
                    following = middle
            found.append(OffsetPeriod(following, _offset(zone, following)))
        moment = following
    return found


def _offset(zone: dt.tzinfo, moment: dt.datetime) -> int:
    ahead = moment.astimezone(zone).utcoffset() or dt.timedelta()
    return ahead // MINUTE
