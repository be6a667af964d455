"""What a listener's answers count as by day, hour, phrase and artist; of whole months it is kept.

A kept month says of which entries it is: how many, and what their marks add up to. Every write of
an entry changes its mark (`EntryQuerySet`), and so does another artist of its song, so that nobody
has to say which month is out of date: one whose entries are others by now is counted anew when it
is asked for. Marks are read before entries: at worst newer counts are kept as older ones, which
nobody takes.
"""

import datetime as dt
import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Count, Q, Sum
from django.db.models.functions import Substr

from journal.emotions.counting import DayHeard
from journal.emotions.tally import KINDS, Tally, tally_of
from journal.models import CountedMonth, Entry, EntryQuerySet
from journify.models import as_text
from spotify_auth.models import User

# A group's counts are one number, so that months are added up in no time: a million for each kind.
BITS = 20
ONE = {kind: 1 << (BITS * place) for place, kind in enumerate(KINDS)}
ANSWERED = 1 << (BITS * len(KINDS))
GROUPS = ("days", "hours", "phrases", "artists")
MONTH = len("2026-11")
MINUTE = len("2026-11-28 13:05")
NEWEST = 2  # months in which answers change: on its first days, also those of the month before
EVER = ("0001-01", "9999-12")

Counts = dict[str, dict[str, int]]


