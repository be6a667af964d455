"""A day in one sentence."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django_stubs_ext import StrOrPromise

from classifier.emotions.readings import WORDS
from journal.day.cards import Card
from journal.models import Phrase
from journal.stats.words import listed

# Where something happened, by the theme of its phrase (`journal/data/phrases.toml`).
PLACES: dict[str, StrOrPromise] = {
    "mornings": gettext_lazy("in the morning"),
    "weather": gettext_lazy("out in the weather"),
    "people": gettext_lazy("among people"),
    "chores": gettext_lazy("over the chores"),
    "travel": gettext_lazy("on the way"),
    "work": gettext_lazy("at work"),
    "food": gettext_lazy("at the table"),
    "luck": gettext_lazy("in a stroke of luck"),
    "bad luck": gettext_lazy("in a bit of bad luck"),
    "evenings": gettext_lazy("in the evening"),
    "body": gettext_lazy("in your bones"),
    "city": gettext_lazy("in the city"),
    "small joys": gettext_lazy("over a small joy"),
    "seasons": gettext_lazy("with the season"),
}
# One phrase is told by more than its theme: it is the one that the journal is known by.
PLACES_OF_PHRASES: dict[str, StrOrPromise] = {"missed-bus": gettext_lazy("at the bus stop")}


@dataclass(frozen=True)
class Moment:
    """An emotion that was heard, and where: empty where the phrase does not say."""

    emotion: str
    place: StrOrPromise = ""


class Others(NamedTuple):
    """Answers that count as no emotion.

    `unsure`: those that no model was sure of; `waiting`, `failed`: those that are still listened
    to, and those that could not be heard.
    """

    unsure: int = 0
    waiting: int = 0
    failed: int = 0


def moments_of(cards: Iterable[Card]) -> list[Moment]:
    """What the answers of a day's cards count as, where that is an emotion."""
    return [
        Moment(emotion=card.reading.emotion, place=place_of(card.entry.phrase))
        for card in cards
        if card.state == "answered"
    ]


def others_of(cards: Iterable[Card]) -> Others:
    """The answers of a day's cards that count as no emotion."""
    states = Counter(card.state for card in cards)
    return Others(states["unsure"], states["listening"], states["failed"])


def summary(
    moments: Sequence[Moment],
    *,
    answered: int,
    others: Others | None = None,
    is_over: bool = False,
) -> str:
    """Say a day in a sentence or two; `answered` songs may not all be heard yet."""
    others = others or Others()
    if not moments:
        return _without_moments(answered, others)
    if not others.unsure:
        return _said(moments, is_over=is_over)
    doubt = ngettext(
        "Not sure about one song.", "Not sure about %(count)d songs.", others.unsure
    ) % {"count": others.unsure}
    return f"{_said_with_doubt(moments, others.unsure)} {doubt}"


def _without_moments(answered: int, others: Others) -> str:
    if others.unsure:
        return _("Not sure yet: tap what you hear.")
    if others.failed and not others.waiting:
        return _("None of it could be heard.")
    return _("Nothing heard yet.") if answered else _("Nothing answered yet.")


def _said_with_doubt(moments: Sequence[Moment], unsure: int) -> str:
    """Say what was heard where that is not all: nothing of it is called all or most of a day."""
    heard = _by_count(moments)
    most = sum(moment.emotion == heard[0] for moment in moments)
    if len(heard) > 1 and most * 2 > len(moments) + unsure:
        return _said(moments, is_over=True)
    if len(heard) > 1:
        return _("A mixed day: %(words)s.") % {"words": _listed(heard)}
    if most > unsure:
        return _("Mostly %(word)s.") % {"word": WORDS[heard[0]]}
    return _("Partly %(word)s.") % {"word": WORDS[heard[0]]}


def _said(moments: Sequence[Moment], *, is_over: bool) -> str:
    heard = _by_count(moments)
    first, *others = heard
    if not others:
        sentence = _("All %(word)s.") if is_over else _("All %(word)s so far.")
        return sentence % {"word": WORDS[first]}
    if sum(moment.emotion == first for moment in moments) * 2 <= len(moments):
        return _("A mixed day: %(words)s.") % {"words": _listed(heard)}
    if len(others) == 1:
        return _("Mostly %(word)s, with %(told)s.") % {
            "word": WORDS[first],
            "told": _told(others[0], moments),
        }
    return _("Mostly %(word)s, with %(words)s moments.") % {
        "word": WORDS[first],
        "words": _listed(others),
    }


def place_of(phrase: Phrase | None) -> StrOrPromise:
    """Where something happened that answers a phrase; empty where it does not say."""
    if phrase is None:
        return ""
    return PLACES_OF_PHRASES.get(phrase.key or "") or PLACES.get(phrase.theme, "")


def _by_count(moments: Sequence[Moment]) -> list[str]:
    """The emotions of moments, the commonest first, in their order where they are level."""
    counts = Counter(moment.emotion for moment in moments)
    return sorted((name for name in WORDS if counts[name]), key=lambda name: -counts[name])


def _told(name: str, moments: Sequence[Moment]) -> str:
    """How often an emotion was heard, and where, if one place says it all."""
    places = [moment.place for moment in moments if moment.emotion == name]
    told = _counted(name, len(places))
    if places[0] and len(set(places)) == 1:
        return _("%(moment)s %(place)s") % {"moment": told, "place": places[0]}
    return told


def _counted(name: str, count: int) -> str:
    told = {
        "sad": ngettext("one sad moment", "%(count)d sad moments", count),
        "happy": ngettext("one happy moment", "%(count)d happy moments", count),
        "energetic": ngettext("one energetic outburst", "%(count)d energetic outbursts", count),
        "calm": ngettext("one calm moment", "%(count)d calm moments", count),
    }
    return told[name] % {"count": count}


def _listed(names: Sequence[str]) -> str:
    return listed([str(WORDS[name]) for name in names])
