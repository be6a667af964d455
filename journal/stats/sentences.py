"""One sentence a chart: what it shows, true to the last number, also where things are level.

Where several are level, all are named, or none where they are too many to be a finding.
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from django.utils.formats import date_format, time_format
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from classifier.emotions.readings import WORDS
from journal.emotions.tally import NAMES

if TYPE_CHECKING:
    from collections.abc import Sequence

    from journal.emotions.tally import Part, Tally
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

# Fewer answers than this on a side are too few to compare.
COMPARABLE = 5
# A smaller difference of shares is none.
NOTICEABLE = 0.03
# Met more rarely, an hour, a phrase or an artist stands out by chance.
REPEATED = 3
# More that are level are no finding.
MOST_LEVEL = 3
ALIKE = 1e-9  # shares that differ by less are equal


def over_time(summary: OverTime) -> str:
    """Which emotions changed most from one half of the time to the other."""
    before, after = summary.first_half, summary.second_half
    if min(before.clear, after.clear) < COMPARABLE:
        return _leading(summary.everything)
    moves = {name: after.share(name) - before.share(name) for name in NAMES}
    largest = max(abs(move) for move in moves.values())
    if largest < NOTICEABLE:
        return _("No feeling changed by more than 3 points.")
    changes = [_change(name, before, after) for name in NAMES if abs(moves[name]) > largest - ALIKE]
    return _("%(changes)s from the first half of this time to the second.") % {
        "changes": capfirst(_listed(changes))
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
    if not first:
        return _("Not sure about any of these songs.")
    if first[0].count == last[0].count:
        return _("All four feelings are equal over these days.")
    if first[0].count == summary.tally.total:
        return _leading(summary.tally)
    values = {
        "days": summary.days,
        "first": _words(first),
        "most": first[0].percent,
        "last": _words(last),
        "fewest": last[0].percent,
    }
    if not last[0].count:
        return (
            ngettext(
                "Most often %(first)s (%(most)d\xa0%%) on %(days)d day; never %(last)s.",
                "Most often %(first)s (%(most)d\xa0%%) over %(days)d days; never %(last)s.",
                summary.days,
            )
            % values
        )
    return (
        ngettext(
            "Most often %(first)s (%(most)d\xa0%%) on %(days)d day; "
            "least often %(last)s (%(fewest)d\xa0%%).",
            "Most often %(first)s (%(most)d\xa0%%) over %(days)d days; "
            "least often %(last)s (%(fewest)d\xa0%%).",
            summary.days,
        )
        % values
    )


def by_weekday(summary: ByGroup) -> str:
    """Where weekdays differ most from the whole week."""
    everything = summary.everything
    days = [(day, tally) for day, tally in summary.groups if tally.clear >= COMPARABLE]
    if not days:
        return _leading(everything)
    gains = {
        (day, name): tally.share(name) - everything.share(name)
        for day, tally in days
        for name in NAMES
    }
    largest = max(gains.values())
    found = [key for key, gain in gains.items() if gain > largest - ALIKE]
    if largest < NOTICEABLE or len(found) > MOST_LEVEL:
        return _("No weekday sounds different from the others.")
    shares = dict(days)
    return " ".join(
        _("%(day)s stands out: %(share)d\xa0%% %(word)s, against %(usual)d\xa0%% overall.")
        % {
            "day": day,
            "word": WORDS[name],
            "share": round(100 * shares[day].share(name)),
            "usual": round(100 * everything.share(name)),
        }
        for day, name in found
    )


def by_hour(summary: ByHour) -> str:
    """When most answers come, and what they count as."""
    first = _first([(str(hour), tally) for hour, tally in enumerate(summary.hours)])
    if len(first) != 1:
        return _("No hour of the day stands out.")
    ((hour, tally),) = first
    return _(
        "You answer most between %(start)s and %(end)s: %(count)d of %(total)d answers%(most)s."
    ) % {
        "start": clock(int(hour)),
        "end": clock(int(hour) + 1),
        "count": tally.total,
        "total": summary.everything.total,
        "most": _most(tally),
    }


def by_phrase(summary: ByGroup) -> str:
    """The phrases answered most."""
    first = _first(summary.groups)
    if not first:
        return _("No phrase stands out.")
    if len(first) > 1:
        return _("Most answered: %(names)s, %(count)d times each.") % _level(first, quoted=True)
    return _("Most answered: “%(name)s”, with %(count)d of %(total)d answers%(most)s.") % _top(
        summary
    )


def by_artist(summary: ByGroup) -> str:
    """The artists chosen most."""
    first = _first(summary.groups)
    if not first:
        return _("No artist stands out.")
    if len(first) > 1:
        return _("Most chosen: %(names)s, %(count)d times each.") % _level(first)
    return _("Most chosen: %(name)s, with %(count)d of %(total)d answers%(most)s.") % _top(summary)


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
    parts = [
        ngettext(
            "The model agrees with you on %(agreed)d of %(total)d song you labelled "
            "(%(percent)d\xa0%%).",
            "The model agrees with you on %(agreed)d of %(total)d songs you labelled "
            "(%(percent)d\xa0%%).",
            summary.total,
        )
        % {
            "total": summary.total,
            "agreed": summary.agreed,
            "percent": round(100 * summary.agreed / summary.total),
        }
    ]
    if summary.worst is not None and summary.pairs[summary.worst] >= REPEATED:
        heard, said = summary.worst
        parts.append(
            _("Most often it hears %(heard)s where you hear %(said)s: %(count)d times.")
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


def _change(name: str, before: Tally, after: Tally) -> str:
    values = {
        "word": WORDS[name],
        "before": round(100 * before.share(name)),
        "after": round(100 * after.share(name)),
    }
    if before.share(name) < after.share(name):
        return _("%(word)s rose from %(before)d\xa0%% to %(after)d\xa0%%") % values
    return _("%(word)s fell from %(before)d\xa0%% to %(after)d\xa0%%") % values


def _first(groups: Sequence[tuple[str, Tally]]) -> list[tuple[str, Tally]]:
    """Those met most, where they are few, and were met more than a time or two."""
    most = max((tally.total for _name, tally in groups), default=0)
    first = [(name, tally) for name, tally in groups if tally.total == most]
    return first if most >= REPEATED and len(first) <= MOST_LEVEL else []


def _top(summary: ByGroup) -> dict[str, object]:
    name, tally = summary.groups[0]
    return {
        "name": name,
        "count": tally.total,
        "total": summary.everything.total,
        "most": _most(tally),
    }


def _level(groups: Sequence[tuple[str, Tally]], *, quoted: bool = False) -> dict[str, object]:
    names = [_("“%(name)s”") % {"name": name} if quoted else name for name, _tally in groups]
    return {"names": _listed(names), "count": groups[0][1].total}


def _most(tally: Tally) -> str:
    """What most of a group count as, as the end of a sentence; nothing where none does."""
    leaders = tally.leaders
    if not leaders:
        return ""
    values = {"count": leaders[0].count, "words": _words(leaders)}
    if len(leaders) > 1:
        return _(", %(words)s equally often") % values
    return _(", %(count)d of them %(words)s") % values


def _words(parts: Sequence[Part]) -> str:
    return _listed([str(part.word) for part in parts])


def _listed(words: Sequence[str]) -> str:
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