@dataclass(frozen=True)
class Counted:
    """Answers by day, and what is heard by hour of the listener's clock, phrase and artist.

    `months`: all of it, as it is kept; read when it is asked for.
    """

    months: Sequence[str]

    @cached_property
    def packed(self) -> Counts:
        """The months together, by the names of groups."""
        total: Counts = {name: {} for name in GROUPS}
        for counts in map(json.loads, self.months):
            for name, groups in counts.items():
                sums = total[name]
                for key, count in groups.items():
                    sums[key] = sums.get(key, 0) + count
        return total

    @cached_property
    def days(self) -> Mapping[dt.date, DayHeard]:
        """In their order, also those of which nothing is heard."""
        return {
            dt.date.fromisoformat(date): DayHeard(count // ANSWERED, _kinds(count))
            for date, count in sorted(self.packed["days"].items())
        }

    @cached_property
    def hours(self) -> Mapping[int, Tally]:
        return {int(hour): tally for hour, tally in self._tallies("hours").items()}

    @cached_property
    def phrases(self) -> Mapping[str, Tally]:
        return self._tallies("phrases")

    @cached_property
    def artists(self) -> Mapping[str, Tally]:
        """By name; the artist that is not known is ""."""
        return self._tallies("artists")

    def _tallies(self, group: str) -> dict[str, Tally]:
        # without the kinds that were not met
        return {
            name: Tally(+tally_of(_kinds(count)).counts)
            for name, count in self.packed[group].items()
        }


def counted(
    user: User,
    *,
    zone: dt.tzinfo,
    first: dt.date | None = None,
    last: dt.date | None = None,
    songs: Sequence[UUID] | None = None,
) -> Counted:
    """Count the answers from `first` to `last`, without them all, or only those with `songs`."""
    entries = Entry.objects.of(user)
    if songs is not None:
        rest = entries.filter(song__in=songs).between(first, last)
        return Counted(list(_count(rest, zone).values()))
    begin, end = _whole_months(first, last)
    whole = _kept(user, zone, begin, end) if begin < end else []
    if first and last and (f"{first}" < f"{begin}-01" or f"{last}" >= f"{end}-01"):
        rest = entries.between(first, last)
        if begin < end:
            rest = rest.filter(Q(date__lt=f"{begin}-01") | Q(date__gte=f"{end}-01"))
        whole = [*whole, *_count(rest, zone).values()]
    return Counted(whole)


def _whole_months(first: dt.date | None, last: dt.date | None) -> tuple[str, str]:
    """The first month that lies within, and the first after it that does not."""
    begin = f"{first if first.day == 1 else _next_month(first):%Y-%m}" if first else EVER[0]
    return begin, f"{last + dt.timedelta(1):%Y-%m}" if last else EVER[1]


def _next_month(date: dt.date) -> dt.date:
    return (date.replace(day=1) + dt.timedelta(31)).replace(day=1)


def _kept(user: User, zone: dt.tzinfo, begin: str, end: str) -> list[str]:
    """The counts of each month from `begin` to before `end`, as they are kept or anew."""
    months = CountedMonth.objects.filter(user=user, month__gte=begin, month__lt=end)
    rows = list(months.values_list("month", "zone", "entries", "marks", "counts"))
    entries = Entry.objects.of(user).order_by()
    if (begin, end) != EVER:
        entries = entries.filter(date__gte=f"{begin}-01", date__lt=f"{end}-01")
    have = entries.aggregate(entries=Count("mark"), marks=Sum("mark"))
    kept = (sum(row[2] for row in rows), sum(row[3] for row in rows))
    if kept == (have["entries"], have["marks"] or 0) and {row[1] for row in rows} <= {str(zone)}:
        return [row[4] for row in rows]
    now = _marks(entries, rows, (have["entries"], have["marks"] or 0))
    return _counted_anew(user, zone, entries, now, {row[0]: row[1:] for row in rows})


def _marks(
    entries: EntryQuerySet, rows: Sequence[tuple[Any, ...]], have: tuple[int, int]
) -> dict[str, tuple[int, int]]:
    """How many entries each month has, and what their marks add up to.

    Mostly an answer of the newest months changed. Where all others still add up, they are not
    asked for.
    """
    begin = min(sorted(row[0] for row in rows)[-NEWEST:], default="")
    before = {row[0]: (row[2], row[3]) for row in rows if row[0] < begin}
    late = entries.filter(date__gte=f"{begin}-01") if before else entries
    found = _by_month(late)
    together = zip(*before.values(), *found.values(), strict=True)
    if not before or tuple(map(sum, together)) == have:
        return before | found
    return _by_month(entries)


def _by_month(entries: EntryQuerySet) -> dict[str, tuple[int, int]]:
    months = entries.values_list(Substr(as_text("date"), 1, MONTH))
    rows = months.annotate(entries=Count("mark"), marks=Sum("mark"))
    return {month: (count, marks) for month, count, marks in rows}


def _counted_anew(
    user: User,
    zone: dt.tzinfo,
    entries: EntryQuerySet,
    now: Mapping[str, tuple[int, int]],
    kept: Mapping[str, tuple[Any, ...]],
) -> list[str]:
    """Count the months whose entries changed, and keep that."""
    same = {
        month: row[3]
        for month, row in kept.items()
        if row[0] == str(zone) and row[1:3] == now.get(month)
    }
    changed = sorted(now.keys() - same.keys())
    within = Q()
    for month in changed:
        start = dt.date.fromisoformat(f"{month}-01")
        within |= Q(date__gte=start, date__lt=_next_month(start))
    found = _count(entries.filter(within), zone) if changed else {}
    new = [
        CountedMonth(
            user=user,
            month=month,
            zone=str(zone),
            entries=now[month][0],
            marks=now[month][1],
            counts=found.get(month, "{}"),
        )
        for month in changed
    ]
    try:
        with transaction.atomic():
            gone = [*changed, *(kept.keys() - now.keys())]
            CountedMonth.objects.filter(user=user, month__in=gone).delete()
            CountedMonth.objects.bulk_create(new)
    except IntegrityError:
        pass  # another page of theirs kept it meanwhile
    return [counts for _month, counts in sorted((same | found).items())]


def _count(entries: EntryQuerySet, zone: dt.tzinfo) -> dict[str, str]:
    """Count answers, by month, as it is kept."""
    rows = entries.answered().order_by()
    columns = (as_text("date"), "emotion", as_text("answered_at"), "phrase_text", "song__artist")
    months: dict[str, Counts] = defaultdict(lambda: {name: defaultdict(int) for name in GROUPS})
    for date, emotion, moment, phrase, artist in rows.values_list(*columns):
        counts, one = months[date[:MONTH]], ONE.get(emotion, 0)
        counts["days"][date[:10]] += ANSWERED + one
        if one:
            counts["phrases"][phrase] += one
            counts["artists"][artist] += one
            if moment:
                counts["hours"][_hour(moment, zone)] += one
    return {month: json.dumps(months[month], ensure_ascii=False) for month in sorted(months)}


def _hour(moment: str, zone: dt.tzinfo) -> str:
    at = dt.datetime.fromisoformat(moment[:MINUTE]).replace(tzinfo=dt.UTC)
    return str(at.astimezone(zone).hour)


def _kinds(count: int) -> list[int]:
    return [count >> (BITS * place) & (1 << BITS) - 1 for place in range(len(KINDS))]
