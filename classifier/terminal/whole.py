"""A whole file heard from end to end, as plain values for a command."""

from __future__ import annotations

from typing import TYPE_CHECKING

from classifier.emotions.arcs import stretches_of, turns_of
from classifier.emotions.words import DIGITS
from classifier.serving.whole import heard_whole
from classifier.terminal.batch import result_of

if TYPE_CHECKING:
    from pathlib import Path

    from classifier.serving.results import Result
    from classifier.serving.service import EmotionService


def whole_result(path: Path, service: EmotionService) -> Result:
    """Write how a whole file moves as plain values, as `classify --whole` prints them."""
    return result_of(path, lambda: _movement(path, service))


def _movement(path: Path, service: EmotionService) -> Result:
    heard = heard_whole(path, service)
    stretches = stretches_of(heard["segments"])
    return {
        "seconds": stretches[-1].end,
        "arc": [
            {name: round(value, DIGITS) for name, value in vars(stretch).items()}
            for stretch in stretches
        ],
        "turns": [
            {"at": turn.at, "turn": turn.kind, "words": turn.words} for turn in turns_of(stretches)
        ],
        "model": heard["model"],
        "version": heard["version"],
    }
