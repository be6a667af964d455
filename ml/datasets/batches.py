"""Labelled clips as batches: pictures, descriptors and targets, held in memory."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import torch
from torch import Tensor

from ml.clip import SEGMENT_SECONDS
from ml.datasets.augment import AugmentConfig, augmented, random_segments
from ml.datasets.labels_file import LabelRow
from ml.datasets.pack import Records
from ml.features.spectrogram import FeatureSettings, cut_picture, unpacked
from ml.labels import EMOTIONS, HIGH_AROUSAL, POSITIVE_VALENCE

Inputs = dict[str, Tensor]
Targets = dict[str, Tensor]
RARE_WORD = 8  # a mood word on fewer training clips teaches nothing


class Batches(Protocol):
    """What the training loop asks of any data, pictures or tables."""

    def __len__(self) -> int:
        """Count the examples."""

    def batch(self, indices: Tensor, random: torch.Generator | None) -> tuple[Inputs, Targets]:
        """Return inputs and targets by name, each of shape (len(indices), ...).

        Targets are probabilities; ``"emotion"`` is one of them. Without
        `random` nothing is augmented.
        """


@dataclass
class ClipBatches:
    pictures: Tensor  # uint8, (N, R, T)
    filled: Tensor  # (N,): columns of each picture that hold anything
    targets: Mapping[str, Tensor]  # (N, ...)
    settings: FeatureSettings
    augment: AugmentConfig
    descriptors: Tensor | None = None  # (N, 1 + S, D)

    def __len__(self) -> int:
        return len(self.pictures)

    def batch(self, indices: Tensor, random: torch.Generator | None) -> tuple[Inputs, Targets]:
        segments = self._plain(indices) if random is None else self._random(indices, random)
        inputs: Inputs = {"picture": segments}
        if self.descriptors is not None:
            inputs["descriptors"] = self.descriptors[indices]
        return inputs, {name: values[indices] for name, values in self.targets.items()}

    def _plain(self, indices: Tensor) -> Tensor:
        cut = [
            cut_picture(self.pictures[index, :, : int(self.filled[index])], self.settings)
            for index in indices.tolist()
        ]
        return unpacked(torch.stack(cut))

    def _random(self, indices: Tensor, random: torch.Generator) -> Tensor:
        pictures = unpacked(self.pictures[indices])
        length = round(self.augment.crop * self.settings.columns(SEGMENT_SECONDS))
        filled = self.filled[indices]
        segments = random_segments(pictures, filled, length, self.augment.stretch, random)
        return augmented(segments, self.settings.n_mels, self.augment, random)


@dataclass
class SeenBatches:
    """Clips as an encoder that has learnt already sees them (`ml.training.distil`)."""

    # (N, V, S, t, W): of each clip as it is, and then of changed ones, of which training draws
    vectors: Tensor
    descriptors: Tensor | None  # (N, 1 + S, D)
    targets: Mapping[str, Tensor]  # (N, ...)

    def __len__(self) -> int:
        return len(self.vectors)

    def batch(self, indices: Tensor, random: torch.Generator | None) -> tuple[Inputs, Targets]:
        drawn = torch.zeros(len(indices), dtype=torch.long)
        if random is not None:
            drawn = torch.randint(self.vectors.shape[1], (len(indices),), generator=random)
        inputs = {"vectors": self.vectors[indices, drawn]}
        if self.descriptors is not None:
            inputs["descriptors"] = self.descriptors[indices]
        return inputs, {name: values[indices] for name, values in self.targets.items()}


@dataclass
class VectorBatches:
    """Clips or tracks as vectors of numbers, without pictures."""

    descriptors: Tensor  # (N, D), or (N, 1 + S, D) with segments; NaN where unknown
    targets: Mapping[str, Tensor]  # (N, ...)
    hidden: float = 0.0  # share of the numbers that training hides, where NaN may come up
    cropped: float = 0.0  # share of training clips that are replaced by one of their segments

    def __len__(self) -> int:
        return len(self.descriptors)

    def batch(self, indices: Tensor, random: torch.Generator | None) -> tuple[Inputs, Targets]:
        values = self.descriptors[indices]
        if random is not None:
            values = self._changed(values, random)
        return {"descriptors": values}, {name: all_[indices] for name, all_ in self.targets.items()}

    def _changed(self, values: Tensor, random: torch.Generator) -> Tensor:
        if values.dim() == 3:  # noqa: PLR2004 - of segments, too
            drawn = torch.randint(1, values.shape[1], (len(values),), generator=random)
            chosen = torch.rand(len(values), generator=random) < self.cropped
            values = values[torch.arange(len(values)), drawn * chosen]
        if self.hidden:
            gone = torch.rand(values.shape, generator=random) < self.hidden
            values = values.masked_fill(gone, torch.nan)
        return values


def emotion_targets(rows: Sequence[LabelRow], smoothing: float) -> Tensor:
    """Return target probabilities, softer where the evidence is divided: (len(rows), 4).

    Half of `smoothing` is spread evenly in any case, half in proportion to the share of the
    evidence that speaks for another emotion. Rows that say how likely each side of the axes is are
    taken at their word.
    """
    doubt = torch.tensor([smoothing * (0.5 + (1 - row.agreement)) for row in rows])
    truth = torch.eye(len(EMOTIONS))[emotion_index(rows)]
    for place, row in enumerate(rows):
        if row.shares is not None:
            truth[place] = torch.tensor(_by_shares(*row.shares))
    return truth * (1 - doubt[:, None]) + doubt[:, None] / len(EMOTIONS)


def _by_shares(arousal: float, valence: float) -> list[float]:
    """Return how likely each emotion is, where the axes are taken for independent."""
    return [
        (arousal if emotion in HIGH_AROUSAL else 1 - arousal)
        * (valence if emotion in POSITIVE_VALENCE else 1 - valence)
        for emotion in EMOTIONS
    ]


def emotion_index(rows: Sequence[LabelRow]) -> Tensor:
    """Return each row's place in `EMOTIONS`, shape (len(rows),)."""
    return torch.tensor([EMOTIONS.index(row.emotion) for row in rows])


def word_targets(words: Sequence[Sequence[str]], vocabulary: Sequence[str]) -> Tensor:
    """Return 1 where a row has a word, shape (len(words), len(vocabulary))."""
    place = {word: index for index, word in enumerate(vocabulary)}
    targets = torch.zeros(len(words), len(vocabulary))
    for row, present in enumerate(words):
        targets[row, [place[word] for word in present if word in place]] = 1.0
    return targets


def vocabulary(words: Sequence[Sequence[str]]) -> list[str]:
    """Return the words that are frequent enough to learn, in alphabetic order."""
    counts = Counter(word for present in words for word in present)
    return sorted(word for word, count in counts.items() if count >= RARE_WORD)


def pictures_of(records: Records) -> tuple[Tensor, Tensor]:
    """Return a pack's pictures, uint8 (N, R, T), and their filled columns (N,)."""
    values = torch.from_numpy(np.ascontiguousarray(records["values"]))
    return values, torch.from_numpy(records["filled"].astype(np.int64))
