"""Predictions as plain values: what commands print and what the database keeps."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from classifier.emotions.words import DIGITS as POINT_DIGITS
from classifier.emotions.words import point_of, words_of

if TYPE_CHECKING:
    from ml.predictor import Prediction

Result = dict[str, Any]

DIGITS = 4  # a ten-thousandth is finer than any network's certainty

# Probabilities are calibrated, so below this the model is wrong more often than right.
UNSURE_BELOW = 0.45
# What counts where a model answered and was not sure.
UNSURE = "unsure"


def as_result(prediction: Prediction, *, seconds: float, start: float = 0.0) -> Result:
    """Write a prediction as plain values: `emotion`, `probabilities`, `valence`, `arousal`,
    `spread`, `words`, `segments`, `model`, `version` and `seconds`; `start` is where the clip
    begins in the song.
    """
    return {
        "emotion": str(prediction.emotion),
        "probabilities": _rounded(prediction.probabilities),
        **as_point(prediction.probabilities, prediction.word_odds),
        "segments": [
            segment | {"probabilities": _rounded(segment["probabilities"])}
            for segment in in_song(prediction.segments, start)
        ],
        "model": prediction.model,
        "version": prediction.version,
        "seconds": round(seconds, 3),
    }


def as_point(probabilities: Mapping[str, float], odds: Mapping[str, float]) -> Result:
    """Write where an answer lies: `valence`, `arousal`, the `spread` of both, and its `words`."""
    point = point_of(probabilities)
    if point is None:
        return {}
    likeliest = max(probabilities, key=lambda name: probabilities[name])
    emotion = likeliest if is_sure(probabilities[likeliest]) else UNSURE
    return {
        "valence": round(point.valence, POINT_DIGITS),
        "arousal": round(point.arousal, POINT_DIGITS),
        "spread": {
            "valence": round(point.valence_spread, POINT_DIGITS),
            "arousal": round(point.arousal_spread, POINT_DIGITS),
        },
        "words": [word.name for word in words_of(probabilities, odds, emotion=emotion)],
    }


def in_song(segments: Iterable[Mapping[str, Any]], start: float) -> list[Result]:
    """Give the segments of a clip the times of the song that it begins in at `start`."""
    return [
        {**segment} | {name: round(start + segment[name], 3) for name in ("start", "end")}
        for segment in segments
    ]


def minutes_and_seconds(seconds: float) -> str:
    """Write a moment of a song as players do: 1:32."""
    minutes, rest = divmod(int(round(seconds, 1)), 60)
    return f"{minutes}:{rest:02}"


def note_on(start: float, seconds: float) -> str:
    """Say which part was heard where there was nothing to hear in the middle."""
    part = f"{minutes_and_seconds(start)} to {minutes_and_seconds(start + seconds)}"
    return f"There is nothing to hear in the middle; {part} was heard."


def certainty_of(probabilities: Mapping[str, float]) -> float:
    """How likely the likeliest emotion is; 0 where nothing was said."""
    return max(probabilities.values(), default=0.0)


def is_sure(certainty: float) -> bool:
    """Whether an answer counts, given how likely its emotion is."""
    return certainty >= UNSURE_BELOW


def _rounded(probabilities: Mapping[str, float]) -> dict[str, float]:
    return {name: round(value, DIGITS) for name, value in probabilities.items()}
