"""The one large finding that leads the statistics.

The kinds of finding, each with the least number of answers it takes on the smaller side of what it
compares, stand in `KINDS_OF_FINDING`. A kind looks at a few groups of answers (the weekdays, the
artists) and takes the feeling whose share in one of them differs most surely from its share in all
others. How sure: by the normal test of two shares with a correction for continuity, times the
number of comparisons that were tried (Bonferroni), so that who looks at seven weekdays is not
surprised by one of them.

Of the findings with a chance under `CHANCE` the one with the most weight leads: its surety, in
powers of ten up to `SUREST`, and `NEW` more where it could not have been said a week ago. Without
any, the page leads with the feeling heard most, where one is.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from django.utils.dates import WEEKDAYS
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext_lazy

from classifier.emotions.readings import WORDS
from journal.emotions.tally import NAMES, Tally
from journal.stats.grouping import group_days, sum_of
from journal.stats.words import clock

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

    from journal.stats.answers import Answers

CHANCE = 0.05
SUREST = 6.0
NEW = 2.0
RECENT = dt.timedelta(7)
ENOUGH = 10  # answers of which the feeling heard most is said
# Parts of a day: its first hour, and that after its last.
PARTS_OF_DAY = ((5, 11), (11, 17), (17, 22), (22, 29))


@dataclass(frozen=True)
class Difference:
    """A group in which a feeling is commoner than elsewhere, and the chance that it is by luck."""

    key: Any
    name: str
    inside: Tally
    overall: Tally
    chance: float

    @property
    def values(self) -> dict[str, object]:
        """The numbers of its sentence."""
        return {
            "share": round(100 * self.inside.share(self.name)),
            "usual": round(100 * self.overall.share(self.name)),
            "count": self.inside.counts[self.name],
            "total": self.inside.total,
        }


@dataclass(frozen=True)
class Finding:
    """What the page leads with.

    Attributes
    ----------
    kind : str
        Its kind, of `KINDS_OF_FINDING`, or "mostly".
    emotion : str
        The feeling that it is about, which colours it.
    title, proof : str
        The finding in a few words, and the numbers that it rests on.
    is_new : bool
        Whether it could not have been said a week ago.
    """

    kind: str
    emotion: str
    title: str
    proof: str
    is_new: bool = False
    weight: float = 0.0


@dataclass(frozen=True)
class KindOfFinding:
    """What is compared, how many answers it takes, and how it is told."""

    name: str
    least: int
    groups: Callable[[Answers], Mapping[Any, Tally]]
    tell: Callable[[Difference], tuple[str, str]]


def finding_of(answers: Answers, *, today: dt.date) -> Finding | None:
    """Return what is surest and newest about the answers, or None where nothing is."""
    found = [
        finding
        for kind in KINDS_OF_FINDING
        if (finding := _find(kind, answers, today=today)) is not None
    ]
    return max(found, key=lambda finding: finding.weight, default=None) or _mostly(answers.tally)


def differences(groups: Mapping[Any, Tally], *, least: int) -> Iterator[Difference]:
    """Every group and feeling that is commoner there than elsewhere, with its chance.

    The groups have no answer in common; those with fewer than `least` are not compared.
    """
    overall = sum_of(groups.values())
    large = {key: tally for key, tally in groups.items() if tally.clear >= least}
    tried = len(large) * len(NAMES)
    for key, inside in large.items():
        outside = Tally(overall.counts - inside.counts)
        if outside.clear < least:
            continue
        for name in NAMES:
            if inside.share(name) > outside.share(name):
                chance = min(1.0, tried * _chance(name, inside, outside))
                yield Difference(key, name, inside, overall, chance)


def _find(kind: KindOfFinding, answers: Answers, *, today: dt.date) -> Finding | None:
    surest = _surest(kind, answers)
    if surest is None or surest.chance > CHANCE:
        return None
    before = _surest(kind, _without_days_since(answers, today - RECENT))
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


def _surest(kind: KindOfFinding, answers: Answers) -> Difference | None:
    found = differences(kind.groups(answers), least=kind.least)
    return min(found, key=lambda difference: difference.chance, default=None)


def _without_days_since(answers: Answers, date: dt.date) -> Answers:
    """What was known a week ago of what is counted by days; the rest has no days and stays."""
    days = {day: heard for day, heard in answers.days.items() if day < date}
    return replace(answers, days=days)


def _chance(name: str, inside: Tally, outside: Tally) -> float:
    """The chance that two groups of one kind differ so much: one side of the normal test."""
    first, second = inside.total, outside.total
    share = (inside.counts[name] + outside.counts[name]) / (first + second)
    spread = math.sqrt(share * (1 - share) * (1 / first + 1 / second))
    if not spread:
        return 1.0
    gap = inside.share(name) - outside.share(name) - (1 / first + 1 / second) / 2
    return math.erfc(max(0.0, gap) / spread / math.sqrt(2)) / 2


def _mostly(tally: Tally) -> Finding | None:
    """The feeling heard most, where there are enough answers and it is one."""
    leaders = tally.leaders
    if tally.clear < ENOUGH or len(leaders) != 1:
        return None
    (part,) = leaders
    proof = ngettext(
        "%(share)d\xa0%% of %(total)d answer.", "%(share)d\xa0%% of %(total)d answers.", tally.total
    )
    return Finding(
        kind="mostly",
        emotion=part.name,
        title=_("Mostly %(word)s") % {"word": part.word},
        proof=proof % {"share": part.percent, "total": tally.total},
    )


def _by_weekday(answers: Answers) -> Mapping[Any, Tally]:
    return dict(group_days(answers.days, dt.date.weekday))


def _by_weekend(answers: Answers) -> Mapping[Any, Tally]:
    return dict(group_days(answers.days, lambda date: date.weekday() >= SATURDAY))


def _by_part_of_day(answers: Answers) -> Mapping[Any, Tally]:
    return {
        (first, end): sum_of(answers.hours.get(hour % 24, Tally()) for hour in range(first, end))
        for first, end in PARTS_OF_DAY
    }


def _beside_before(answers: Answers) -> Mapping[Any, Tally]:
    now = sum_of(group_days(answers.days, lambda _date: True).values())
    return {"now": now, "before": answers.before}


def _by_artist(answers: Answers) -> Mapping[Any, Tally]:
    return {name: tally for name, tally in answers.artists.items() if name}


def _by_phrase(answers: Answers) -> Mapping[Any, Tally]:
    return dict(answers.phrases)


def _tell_weekday(found: Difference) -> tuple[str, str]:
    values = {"day": WEEKDAYS[found.key], "more": MORE[found.name]}
    return _("%(day)ss sound %(more)s") % values, _against_all(found)


def _tell_weekend(found: Difference) -> tuple[str, str]:
    title = _("Weekends sound %(more)s") if found.key else _("Working days sound %(more)s")
    return title % {"more": MORE[found.name]}, _against_all(found)


def _tell_part_of_day(found: Difference) -> tuple[str, str]:
    first, end = found.key
    title = TITLES_OF_PARTS[first] % {"more": MORE[found.name]}
    when = _("From %(first)s to %(end)s") % {"first": clock(first), "end": clock(end)}
    return str(title), f"{when}: {_against_all(found)}"


def _tell_beside_before(found: Difference) -> tuple[str, str]:
    before = Tally(found.overall.counts - found.inside.counts)
    now = found.inside
    title = _("%(more)s than before") % {"more": MORE[found.name]}
    if found.key == "before":
        now, before = before, now
        title = _("less %(word)s than before") % {"word": WORDS[found.name]}
    proof = _("%(share)d\xa0%% %(word)s, against %(usual)d\xa0%% before.") % {
        "share": round(100 * now.share(found.name)),
        "usual": round(100 * before.share(found.name)),
        "word": WORDS[found.name],
    }
    return capfirst(title), proof


def _tell_artist(found: Difference) -> tuple[str, str]:
    values = {"name": found.key, "more": MORE[found.name]}
    return _("%(name)s sounds %(more)s than the rest") % values, _some_of(found)


def _tell_phrase(found: Difference) -> tuple[str, str]:
    values = {"name": found.key, "more": MORE[found.name]}
    return _("“%(name)s” sounds %(more)s") % values, _some_of(found)


def _against_all(found: Difference) -> str:
    text = _("%(share)d\xa0%% %(word)s, against %(usual)d\xa0%% overall.")
    return text % {"word": WORDS[found.name], **found.values}


def _some_of(found: Difference) -> str:
    text = _("%(count)d of %(total)d answers %(word)s, against %(usual)d\xa0%% overall.")
    return text % {"word": WORDS[found.name], **found.values}


SATURDAY = 5
MORE: dict[str, StrOrPromise] = {
    "sad": pgettext_lazy("comparative", "sadder"),
    "happy": pgettext_lazy("comparative", "happier"),
    "energetic": pgettext_lazy("comparative", "more energetic"),
    "calm": pgettext_lazy("comparative", "calmer"),
}
TITLES_OF_PARTS: dict[int, StrOrPromise] = {
    5: gettext_lazy("Mornings sound %(more)s"),
    11: gettext_lazy("Afternoons sound %(more)s"),
    17: gettext_lazy("Evenings sound %(more)s"),
    22: gettext_lazy("Nights sound %(more)s"),
}
KINDS_OF_FINDING = [
    KindOfFinding("beside_before", 10, _beside_before, _tell_beside_before),
    KindOfFinding("weekend", 10, _by_weekend, _tell_weekend),
    KindOfFinding("weekday", 8, _by_weekday, _tell_weekday),
    KindOfFinding("part_of_day", 8, _by_part_of_day, _tell_part_of_day),
    KindOfFinding("artist", 6, _by_artist, _tell_artist),
    KindOfFinding("phrase", 5, _by_phrase, _tell_phrase),
]
