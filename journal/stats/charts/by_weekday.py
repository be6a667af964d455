"""How the weekdays differ."""

import datetime as dt
from collections.abc import Sequence

from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from classifier.emotions.readings import WORDS
from journal.emotions.counting import sum_of
from journal.emotions.tally import NAMES, Tally
from journal.stats.answers import Answers
from journal.stats.charts.base import ENOUGH, MORE_ANSWERS, Drawn, Plan, bar_rows, count_clear
from journal.stats.intervals import Interval
from journal.stats.tables import tally_table
from journal.stats.words import ALIKE, COMPARABLE, MOST_LEVEL, NOTICEABLE, leading


def weekday_sentence(groups: Sequence[tuple[str, Tally]]) -> str:
    """Where named weekdays differ most from the whole week; empty where none stands out."""
    everything = sum_of(tally for _name, tally in groups)
    days = [(day, tally) for day, tally in groups if tally.clear >= COMPARABLE]
    if not days:
        return leading(everything)
    gains = {
        (day, name): tally.share(name) - everything.share(name)
        for day, tally in days
        for name in NAMES
    }
    largest = max(gains.values())
    found = [key for key, gain in gains.items() if gain > largest - ALIKE]
    if largest < NOTICEABLE or len(found) > MOST_LEVEL:
        return ""
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


def _draw(answers: Answers, _interval: Interval, _today: dt.date) -> Drawn:
    groups = [(str(WEEKDAYS[day]), answers.weekdays.get(day, Tally())) for day in range(7)]
    return Drawn(
        sentence=weekday_sentence(groups),
        drawing={"rows": bar_rows(groups)},
        table=tally_table(_("Weekday"), groups),
    )


PLAN = Plan(
    "by_weekday",
    gettext_lazy("By weekday"),
    2 * ENOUGH,
    count_clear,
    MORE_ANSWERS,
    _draw,
    quiet=gettext_lazy("No weekday sounds different from the others."),
)
