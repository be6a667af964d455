"""What is known of a song's emotion, ready for a page: a person's label, then a model's word."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Literal

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from classifier.models import Classification
from classifier.results import certainty_of
from classifier.sentences import translated
from ml.labels import EMOTIONS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from django_stubs_ext import StrOrPromise

    from classifier.models import Song

State = Literal["empty", "listening", "answered", "unsure", "failed"]

WORDS: dict[str, StrOrPromise] = {
    "sad": _("sad"),
    "happy": _("happy"),
    "energetic": _("energetic"),
    "calm": _("calm"),
}

# Probabilities are calibrated, so below this the model is wrong more often than right.
UNSURE_BELOW = 0.45


@dataclass(frozen=True)
class Bar:
    """One emotion's probability, as drawn."""

    name: str
    word: StrOrPromise
    probability: float
    is_top: bool

    @property
    def percent(self) -> int:
        """The probability in whole percent."""
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


@dataclass(frozen=True)
class Reading:
    """The emotion of a song as one person sees it."""

    state: State
    emotion: str = ""
    is_labelled: bool = False
    stage: str = ""
    error: str = ""
    classification: Classification | None = None

    @property
    def word(self) -> StrOrPromise:
        """The emotion in the listener's language."""
        return WORDS.get(self.emotion, "")

    @property
    def said(self) -> str:
        """What the person said themselves; empty where they said nothing."""
        return self.emotion if self.is_labelled else ""

    @cached_property
    def bars(self) -> list[Bar]:
        """The four probabilities of an answer; drawn when a page asks for them."""
        return bars_of(self._answer.probabilities) if self._answer else []

    @cached_property
    def segments(self) -> list[SegmentReading]:
        """What an answer says of each stretch of the clip."""
        return [_segment(segment) for segment in self._answer.segments] if self._answer else []

    @property
    def _answer(self) -> Classification | None:
        return self.classification if self.state in {"answered", "unsure"} else None

    @property
    def candidates(self) -> list[Bar]:
        """The two likeliest emotions, for "not sure: sad or calm?"."""
        return sorted(self.bars, key=lambda bar: -bar.probability)[:2]


def read(song: Song | None) -> Reading:
    """Read a song fetched by `Entry.objects.with_readings(user)` or `with_readings` of songs.

    An answer beats open work, open work beats a failure, and a label beats them all.
    """
    if song is None:
        return Reading(state="empty")
    rows: Sequence[Classification] = list(song.classifications.all())
    labels = getattr(song, "own_labels", [])
    answer = best_answer(rows)
    if labels:
        return _answered(answer, emotion=labels[0].emotion, is_labelled=True)
    if answer is not None:
        return _answered(answer, emotion=answer.emotion, is_labelled=False)
    work = [row for row in rows if row.status in {"queued", "running"}]
    if work:
        stage = (work[0].status == "running" and work[0].stage) or work[0].status
        return Reading(state="listening", stage=stage, classification=work[0])
    error = translated(rows[0].error) if rows else ""
    return Reading(state="failed", error=error, classification=rows[0] if rows else None)


def read_answer(answer: Classification) -> Reading:
    """Read one model's answer, whoever looks at it."""
    return _answered(answer, emotion=answer.emotion, is_labelled=False)


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


def best_answer(rows: Sequence[Classification]) -> Classification | None:
    """The answer of the model that is asked first, and of several the newest."""
    answers = [row for row in rows if row.status == Classification.Status.DONE]
    return min(answers, key=lambda row: (rank(row.model), -row.queued_at.timestamp()), default=None)


def rank(model: str) -> int:
    """Place of a model in the order of asking; those not asked any more come last."""
    order: list[str] = settings.CLASSIFIER_MODELS
    return order.index(model) if model in order else len(order)


def _answered(answer: Classification | None, *, emotion: str, is_labelled: bool) -> Reading:
    if answer is None:
        return Reading(state="answered", emotion=emotion, is_labelled=is_labelled)
    is_unsure = not is_labelled and certainty_of(answer.probabilities) < UNSURE_BELOW
    return Reading(
        state="unsure" if is_unsure else "answered",
        emotion=emotion,
        is_labelled=is_labelled,
        classification=answer,
    )


def _segment(segment: Mapping[str, object]) -> SegmentReading:
    bars = bars_of(segment["probabilities"])  # type: ignore[arg-type]
    top = max(bars, key=lambda bar: bar.probability)
    return SegmentReading(
        start=round(float(segment["start"]), 1),  # type: ignore[arg-type]
        end=round(float(segment["end"]), 1),  # type: ignore[arg-type]
        name=top.name,
        word=top.word,
        percent=top.percent,
        bars=bars,
    )
