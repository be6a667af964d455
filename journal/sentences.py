"""A day in one sentence."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from classifier.readings import WORDS

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from django_stubs_ext import StrOrPromise

    from journal.cards import Card
    from journal.models import Phrase

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


def moments_of(cards: Iterable[Card]) -> list[Moment]:
    """What a day's cards carry; what nobody is sure of does not count."""
    return [
        Moment(emotion=card.reading.emotion, place=place_of(card.entry.phrase))
        for card in cards
        if card.state == "answered"
    ]


def summary(moments: Sequence[Moment], *, answered: int, is_over: bool = False) -> str:
    """Say a day in one sentence; `answered` songs may not all be heard yet."""
    counts = Counter(moment.emotion for moment in moments)
    # in the order of the emotions where they are level
    heard = sorted((name for name in WORDS if counts[name]), key=lambda name: -counts[name])
    if not heard:
        return _("Nothing heard yet.") if answered else _("Nothing answered yet.")
    first, *others = heard
    if not others:
        sentence = _("All %(word)s.") if is_over else _("All %(word)s so far.")
        return sentence % {"word": WORDS[first]}
    if counts[first] * 2 <= len(moments):
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
        "calm": ngettext("one calm stretch", "%(count)d calm stretches", count),
    }
    return told[name] % {"count": count}


def _listed(names: Sequence[str]) -> str:
    words = [str(WORDS[name]) for name in names]
    if len(words) == 1:
        return words[0]
    return _("%(first)s and %(last)s") % {"first": ", ".join(words[:-1]), "last": words[-1]}
