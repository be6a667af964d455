"""The statistics page: each chart with its sentence and its table."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from django.templatetags.static import static
from django.utils.dates import WEEKDAYS
from django.utils.formats import date_format
from django.utils.html import escape
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from classifier.emotions.readings import NOT_SURE, WORDS
from classifier.serving.results import UNSURE
from journal.emotions.tally import KINDS, NAMES, Tally
from journal.stats import drawn, geometry, sentences, summaries
from journal.stats.answers import answers_of
from journal.stats.buckets import buckets_of
from journal.stats.sentences import COMPARABLE

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from django.utils.safestring import SafeString
    from django_stubs_ext import StrOrPromise

    from journal.stats.answers import Answers
    from journal.stats.intervals import Interval
    from spotify_auth.models import User

ENOUGH = 10  # answers of which shares say something
TITLES: dict[str, StrOrPromise] = {
    "over_time": gettext_lazy("Over time"),
    "latest_day": gettext_lazy("The latest day"),
    "all_days": gettext_lazy("All these days"),
    "by_weekday": gettext_lazy("By weekday"),
    "by_hour": gettext_lazy("By hour"),
    "by_phrase": gettext_lazy("By phrase"),
    "by_artist": gettext_lazy("By artist"),
    "streaks": gettext_lazy("Days in a row"),
    "agreement": gettext_lazy("The model and you"),
}
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
    sentence: str
    drawing: dict[str, Any]
    table: Table

    @property
    def title(self) -> StrOrPromise:
        """What the page calls it."""
        return TITLES[self.key]

    @property
    def template(self) -> str:
        """The fragment that draws it."""
        return f"journal/stats/_{self.key}.html"


class Few(NamedTuple):
    """A chart that says nothing yet, and what it waits for."""

    title: StrOrPromise
    missing: str


@dataclass(frozen=True)
class Statistics:
    """Everything the page says of an interval.

    Attributes
    ----------
    unheard, unsure : int
        Answers that are not heard, and those that no model was sure of.
    charts, few : list
        The charts that have enough to draw a conclusion from, and those that have not.
    """

    interval: Interval
    answers: int
    days: int
    unheard: int
    unsure: int
    charts: list[Chart]
    few: list[Few]


@dataclass(frozen=True)
class Plan:
    """How a chart is made, and the least of what it counts that it takes to say anything.

    Below that, shares are chance: 1 of 2 is no half.
    """

    key: str
    least: int
    count: Callable[[Answers], int]
    missing: Callable[[int], str]
    draw: Callable[[Answers, Interval, dt.date], Chart]


def statistics_of(user: User, interval: Interval, *, today: dt.date, zone: dt.tzinfo) -> Statistics:
    """Work out the statistics of an interval."""
    answers = answers_of(user, interval, zone=zone)
    heard = answers.tally
    charts: list[Chart] = []
    few: list[Few] = []
    for plan in PLANS if heard.clear else []:
        missing = plan.least - plan.count(answers)
        if missing > 0:
            few.append(Few(TITLES[plan.key], plan.missing(missing)))
        else:
            charts.append(plan.draw(answers, interval, today))
    return Statistics(
        interval=interval,
        answers=answers.answered,
        days=len(answers.days),
        unheard=answers.answered - heard.total,
        unsure=heard.total - heard.clear,
        charts=charts,
        few=few,
    )


def _over_time(answers: Answers, interval: Interval, _today: dt.date) -> Chart:
    summary = summaries.over_time(answers.days, buckets_of(interval), interval)
    named = [(bucket.name, tally) for bucket, tally in summary.buckets]
    ticks = [bucket.tick for bucket, _tally in summary.buckets]
    middle = [ticks[len(ticks) // 2]] if len(ticks) > 2 else []  # noqa: PLR2004 -- an end each
    return Chart(
        key="over_time",
        sentence=sentences.over_time(summary),
        drawing={
            "lanes": geometry.lanes([tally for _name, tally in named], summary.everything),
            "ticks": [ticks[0], *middle, *ticks[-1:]] if len(ticks) > 1 else ticks,
        },
        table=tally_table(_("Days"), named),
    )


def _latest_day(answers: Answers, _interval: Interval, _today: dt.date) -> Chart:
    day = summaries.latest_day(answers.days)
    assert day is not None  # it takes some answers to get here
    return Chart(
        key="latest_day",
        sentence=sentences.latest_day(day),
        drawing={"day": day, "sectors": geometry.ring(day.tally, inner=62, outer=134)},
        table=_share_table(day.tally),
    )


def _heard_on_latest_day(answers: Answers) -> int:
    day = summaries.latest_day(answers.days)
    return day.tally.clear if day else 0


def _all_days(answers: Answers, _interval: Interval, _today: dt.date) -> Chart:
    summary = summaries.all_days(answers.days)
    return Chart(
        key="all_days",
        sentence=sentences.all_days(summary),
        drawing={
            "radar": geometry.radar(summary.tally, radius=122, marks_at=140),
            "parts": summary.tally.parts,
        },
        table=_share_table(summary.tally),
    )


def _by_weekday(answers: Answers, _interval: Interval, _today: dt.date) -> Chart:
    summary = summaries.by_weekday(answers.days, [str(WEEKDAYS[day]) for day in range(7)])
    return Chart(
        key="by_weekday",
        sentence=sentences.by_weekday(summary),
        drawing={"rows": _bars(summary.groups)},
        table=tally_table(_("Weekday"), summary.groups),
    )


def _by_hour(answers: Answers, _interval: Interval, _today: dt.date) -> Chart:
    summary = summaries.by_hour(answers.hours)
    hours = [(sentences.clock(hour), tally) for hour, tally in enumerate(summary.hours)]
    return Chart(
        key="by_hour",
        sentence=sentences.by_hour(summary),
        drawing={
            "hours": drawn.dial(hours, inner=44, outer=128),
            "parts": summary.everything.parts,
            "clock": [sentences.clock(hour) for hour in (0, 6, 12, 18)],
        },
        table=tally_table(_("From"), [row for row in hours if row[1].total]),
    )


def _by_phrase(answers: Answers, _interval: Interval, _today: dt.date) -> Chart:
    summary = summaries.by_phrase(answers.phrases)
    return _by_name("by_phrase", summary, sentences.by_phrase(summary))


def _by_artist(answers: Answers, _interval: Interval, _today: dt.date) -> Chart:
    summary = summaries.by_artist(answers.artists)
    return _by_name("by_artist", summary, sentences.by_artist(summary))


def _by_name(key: str, summary: summaries.ByGroup, sentence: str) -> Chart:
    left_out = len(summary.groups) - LISTED
    note = _("The %(count)d first of %(total)d.") % {
        "count": LISTED,
        "total": len(summary.groups),
    }
    return Chart(
        key=key,
        sentence=sentence,
        drawing={"rows": _bars(summary.groups[:DRAWN])},
        table=tally_table(
            str(TITLES[key]), summary.groups[:LISTED], note=note if left_out > 0 else ""
        ),
    )


def _streaks(answers: Answers, interval: Interval, today: dt.date) -> Chart:
    answered = answers.all_days
    summary = summaries.streaks(answered, interval, today=today)
    # whole weeks, so that a column is a week
    start = today - dt.timedelta(7 * 11 + today.weekday())
    shown = [start + dt.timedelta(n) for n in range((today - start).days + 1)]
    runs = [(_("Run up to now"), summary.current), (_("Longest run"), summary.longest)]
    return Chart(
        key="streaks",
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


def _agreement(answers: Answers, _interval: Interval, _today: dt.date) -> Chart:
    summary = summaries.Agreement(answers.pairs)
    most = max(summary.pairs.values(), default=0) or 1
    return Chart(
        key="agreement",
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


def _more_answers(missing: int) -> str:
    return ngettext("%(count)d more answer", "%(count)d more answers", missing) % {"count": missing}


def _more_on_a_day(missing: int) -> str:
    return ngettext(
        "%(count)d more answer on that day", "%(count)d more answers on that day", missing
    ) % {"count": missing}


def _more_with_artist(missing: int) -> str:
    return ngettext(
        "%(count)d more answer with an artist’s name",
        "%(count)d more answers with an artist’s name",
        missing,
    ) % {"count": missing}


def _more_days(missing: int) -> str:
    return ngettext(
        "an answer on %(count)d more day", "answers on %(count)d more days", missing
    ) % {"count": missing}


def _more_labels(missing: int) -> str:
    return ngettext(
        "%(count)d more song of which you say what you hear",
        "%(count)d more songs of which you say what you hear",
        missing,
    ) % {"count": missing}


def _clear(answers: Answers) -> int:
    return answers.tally.clear


def _clear_with_hour(answers: Answers) -> int:
    return sum(tally.clear for tally in answers.hours.values())


def _clear_with_artist(answers: Answers) -> int:
    return sum(tally.clear for name, tally in answers.artists.items() if name)


# In the order of the page. A week's answers for what compares days or hours, a good handful for
# shares of all, and what a person sees at a glance for a single day.
PLANS = [
    Plan("over_time", 2 * COMPARABLE, _clear, _more_answers, _over_time),
    Plan("latest_day", 3, _heard_on_latest_day, _more_on_a_day, _latest_day),
    Plan("all_days", ENOUGH, _clear, _more_answers, _all_days),
    Plan("by_weekday", 2 * ENOUGH, _clear, _more_answers, _by_weekday),
    Plan("by_hour", 2 * ENOUGH, _clear_with_hour, _more_answers, _by_hour),
    Plan("by_phrase", ENOUGH, _clear, _more_answers, _by_phrase),
    Plan("by_artist", ENOUGH, _clear_with_artist, _more_with_artist, _by_artist),
    Plan("streaks", 3, lambda found: len(found.all_days), _more_days, _streaks),
    Plan(
        "agreement",
        5,
        lambda found: found.pairs.total(),
        _more_labels,
        _agreement,
    ),
]


def _bars(groups: Sequence[tuple[str, Tally]]) -> SafeString:
    return drawn.bars(groups, icons=static("img/icons.svg"))


def tally_table(first: str, groups: Sequence[tuple[str, Tally]], *, note: str = "") -> Table:
    """A row a group, a column an emotion, and one for "not sure" where there is any."""
    is_unsure = any(tally.counts[UNSURE] for _name, tally in groups)
    kinds = KINDS if is_unsure else NAMES
    return Table(
        head=[first, *(str(WORDS.get(kind, NOT_SURE)) for kind in kinds), _("all")],
        rows=[
            [name, *(tally.counts[kind] for kind in kinds), tally.total] for name, tally in groups
        ],
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
