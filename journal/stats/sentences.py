"""One sentence a chart: what it shows, true to the last number, also where things are level."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from django.utils.formats import date_format, time_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from classifier.readings import WORDS
from journal.stats.tally import NAMES

if TYPE_CHECKING:
    from collections.abc import Sequence

    from journal.stats.summaries import (
        Agreement,
        AllDays,
        ByGroup,
        ByHour,
        Day,
        OverTime,
        Run,
        Streaks,
    )
    from journal.stats.tally import Part, Tally

# Fewer answers than this on a side are too few to compare.
COMPARABLE = 5
# A smaller difference of shares is none.
NOTICEABLE = 0.03


def over_time(summary: OverTime) -> str:
    """Which emotion gained or lost most from one half of the time to the other."""
    before, after = summary.first_half, summary.second_half
    if min(before.total, after.total) < COMPARABLE:
        return _leading(summary.everything)
    moves = {name: abs(after.share(name) - before.share(name)) for name in NAMES}
    name = max(NAMES, key=lambda name: moves[name])
    if moves[name] < NOTICEABLE:
        return _(
            "Both halves of this time sound alike: no feeling gained or lost 3\xa0% of the answers."
        )
    return _(
        "Nothing changed more than %(word)s: from %(before)d\xa0%% of the answers in the first "
        "half of this time to %(after)d\xa0%% in the second."
    ) % {
        "word": WORDS[name],
        "before": round(100 * before.share(name)),
        "after": round(100 * after.share(name)),
    }


def latest_day(day: Day) -> str:
    """What the latest day carried most."""
    leaders = day.tally.leaders
    values = {
        "date": date_format(day.date, "DAY_FORMAT"),
        "count": leaders[0].count,
        "total": day.tally.total,
        "words": _words(leaders),
    }
    if leaders[0].count == day.tally.total:
        return (
            ngettext(
                "%(date)s: its one answer was %(words)s.",
                "%(date)s: all %(total)d answers were %(words)s.",
                day.tally.total,
            )
            % values
        )
    if len(leaders) > 1:
        return _("%(date)s: %(words)s are level, %(count)d of %(total)d answers each.") % values
    return _("%(date)s: %(count)d of %(total)d answers were %(words)s.") % values


def all_days(summary: AllDays) -> str:
    """Which emotions come first and last over all days."""
    first, last = summary.tally.leaders, summary.tally.last
    if first[0].count == last[0].count:
        return _("All four feelings are level over these days.")
    if first[0].count == summary.tally.total:
        return _leading(summary.tally)
    return ngettext(
        "On %(days)d day most often %(first)s, with %(most)d\xa0%%; "
        "least often %(last)s, with %(fewest)d\xa0%%.",
        "Over %(days)d days most often %(first)s, with %(most)d\xa0%%; "
        "least often %(last)s, with %(fewest)d\xa0%%.",
        summary.days,
    ) % {
        "days": summary.days,
        "first": _words(first),
        "most": first[0].percent,
        "last": _words(last),
        "fewest": last[0].percent,
    }


def by_weekday(summary: ByGroup) -> str:
    """Where a weekday differs most from the whole week."""
    everything = summary.everything
    days = [(day, tally) for day, tally in summary.groups if tally.total >= COMPARABLE]
    if not days:
        return _leading(everything)
    day, tally, name = max(
        ((day, tally, name) for day, tally in days for name in NAMES),
        key=lambda found: found[1].share(found[2]) - everything.share(found[2]),
    )
    if tally.share(name) - everything.share(name) < NOTICEABLE:
        return _("No weekday sounds different from the others.")
    return _(
        "No weekday stands out more than %(day)s: %(share)d\xa0%% of its answers were %(word)s, "
        "against %(usual)d\xa0%% over the whole week."
    ) % {
        "day": day,
        "word": WORDS[name],
        "share": round(100 * tally.share(name)),
        "usual": round(100 * everything.share(name)),
    }


def by_hour(summary: ByHour) -> str:
    """When most answers come, and what they carry."""
    if summary.everything.total == 1:
        return _leading(summary.everything)
    hour = max(range(24), key=lambda hour: summary.hours[hour].total)
    tally = summary.hours[hour]
    return _(
        "No hour brings more answers than the one from %(start)s: %(count)d of %(total)d, "
        "%(most)d of them %(word)s."
    ) % {
        "start": clock(hour),
        "count": tally.total,
        "total": summary.everything.total,
        "most": tally.leaders[0].count,
        "word": tally.leaders[0].word,
    }


def by_phrase(summary: ByGroup) -> str:
    """The phrase answered most."""
    if summary.everything.total == 1:
        return _leading(summary.everything)
    return _(
        "No phrase was answered more often than “%(name)s”: %(count)d of %(total)d answers, "
        "%(most)d of them %(word)s."
    ) % _top(summary)


def by_artist(summary: ByGroup) -> str:
    """The artist chosen most."""
    if summary.everything.total == 1:
        return _leading(summary.everything)
    return _(
        "No artist was chosen more often than %(name)s: %(count)d of %(total)d answers, "
        "%(most)d of them %(word)s."
    ) % _top(summary)


def streaks(summary: Streaks) -> str:
    """The run that is on, and the longest."""
    if summary.longest is None:
        return _("Your first answer starts a run.")
    if summary.current is None:
        return _("No run is on; the longest was %(run)s.") % {"run": _run(summary.longest)}
    values = {
        "days": summary.current.days,
        "end": _("today") if summary.current.last >= summary.today else _("yesterday"),
        "run": _run(summary.longest),
    }
    if summary.current == summary.longest:
        return (
            ngettext(
                "You answered on %(days)d day up to %(end)s; no run of yours was longer.",
                "You answered on %(days)d days in a row up to %(end)s; no run of yours was longer.",
                summary.current.days,
            )
            % values
        )
    return (
        ngettext(
            "You answered on %(days)d day up to %(end)s; the longest run was %(run)s.",
            "You answered on %(days)d days in a row up to %(end)s; the longest run was %(run)s.",
            summary.current.days,
        )
        % values
    )


def agreement(summary: Agreement) -> str:
    """How often model and listener use the same word, and where they most often do not."""
    if not summary.total:
        return _("You gave none of these songs a word of your own yet.")
    parts = [
        ngettext(
            "Of %(total)d song that you gave a word, "
            "the model had said the same of %(agreed)d, %(percent)d\xa0%%.",
            "Of %(total)d songs that you gave a word, "
            "the model had said the same of %(agreed)d, %(percent)d\xa0%%.",
            summary.total,
        )
        % {
            "total": summary.total,
            "agreed": summary.agreed,
            "percent": round(100 * summary.agreed / summary.total),
        }
    ]
    if summary.worst is not None:
        heard, said = summary.worst
        parts.append(
            _("No mix-up is commoner than “%(heard)s” for what you call %(said)s: %(count)d.")
            % {
                "heard": WORDS[heard],
                "said": WORDS[said],
                "count": summary.pairs[summary.worst],
            }
        )
    return " ".join(parts)


def clock(hour: int) -> str:
    """The start of an hour, as clocks in the listener's language show it."""
    return time_format(dt.time(hour % 24), "H:i")


