"""The kinds of finding that may lead the statistics: what each compares, and how it is told."""

import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from django.contrib.humanize.templatetags.humanize import intcomma
from django.utils.dates import WEEKDAYS
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from django_stubs_ext import StrOrPromise

from classifier.emotions.readings import WORDS
from journal.emotions.counting import sum_of, tally_of_days
from journal.emotions.tally import NAMES, Tally
from journal.stats.answers import Answers
from journal.stats.words import clock

SATURDAY = 5
# Parts of a day: its first hour, and that after its last.
PARTS_OF_DAY = ((5, 11), (11, 17), (17, 22), (22, 29))
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


class Compared(NamedTuple):
    """Groups of answers, and all answers: each group is compared with what is not in it."""

    groups: Mapping[Any, Tally]
    overall: Tally


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
        return {
            "share": round(100 * self.inside.share(self.name)),
            "usual": round(100 * self.overall.share(self.name)),
            "count": intcomma(self.inside.counts[self.name]),
            "total": intcomma(self.inside.total),
        }


@dataclass(frozen=True)
class KindOfFinding:
    """What is compared, how many answers it takes, and how it is told."""

    name: str
    least: int
    groups: Callable[[Answers], Compared]
    tell: Callable[[Difference], tuple[str, str]]


def apart(groups: Mapping[Any, Tally]) -> Compared:
    """Groups that have no answer in common, and are all there is."""
    return Compared(groups, sum_of(groups.values()))


def differences(compared: Compared, *, least: int) -> Iterator[Difference]:
    """Every group and feeling that is commoner there than elsewhere, with its chance.

    Groups with fewer than `least` answers, or so few outside, are not compared.
    """
    overall = compared.overall
    large = {key: tally for key, tally in compared.groups.items() if tally.clear >= least}
    tried = len(large) * len(NAMES)
    for key, inside in large.items():
        outside = Tally(overall.counts - inside.counts)
        if outside.clear < least:
            continue
        for name in NAMES:
            if inside.share(name) > outside.share(name):
                chance = min(1.0, tried * _chance(name, inside, outside))
                yield Difference(key, name, inside, overall, chance)


def _chance(name: str, inside: Tally, outside: Tally) -> float:
    """The chance that two groups of one kind differ so much: one side of the normal test."""
    first, second = inside.total, outside.total
    share = (inside.counts[name] + outside.counts[name]) / (first + second)
    spread = math.sqrt(share * (1 - share) * (1 / first + 1 / second))
    if not spread:
        return 1.0
    gap = inside.share(name) - outside.share(name) - (1 / first + 1 / second) / 2
    return math.erfc(max(0.0, gap) / spread / math.sqrt(2)) / 2


def _by_weekend(answers: Answers) -> Compared:
    halves = (range(SATURDAY), False), (range(SATURDAY, 7), True)
    groups = {
        key: sum_of(answers.weekdays.get(day, Tally()) for day in days) for days, key in halves
    }
    return apart(groups)


def _by_part_of_day(answers: Answers) -> Compared:
    return apart(
        {
            (first, end): sum_of(
                answers.hours.get(hour % 24, Tally()) for hour in range(first, end)
            )
            for first, end in PARTS_OF_DAY
        }
    )


def _by_felt(answers: Answers) -> Compared:
    felt = [day for day in answers.felt if day.emotions and day.date in answers.days]
    return Compared(
        groups={
            name: tally_of_days(answers.days[day.date] for day in felt if name in day.emotions)
            for name in NAMES
        },
        overall=tally_of_days(answers.days[day.date] for day in felt),
    )


def _by_tag(answers: Answers) -> Compared:
    return Compared(
        groups={tag: tally_of_days(days) for tag, days in answers.tagged.items()},
        overall=tally_of_days(answers.days.values()),
    )


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


def _against_all(found: Difference) -> str:
    text = _("%(share)d\xa0%% %(word)s, against %(usual)d\xa0%% overall.")
    return text % {"word": WORDS[found.name], **found.values}


def _some_of(found: Difference) -> str:
    text = _("%(count)s of %(total)s answers %(word)s, against %(usual)d\xa0%% overall.")
    return text % {"word": WORDS[found.name], **found.values}


def _tells(
    title: StrOrPromise, name_of: Callable[[Any], object] = str
) -> Callable[[Difference], tuple[str, str]]:
    """Tell of a group by its name."""

    def tell(found: Difference) -> tuple[str, str]:
        values = {"name": name_of(found.key), "more": MORE[found.name]}
        return str(title % values), _some_of(found)

    return tell


KINDS_OF_FINDING = [
    KindOfFinding(
        "beside_before",
        10,
        lambda answers: apart({"now": answers.tally, "before": answers.before}),
        _tell_beside_before,
    ),
    KindOfFinding("weekend", 10, _by_weekend, _tell_weekend),
    KindOfFinding("weekday", 8, lambda answers: apart(answers.weekdays), _tell_weekday),
    KindOfFinding("part_of_day", 8, _by_part_of_day, _tell_part_of_day),
    KindOfFinding(
        "felt",
        10,
        _by_felt,
        _tells(gettext_lazy("When you feel %(name)s, your songs sound %(more)s"), WORDS.get),
    ),
    KindOfFinding("tag", 10, _by_tag, _tells(gettext_lazy("Days with “%(name)s” sound %(more)s"))),
    KindOfFinding(
        "artist",
        6,
        lambda answers: apart({name: tally for name, tally in answers.artists.items() if name}),
        _tells(gettext_lazy("%(name)s sounds %(more)s than the rest")),
    ),
    KindOfFinding(
        "phrase",
        5,
        lambda answers: apart(answers.phrases),
        _tells(gettext_lazy("“%(name)s” sounds %(more)s")),
    ),
]
