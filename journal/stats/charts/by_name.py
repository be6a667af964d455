"""Phrases, artists and tags: those met most as bars, more in the table."""

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from django.contrib.humanize.templatetags.humanize import intcomma
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext_lazy
from django_stubs_ext import StrOrPromise

from journal.emotions.counting import largest_first, tally_of_days
from journal.emotions.tally import Tally
from journal.stats.answers import Answers
from journal.stats.charts.base import ENOUGH, MORE_ANSWERS, Drawn, Plan, bar_rows, count_clear
from journal.stats.intervals import Interval
from journal.stats.tables import tally_table
from journal.stats.words import first_of, values_of_first, values_of_level

DRAWN = 6  # groups with a bar
LISTED = 20  # those in the table
LEAST_DAYS = 3  # days with a tag: a day or two are no habit


@dataclass(frozen=True)
class Named:
    """Groups that have names, and what is said of the first: of one alone, or of some level."""

    title: StrOrPromise
    groups_of: Callable[[Answers], Mapping[str, Tally]]
    one: StrOrPromise
    level: StrOrPromise
    is_quoted: bool = True

    def sentence(self, answers: Answers) -> str:
        """The groups met most; empty where none stands out."""
        groups = largest_first(self.groups_of(answers))
        first = first_of(groups)
        if not first:
            return ""
        if len(first) > 1:
            return self.level % values_of_level(first, quoted=self.is_quoted)
        return self.one % values_of_first(groups)

    def draw(self, answers: Answers, _interval: Interval, _today: dt.date) -> Drawn:
        groups = largest_first(self.groups_of(answers))
        values = {"count": LISTED, "total": intcomma(len(groups))}
        note = _("The %(count)d first of %(total)s.") % values if len(groups) > LISTED else ""
        return Drawn(
            sentence=self.sentence(answers),
            drawing={"rows": bar_rows(groups[:DRAWN])},
            table=tally_table(str(self.title), groups[:LISTED], note=note),
        )


def _artists_of(answers: Answers) -> dict[str, Tally]:
    """The artists that have a name."""
    return {name: tally for name, tally in answers.artists.items() if name}


def _tags_of(answers: Answers) -> dict[str, Tally]:
    habits = {tag: days for tag, days in answers.tagged.items() if len(days) >= LEAST_DAYS}
    return {tag: tally_of_days(days) for tag, days in habits.items()}


PHRASES = Named(
    gettext_lazy("By phrase"),
    lambda answers: answers.phrases,
    gettext_lazy("Most answered: “%(name)s”, with %(count)s of %(total)s answers%(most)s."),
    gettext_lazy("Most answered: %(names)s, %(count)s times each."),
)
ARTISTS = Named(
    gettext_lazy("By artist"),
    _artists_of,
    gettext_lazy("Most chosen: %(name)s, with %(count)s of %(total)s answers%(most)s."),
    gettext_lazy("Most chosen: %(names)s, %(count)s times each."),
    is_quoted=False,
)
TAGS = Named(
    gettext_lazy("By tag"),
    _tags_of,
    gettext_lazy("Most answers on days with “%(name)s”: %(count)s%(most)s."),
    gettext_lazy("Most answers on days with %(names)s: %(count)s each."),
)
BY_PHRASE = Plan(
    "by_phrase",
    PHRASES.title,
    ENOUGH,
    count_clear,
    MORE_ANSWERS,
    PHRASES.draw,
    quiet=gettext_lazy("No phrase stands out."),
)
BY_ARTIST = Plan(
    "by_artist",
    ARTISTS.title,
    ENOUGH,
    lambda answers: sum(tally.clear for tally in _artists_of(answers).values()),
    ngettext_lazy(
        "%(count)d more answer with an artist’s name",
        "%(count)d more answers with an artist’s name",
        "count",
    ),
    ARTISTS.draw,
    quiet=gettext_lazy("No artist stands out."),
)
BY_TAG = Plan(
    "by_tag",
    TAGS.title,
    LEAST_DAYS,
    lambda answers: max(map(len, answers.tagged.values()), default=0),
    ngettext_lazy(
        "%(count)d more day with one tag, and answers",
        "%(count)d more days with one tag, and answers",
        "count",
    ),
    TAGS.draw,
    quiet=gettext_lazy("No tag stands out."),
)