def _leading(tally: Tally) -> str:
    leaders = tally.leaders
    if leaders[0].count == tally.total:
        return ngettext(
            "There is one answer, and it was %(word)s.",
            "All %(total)d answers were %(word)s.",
            tally.total,
        ) % {"total": tally.total, "word": leaders[0].word}
    return _("Heard most: %(words)s, in %(count)d of %(total)d answers.") % {
        "words": _words(leaders),
        "count": sum(part.count for part in leaders),
        "total": tally.total,
    }


def _top(summary: ByGroup) -> dict[str, object]:
    name, tally = summary.groups[0]
    return {
        "name": name,
        "count": tally.total,
        "total": summary.everything.total,
        "most": tally.leaders[0].count,
        "word": tally.leaders[0].word,
    }


def _words(parts: Sequence[Part]) -> str:
    words = [str(part.word) for part in parts]
    if len(words) == 1:
        return words[0]
    return _("%(first)s and %(last)s") % {"first": ", ".join(words[:-1]), "last": words[-1]}


def _run(run: Run) -> str:
    return ngettext(
        "%(days)d day, on %(first)s",
        "%(days)d days, from %(first)s to %(last)s",
        run.days,
    ) % {
        "days": run.days,
        "first": date_format(run.first, "DATE_FORMAT"),
        "last": date_format(run.last, "DATE_FORMAT"),
    }
