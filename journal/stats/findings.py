"""The one large finding that leads the statistics.

The kinds of finding, each with the least number of answers it takes on the smaller side of what it
compares, stand in `kinds.KINDS_OF_FINDING`. A kind looks at a few groups of answers (weekdays,
artists) and takes the feeling whose share in one of them differs most surely from its share in all
others. How sure: by the normal test of two shares with a correction for continuity, times the
number of comparisons that were tried (Bonferroni), so that who looks at seven weekdays is not
surprised by one of them.

Of the findings with a chance under `CHANCE` the one with the most weight leads: its surety, in
powers of ten up to `SUREST`, and `NEW` more where it could not have been said a week ago. Without
any, the page leads with the feeling heard most, where one is.
"""

import datetime as dt
import math
from dataclasses import dataclass, replace

from django.contrib.humanize.templatetags.humanize import intcomma
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from journal.emotions.tally import Tally
from journal.stats.answers import Answers
from journal.stats.kinds import KINDS_OF_FINDING, Compared, Difference, KindOfFinding, differences

CHANCE = 0.05
SUREST = 6.0
NEW = 2.0
RECENT = dt.timedelta(7)
ENOUGH = 10  # answers of which the feeling heard most is said


@dataclass(frozen=True)
class Finding:
    """What the page leads with.

    `kind`: its kind, of `KINDS_OF_FINDING`, or "mostly"; `emotion`: the feeling that it is about,
    which colours it; `title`, `proof`: the finding in a few words, and the numbers that it rests
    on; `is_new`: whether it could not have been said a week ago.
    """

    kind: str
    emotion: str
    title: str
    proof: str
    is_new: bool = False
    weight: float = 0.0


def finding_of(answers: Answers, *, today: dt.date) -> Finding | None:
    """Return what is surest and newest about the answers, or None where nothing is."""
    earlier = _without_days_since(answers, today - RECENT)
    found = [
        finding
        for kind in KINDS_OF_FINDING
        if (finding := _find(kind, answers, earlier)) is not None
    ]
    return max(found, key=lambda finding: finding.weight, default=None) or _mostly(answers.tally)


def _find(kind: KindOfFinding, answers: Answers, earlier: Answers) -> Finding | None:
    compared = kind.groups(answers)
    surest = _surest(kind, compared)
    if surest is None or surest.chance > CHANCE:
        return None
    was_compared = kind.groups(earlier)
    before = surest if was_compared == compared else _surest(kind, was_compared)
    was_known = (
        before is not None
        and before.chance <= CHANCE
        and (before.key, before.name) == (surest.key, surest.name)
    )
    title, proof = kind.tell(surest)
    return Finding(
        kind=kind.name,
        emotion=surest.name,
        title=title,
        proof=proof,
        is_new=not was_known,
        weight=min(SUREST, -math.log10(max(surest.chance, 1e-99))) + (0 if was_known else NEW),
    )


def _surest(kind: KindOfFinding, compared: Compared) -> Difference | None:
    found = differences(compared, least=kind.least)
    return min(found, key=lambda difference: difference.chance, default=None)


def _without_days_since(answers: Answers, date: dt.date) -> Answers:
    """What was known a week ago of what is counted by days; the rest has no days and stays."""
    days = {day: heard for day, heard in answers.days.items() if day < date}
    return replace(answers, days=days)


def _mostly(tally: Tally) -> Finding | None:
    """The feeling heard most, where there are enough answers and it is one."""
    leaders = tally.leaders
    if tally.clear < ENOUGH or len(leaders) != 1:
        return None
    (part,) = leaders
    proof = ngettext(
        "%(share)d\xa0%% of %(total)s answer.", "%(share)d\xa0%% of %(total)s answers.", tally.total
    )
    return Finding(
        kind="mostly",
        emotion=part.name,
        title=_("Mostly %(word)s") % {"word": part.word},
        proof=proof % {"share": part.percent, "total": intcomma(tally.total)},
    )
