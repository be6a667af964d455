"""What musicnn's tags of a clip say for finer words, as `ml.training.words` has learnt it."""

import json
from collections.abc import Iterable
from functools import cache
from pathlib import Path

import torch
from torch import Tensor

from ml.features.musicnn import TAGS, UNITS, load_musicnn

FILE = Path(__file__).parents[1] / "weights" / "words" / "tags.json"
OFFSET = "offset"
DIGITS, KEPT_DIGITS = 2, 5


def word_odds(vectors: Tensor, dtype: torch.dtype = torch.float32) -> list[dict[str, float]]:
    """Return what tags say for each word that they say something of, in log-odds.

    Parameters
    ----------
    vectors : Tensor, shape (B, D)
        What describes each whole clip (`ml.features.vectors`).
    dtype : torch.dtype
        As musicnn is loaded.
    """
    words, weights, offsets = _weights()
    odds = tags_of(vectors, dtype) @ weights.T + offsets
    return [
        {word: round(value, DIGITS) for word, value in zip(words, line, strict=True)}
        for line in odds.tolist()
    ]


def tags_of(vectors: Tensor, dtype: torch.dtype = torch.float32) -> Tensor:
    """Return the log-odds of musicnn's tags: (B, D) -> (B, 50)."""
    tags: Tensor = load_musicnn(dtype).tags(vectors[:, -UNITS:])
    return tags


def write_weights(words: Iterable[tuple[str, list[float]]]) -> None:
    """Keep each word's weight of each tag, and then its offset, a word a line."""
    lines = [
        f"{json.dumps(word)}: {json.dumps(dict(zip((*TAGS, OFFSET), rounded, strict=True)))}"
        for word, values in words
        for rounded in [[round(value, KEPT_DIGITS) for value in values]]
    ]
    FILE.write_text("{\n" + ",\n".join(lines) + "\n}\n", encoding="utf-8")


@cache
def _weights() -> tuple[list[str], Tensor, Tensor]:
    table: dict[str, dict[str, float]] = json.loads(FILE.read_text(encoding="utf-8"))
    weights = torch.tensor([[weight[tag] for tag in TAGS] for weight in table.values()])
    return list(table), weights, torch.tensor([weight[OFFSET] for weight in table.values()])
