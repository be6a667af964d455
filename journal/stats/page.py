"""The statistics page: each chart with its sentence and its table."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.templatetags.static import static
from django.utils.dates import WEEKDAYS
from django.utils.formats import date_format
from django.utils.html import escape
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _

from classifier.readings import WORDS
from journal.stats import drawn, geometry, sentences, summaries
from journal.stats.answers import answers_of
from journal.stats.buckets import buckets_of
from journal.stats.tally import NAMES, Tally

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from django.utils.safestring import SafeString

    from journal.emotions import DayHeard
    from journal.stats.answers import Answers
    from journal.stats.intervals import Interval
    from spotify_auth.models import User

DRAWN = 6  # phrases and artists with a bar
LISTED = 20  # those in the table


@dataclass(frozen=True)
class Table:
    """What a chart shows, in numbers."""

    head: list[str]
    rows: list[list[Any]]
    note: str = ""

    @property
    def body(self) -> SafeString:
        """Its rows as HTML, escaped; a thousand cells take a template ten times as long."""
        return mark_safe(  # noqa: S308 -- numbers, and words that are escaped
            "".join(
                f'<tr><th scope="row">{escape(head)}</th>'
                f"<td>{'</td><td>'.join(map(_cell, cells))}</td></tr>"
                for head, *cells in self.rows
            )
        )


def _cell(value: Any) -> str:
    return str(value) if isinstance(value, int) else escape(value)


@dataclass(frozen=True)
class Chart:
    """A drawing, the sentence that says what it shows, and its table."""

    key: str
    title: str
    sentence: str
    drawing: dict[str, Any]
    table: Table

    @property
    def template(self) -> str:
        """The fragment that draws it."""
        return f"journal/stats/_{self.key}.html"


@dataclass(frozen=True)
class Statistics:
    """Everything the page says of an interval."""

    interval: Interval
    answers: int
    days: int
    unclear: int
    charts: list[Chart]


def statistics_of(user: User, interval: Interval, *, today: dt.date, zone: dt.tzinfo) -> Statistics:
    """Work out the statistics of an interval."""
    answers = answers_of(user, interval, zone=zone)
    charts: list[Chart] = []
    if answers.clear:
        charts = [
            _over_time(answers.days, interval),
            _latest_day(answers.days),
            _all_days(answers.days),
            _by_weekday(answers.days),
            *_by_hour(answers),
            _by_phrase(answers),
            *_by_artist(answers),
            _streaks(answers.all_days, interval, today),
            _agreement(answers),
        ]
    return Statistics(
        interval=interval,
        answers=answers.answered,
        days=len(answers.days),
        unclear=answers.answered - answers.clear,
        charts=charts,
    )


def _over_time(days: Mapping[dt.date, DayHeard], interval: Interval) -> Chart:
    summary = summaries.over_time(days, buckets_of(interval), interval)
    named = [(bucket.name, tally) for bucket, tally in summary.buckets]
    ticks = [bucket.tick for bucket, _tally in summary.buckets]
    middle = [ticks[len(ticks) // 2]] if len(ticks) > 2 else []  # noqa: PLR2004 -- an end each
    return Chart(
        key="over_time",
        title=_("Over time"),
        sentence=sentences.over_time(summary),
        drawing={
            "lanes": geometry.lanes([tally for _name, tally in named], summary.everything),
            "ticks": [ticks[0], *middle, *ticks[-1:]] if len(ticks) > 1 else ticks,
        },
        table=tally_table(_("Days"), named),
    )


def _latest_day(days: Mapping[dt.date, DayHeard]) -> Chart:
    day = summaries.latest_day(days)
    assert day is not None  # a page with charts has an emotion
    return Chart(
        key="latest_day",
        title=_("The latest day"),
        sentence=sentences.latest_day(day),
        drawing={"day": day, "sectors": geometry.ring(day.tally, inner=62, outer=134)},
        table=_share_table(day.tally),
    )


def _all_days(days: Mapping[dt.date, DayHeard]) -> Chart:
    summary = summaries.all_days(days)
    return Chart(
        key="all_days",
        title=_("All these days"),
        sentence=sentences.all_days(summary),
        drawing={
            "radar": geometry.radar(summary.tally, radius=122, marks_at=140),
            "parts": summary.tally.parts,
        },
        table=_share_table(summary.tally),
    )


def _by_weekday(days: Mapping[dt.date, DayHeard]) -> Chart:
    summary = summaries.by_weekday(days, [str(WEEKDAYS[day]) for day in range(7)])
    return Chart(
        key="by_weekday",
        title=_("By weekday"),
        sentence=sentences.by_weekday(summary),
        drawing={"rows": _bars(summary.groups)},
        table=tally_table(_("Weekday"), summary.groups),
    )


def _by_hour(answers: Answers) -> list[Chart]:
    summary = summaries.by_hour(answers.hours)
    if not summary.everything.total:
        return []
    hours = [(sentences.clock(hour), tally) for hour, tally in enumerate(summary.hours)]
    return [
        Chart(
            key="by_hour",
            title=_("By hour"),
            sentence=sentences.by_hour(summary),
            drawing={
                "hours": drawn.dial(hours, inner=44, outer=128),
                "parts": summary.everything.parts,
                "clock": [sentences.clock(hour) for hour in (0, 6, 12, 18)],
            },
            table=tally_table(_("From"), [row for row in hours if row[1].total]),
        )
    ]


def _by_phrase(answers: Answers) -> Chart:
    summary = summaries.by_phrase(answers.phrases)
    return _by_name("by_phrase", _("By phrase"), summary, sentences.by_phrase(summary))


def _by_artist(answers: Answers) -> list[Chart]:
    summary = summaries.by_artist(answers.artists)
    if not summary.groups:
        return []
    return [_by_name("by_artist", _("By artist"), summary, sentences.by_artist(summary))]


def _by_name(key: str, title: str, summary: summaries.ByGroup, sentence: str) -> Chart:
    left_out = len(summary.groups) - LISTED
    note = _("The %(count)d first of %(total)d.") % {
        "count": LISTED,
        "total": len(summary.groups),
    }
    return Chart(
        key=key,
        title=title,
        sentence=sentence,
        drawing={"rows": _bars(summary.groups[:DRAWN])},
        table=tally_table(title, summary.groups[:LISTED], note=note if left_out > 0 else ""),
    )


def _streaks(answered: Sequence[dt.date], interval: Interval, today: dt.date) -> Chart:
    summary = summaries.streaks(answered, interval, today=today)
    # whole weeks, so that a column is a week
    start = today - dt.timedelta(7 * 11 + today.weekday())
    shown = [start + dt.timedelta(n) for n in range((today - start).days + 1)]
    runs = [(_("Run up to now"), summary.current), (_("Longest run"), summary.longest)]
    return Chart(
        key="streaks",
        title=_("Days in a row"),
        sentence=sentences.streaks(summary),
        drawing={
            "summary": summary,
            "days": drawn.punches(shown, set(answered)),
        },
        table=Table(
            head=[_("Run"), _("Days"), _("From"), _("To")],
            rows=[
                [name, run.days, _date(run.first), _date(run.last)] if run else [name, 0, "–", "–"]
                for name, run in runs
            ],
        ),
    )


def _agreement(answers: Answers) -> Chart:
    summary = summaries.Agreement(answers.pairs)
    most = max(summary.pairs.values(), default=0) or 1
    return Chart(
        key="agreement",
        title=_("The model and you"),
        sentence=sentences.agreement(summary),
        drawing={
            "summary": summary,
            "rows": [
                {
                    "name": heard,
                    "word": WORDS[heard],
                    "cells": [
                        {
                            "name": said,
                            "count": summary.pairs[heard, said],
                            # the area tells the count
                            "radius": round(44 * (summary.pairs[heard, said] / most) ** 0.5, 1),
                            "is_same": heard == said,
                        }
                        for said in NAMES
                    ],
                }
                for heard in NAMES
            ],
        },
        table=Table(
            head=[_("The model heard"), *(_("you say %s") % WORDS[name] for name in NAMES)],
            rows=[
                [WORDS[heard], *(summary.pairs[heard, said] for said in NAMES)] for heard in NAMES
            ],
        ),
    )


def _bars(groups: Sequence[tuple[str, Tally]]) -> SafeString:
    return drawn.bars(groups, icons=static("img/icons.svg"))


def tally_table(first: str, groups: Sequence[tuple[str, Tally]], *, note: str = "") -> Table:
    """A row a group, a column an emotion."""
    return Table(
        head=[first, *(str(WORDS[name]) for name in NAMES), _("all")],
        rows=[[name, *(part.count for part in tally.parts), tally.total] for name, tally in groups],
        note=note,
    )


def _share_table(tally: Tally) -> Table:
    return Table(
        head=[_("Feeling"), _("Answers"), _("Share")],
        rows=[
            [part.word, part.count, _("%(percent)d\xa0%%") % {"percent": part.percent}]
            for part in tally.parts
        ],
    )


def _date(date: dt.date) -> str:
    return date_format(date, "DATE_FORMAT")
