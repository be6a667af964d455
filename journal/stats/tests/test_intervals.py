from __future__ import annotations

import datetime as dt

import pytest
from django.http import QueryDict

from journal.stats.buckets import buckets_of
from journal.stats.intervals import Interval, interval_of

TODAY = dt.date(2026, 11, 25)
ANSWERED = [dt.date(2024, 2, 29), dt.date(2026, 11, 20)]


def interval(query: str, answered: list[dt.date] | None = None) -> Interval:
    days = ANSWERED if answered is None else answered
    return interval_of(QueryDict(query), today=TODAY, ends=days)[0]


@pytest.mark.parametrize(
    ("query", "days"),
    [("", 30), ("span=week", 7), ("span=month", 30), ("span=quarter", 91), ("span=year", 365)],
)
def test_a_span_ends_today(query: str, days: int) -> None:
    assert interval(query).last == TODAY
    assert interval(query).days == days


def test_all_begins_with_the_first_answer() -> None:
    assert interval("span=all").first == ANSWERED[0]
    assert interval("span=all", []) == Interval("all", TODAY, TODAY)


def test_a_day_ahead_of_today_is_shown_to_somebody_who_travelled_west() -> None:
    tomorrow = TODAY + dt.timedelta(1)
    assert interval("", [tomorrow]).last == tomorrow
    assert interval("span=all", [tomorrow]) == Interval("all", TODAY, tomorrow)


def test_days_of_ones_own_include_both() -> None:
    chosen = interval("span=custom&first=2026-03-01&last=2026-03-31")
    assert (chosen.first, chosen.last, chosen.days) == (
        dt.date(2026, 3, 1),
        dt.date(2026, 3, 31),
        31,
    )


def test_days_ahead_are_cut_off() -> None:
    assert interval("span=custom&first=2026-11-01&last=2999-01-01").last == TODAY
    assert interval("span=custom&first=2998-11-01&last=2999-01-01").days == 1


@pytest.mark.parametrize(
    "query",
    [
        "span=decade",
        "span=custom",
        "span=custom&first=2026-03-01",
        "span=custom&first=2026-03-02&last=2026-03-01",
        "span=custom&first=yesterday&last=2026-03-01",
        "span=custom&first=0001-01-01&last=2026-03-01",
        "span=custom&first=2026-02-30&last=2026-03-01",
    ],
)
def test_nonsense_counts_as_the_last_month_and_is_told(query: str) -> None:
    found, form = interval_of(QueryDict(query), today=TODAY, ends=ANSWERED)
    assert (found.span, found.days) == ("month", 30)
    assert form.errors


@pytest.mark.parametrize(
    ("days", "unit"),
    [(1, "day"), (31, "day"), (32, "week"), (371, "week"), (372, "month"), (9999, "year")],
)
def test_buckets_hold_every_day_once(days: int, unit: str) -> None:
    whole = Interval("custom", TODAY - dt.timedelta(days - 1), TODAY)
    buckets = buckets_of(whole)
    dates = [date for bucket in buckets for date in bucket.dates()]
    assert dates == [whole.first + dt.timedelta(n) for n in range(days)]
    assert {bucket.unit for bucket in buckets} == {unit}
    assert len(buckets) <= 62


def test_weeks_begin_on_monday_and_months_on_the_first() -> None:
    weeks = buckets_of(Interval("quarter", dt.date(2026, 9, 2), TODAY))
    assert {bucket.first.weekday() for bucket in weeks[1:]} == {0}
    months = buckets_of(Interval("all", dt.date(2024, 1, 31), TODAY))
    assert {bucket.first.day for bucket in months[1:]} == {1}
