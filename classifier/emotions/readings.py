"""What is known of a song's emotion, ready for a page; `effective` says what counts."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

from classifier.emotions.effective import UNTAUGHT, Effective, corrected, effective_of
from classifier.emotions.words import LABELS, NORMS, Point, Word, point_of, words_of
from classifier.emotions.words import WORDS as FINER_WORDS
from classifier.models import EMOTION_CHOICES, Classification, Song
from classifier.sentences import translated
from classifier.serving.results import UNSURE, is_sure, minutes_and_seconds
from ml.labels import EMOTIONS
from ml.personal import Layer

State = Literal["empty", "listening", "answered", "unsure", "failed"]  # "empty": no song

WORDS: dict[str, StrOrPromise] = dict(EMOTION_CHOICES)

# How a list calls what no model was sure of.
NOT_SURE = _("not sure")


@dataclass(frozen=True)
class FinerWords:
    name: str
    word: StrOrPromise
    words: list[tuple[str, StrOrPromise]]


FINER: list[FinerWords] = [
    FinerWords(name, word, [(finer, LABELS[finer]) for finer in NORMS[name]])
    for name, word in WORDS.items()
]


@dataclass(frozen=True)
class Bar:
    """One emotion's probability, as drawn."""

    name: str
    word: StrOrPromise
    probability: float
    is_top: bool

    @property
    def percent(self) -> int:
        return round(100 * self.probability)


@dataclass(frozen=True)
class SegmentReading:
    """What the model heard between two moments of the clip (seconds)."""

    start: float
    end: float
    name: str
    word: StrOrPromise
    percent: int
    bars: list[Bar]
    offset: float | None = None  # where in the song the clip begins; None where nobody knows

    @property
    def begins(self) -> str:
        """Where it begins in the song, as a player shows it; empty where nobody knows."""
        return "" if self.offset is None else minutes_and_seconds(self.offset + self.start)

    @property
    def ends(self) -> str:
        """Where it ends in the song, as a player shows it; empty where nobody knows."""
        return "" if self.offset is None else minutes_and_seconds(self.offset + self.end)


@dataclass(frozen=True)
class Reading:
    """The emotion of a song as one person sees it."""

    state: State
    emotion: str = ""  # empty unless it is answered
    is_labelled: bool = False
    stage: str = ""
    error: str = ""
    classification: Classification | None = None
    chosen: Word | None = None  # the finer word that the person chose
    layer: Layer = UNTAUGHT

    @property
    def word(self) -> StrOrPromise:
        return WORDS.get(self.emotion, "")

    @property
    def said(self) -> str:
        """What the person said themselves; empty where they said nothing."""
        return self.emotion if self.is_labelled else ""

    @cached_property
    def bars(self) -> list[Bar]:
        """The four probabilities of an answer; drawn when a page asks for them."""
        return bars_of(self._probabilities) if self._answer else []

    @cached_property
    def without_layer(self) -> Bar | None:
        """What the model says without what the person taught it, where they taught it something."""
        if self._answer is None or not self.layer.changes_anything:
            return None
        return next(bar for bar in bars_of(self._answer.probabilities) if bar.is_top)

    @cached_property
    def point(self) -> Point | None:
        return point_of(self._probabilities) if self._answer else None

    @cached_property
    def finer(self) -> list[Word]:
        """The finer words for the song: the person's own, else those that the answer comes to."""
        if self.chosen:
            return [self.chosen]
        if not self._answer:
            return []
        return words_of(self._probabilities, self._answer.word_odds, emotion=self.emotion)

    @cached_property
    def segments(self) -> list[SegmentReading]:
        answer = self._answer
        if answer is None:
            return []
        return [_segment(each, answer.offset, self.layer) for each in answer.segments]

    @property
    def elsewhere(self) -> tuple[str, str] | None:
        """What part was heard, where there was nothing to hear in the middle of the song."""
        answer = self._answer
        if answer is None or answer.is_middle or not self.segments or answer.offset is None:
            return None
        return self.segments[0].begins, self.segments[-1].ends

    @property
    def _answer(self) -> Classification | None:
        return self.classification if self.state in {"answered", "unsure"} else None

    @cached_property
    def _probabilities(self) -> Mapping[str, float]:
        """Those of an answer, as the person's layer has them."""
        return corrected(self.layer, self._answer.probabilities) if self._answer else {}

    @property
    def candidates(self) -> list[Bar]:
        """The two likeliest emotions, for "not sure: sad or calm?"; none where none is known."""
        return candidates_of(self._probabilities)


def read(song: Song | None) -> Reading:
    """Read a song fetched by `Entry.objects.with_readings(user)` or `with_readings` of songs."""
    if song is None:
        return Reading(state="empty")
    label = next(iter(getattr(song, "own_labels", [])), None)
    emotion = label.emotion if label else ""
    chosen = FINER_WORDS.get(label.word) if label else None
    layer = Layer.from_text(getattr(song, "own_layer", ""))
    return _reading(
        effective_of(list(song.classifications.all()), label=emotion, layer=layer),
        chosen=chosen if chosen and chosen.emotion == emotion else None,
    )


def read_answer(answer: Classification) -> Reading:
    """Read one model's answer, whoever looks at it."""
    return _reading(Effective(answer=answer))


def candidates_of(probabilities: Mapping[str, float]) -> list[Bar]:
    """The two emotions between which a model is not sure, the likelier one first."""
    likely = [bar for bar in bars_of(probabilities) if bar.probability]
    return sorted(likely, key=lambda bar: -bar.probability)[:2]


def not_sure_between(words: Sequence[StrOrPromise]) -> str:
    """Say "not sure: sad or calm", or without two words only that."""
    if len(words) < 2:
        return str(NOT_SURE)
    return gettext("not sure: %(first)s or %(second)s") % {"first": words[0], "second": words[1]}


def bars_of(probabilities: Mapping[str, float]) -> list[Bar]:
    """Draw probabilities as whole percentages, in the order of the emotions."""
    top = max(probabilities, key=lambda name: probabilities[name], default="")
    return [
        Bar(
            name=emotion.value,
            word=WORDS[emotion.value],
            probability=probabilities.get(emotion.value, 0.0),
            is_top=emotion.value == top,
        )
        for emotion in EMOTIONS
    ]


def _reading(found: Effective, *, chosen: Word | None = None) -> Reading:
    state, work = found.state, None if found.label else found.work
    is_running = work is not None and work.status == work.Status.RUNNING
    return Reading(
        state=state,
        emotion="" if state == "unsure" else found.emotion,
        is_labelled=bool(found.label),
        stage=((is_running and work.stage) or work.status) if work and work.is_open else "",
        error=translated(work.error) if work and not work.is_open else "",
        classification=found.answer or work,
        chosen=chosen,
        layer=found.layer,
    )


def _segment(segment: Mapping[str, Any], offset: float | None, layer: Layer) -> SegmentReading:
    bars = bars_of(corrected(layer, segment["probabilities"]))
    top = max(bars, key=lambda bar: bar.probability)
    is_clear = is_sure(top.probability)
    return SegmentReading(
        start=round(float(segment["start"]), 1),
        end=round(float(segment["end"]), 1),
        name=top.name if is_clear else UNSURE,
        word=top.word if is_clear else NOT_SURE,
        percent=top.percent,
        bars=bars,
        offset=offset,
    )
