"""What the sentences of several charts have in common, and when a difference is worth one.

A sentence is true to the last number, also where things are level: all are named then, or none
where they are too many to be a finding.
"""

import datetime as dt
from collections.abc import Sequence
from typing import TypeVar

from django.contrib.humanize.templatetags.humanize import intcomma
from django.utils.formats import time_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from classifier.emotions.readings import WORDS
from journal.emotions.tally import Tally, TallyPart

Key = TypeVar("Key")

# Fewer answers than this on a side are too few to compare.
COMPARABLE = 5
# A smaller difference of shares is none.
NOTICEABLE = 0.03
# Met more rarely, an hour, a phrase or an artist stands out by chance.
REPEATED = 3
# More that are level are no finding.
MOST_LEVEL = 3
ALIKE = 1e-9  # shares that differ by less are equal


def clock(hour: int) -> str:
    """The start of an hour, as clocks in the listener's language show it."""
    return time_format(dt.time(hour % 24), "H:i")


def leading(tally: Tally) -> str:
    """Which feeling was heard most."""
    leaders = tally.leaders
    if leaders[0].count == tally.total:
        return ngettext(
            "There is one answer, and it was %(word)s.",
            "All %(total)s answers were %(word)s.",
            tally.total,
        ) % {"total": intcomma(tally.total), "word": leaders[0].word}
    return _("Heard most: %(words)s, in %(count)s of %(total)s answers.") % {
        "words": listed_words(leaders),
        "count": intcomma(sum(part.count for part in leaders)),
        "total": intcomma(tally.total),
    }


def change_words(name: str, before: Tally, after: Tally) -> str:
    """How a feeling's share rose or fell, as the beginning of a sentence."""
    values = {
        "word": WORDS[name],
        "before": round(100 * before.share(name)),
        "after": round(100 * after.share(name)),
    }
    if before.share(name) < after.share(name):
        return _("%(word)s rose from %(before)d\xa0%% to %(after)d\xa0%%") % values
    return _("%(word)s fell from %(before)d\xa0%% to %(after)d\xa0%%") % values


def first_of(groups: Sequence[tuple[Key, Tally]]) -> list[tuple[Key, Tally]]:
    """Those met most, where they are few, and were met more than a time or two."""
    most = max((tally.total for _name, tally in groups), default=0)
    first = [(name, tally) for name, tally in groups if tally.total == most]
    return first if most >= REPEATED and len(first) <= MOST_LEVEL else []


def values_of_first(groups: Sequence[tuple[str, Tally]]) -> dict[str, object]:
    """What a sentence says of the group that was met most."""
    name, tally = groups[0]
    return {
        "name": name,
        "count": intcomma(tally.total),
        "total": intcomma(sum(each.total for _name, each in groups)),
        "most": mostly(tally),
    }


def values_of_level(
    groups: Sequence[tuple[str, Tally]], *, quoted: bool = False
) -> dict[str, object]:
    """What a sentence says of several groups that were met equally often."""
    names = [_("“%(name)s”") % {"name": name} if quoted else name for name, _tally in groups]
    return {"names": listed(names), "count": intcomma(groups[0][1].total)}


def mostly(tally: Tally) -> str:
    """What most of a group count as, as the end of a sentence; nothing where none does."""
    leaders = tally.leaders
    if not leaders:
        return ""
    values = {"count": intcomma(leaders[0].count), "words": listed_words(leaders)}
    if len(leaders) > 1:
        return _(", %(words)s equally often") % values
    return _(", %(count)s of them %(words)s") % values


def listed_words(parts: Sequence[TallyPart]) -> str:
    return listed([str(part.word) for part in parts])


def listed(words: Sequence[str]) -> str:
    if len(words) == 1:
        return words[0]
    return _("%(first)s and %(last)s") % {"first": ", ".join(words[:-1]), "last": words[-1]}
