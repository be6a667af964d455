"""A whole file heard from end to end, as plain values for a command."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from classifier.emotions.arcs import stretches_of, turns_of
from classifier.emotions.words import DIGITS
from classifier.errors import NoModelError
from classifier.files.formats import explained
from classifier.serving.whole import heard_whole
from classifier.terminal.finding import problem_of
from ml.errors import ClipError

if TYPE_CHECKING:
    from pathlib import Path

    from classifier.serving.service import EmotionService


def whole_result(path: Path, service: EmotionService) -> dict[str, Any]:
    """Write how a whole file moves as plain values, as `classify --whole` prints them."""
    named = {"file": os.fsencode(path).decode("utf-8", "replace")}
    if problem := problem_of(path):
        return named | {"error": problem}
    try:
        heard = heard_whole(path, service)
    except ClipError as error:
        return named | {"error": explained(error.code, str(error), path.name)}
    except NoModelError as error:
        return named | {"error": str(error)}
    stretches = stretches_of(heard["segments"])
    arc = [
        {name: round(value, DIGITS) for name, value in vars(stretch).items()}
        for stretch in stretches
    ]
    turns = turns_of(stretches)
    return named | {
        "seconds": stretches[-1].end,
        "arc": arc,
        "turns": [{"at": turn.at, "turn": turn.kind, "words": turn.words} for turn in turns],
        "model": heard["model"],
        "version": heard["version"],
    }
