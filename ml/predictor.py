"""Say which emotion a clip carries, with shipped weights."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from pathlib import Path

import torch
from threadpoolctl import threadpool_limits
from torch import Tensor, nn

from ml.clip import SEGMENT_SECONDS, Clip, segment_starts
from ml.datasets.tracks import TRACK_COLUMNS
from ml.digests import file_digest
from ml.errors import WeightsError
from ml.features.descriptors.spectra import SETTINGS
from ml.features.musicnn import FILE
from ml.features.spectrogram import (
    FeatureSettings,
    cut_picture,
    is_same_transform,
    levelled,
    packed,
    picture_of,
    power_spectrogram,
    unpacked,
)
from ml.features.vectors import VECTOR, Vectors
from ml.features.word_tags import word_odds
from ml.labels import EMOTIONS, Emotion
from ml.memory import keep_freed_memory
from ml.networks.quick import best_format, quicken
from ml.timing import stage
from ml.weights import WEIGHTS, Meta, load_network, read_meta

# Python's own 5 ms are as long as a network takes: a thread would wait so long for the other one.
TURN_SECONDS = 0.0003

Segment = dict[str, float | dict[str, float]]


@dataclass(frozen=True)
class Prediction:
    """What a network says of one clip."""

    emotion: Emotion
    probabilities: dict[str, float]  # calibrated, in the order of `EMOTIONS`; they sum to 1
    # "start" and "end" in seconds of the clip, and "probabilities"
    segments: list[Segment] = field(default_factory=list)
    model: str = ""
    version: str = ""
    # the clip as the network saw it just before it chose an emotion, -127 to 127, or nothing: only
    # its direction says something, and clips that feel alike point alike
    embedding: list[int] = field(default_factory=list)
    # what musicnn's tags say for finer words, in log-odds; nothing of words that are missing
    word_odds: dict[str, float] = field(default_factory=dict)


class _Stacked(Mapping[str, Tensor]):
    """The inputs of several clips; each is waited for when the network asks for it."""

    def __init__(self, inputs: dict[str, list[Callable[[], Tensor]]]) -> None:
        self._inputs = inputs

    def __getitem__(self, name: str) -> Tensor:
        return torch.stack([get() for get in self._inputs[name]])

    def __iter__(self) -> Iterator[str]:
        return iter(self._inputs)

    def __len__(self) -> int:
        return len(self._inputs)


class Predictor:
    """Shipped weights, ready to answer to their `input`, "audio" or "features"."""

    def __init__(
        self,
        meta: Meta,
        network: nn.Module,
        *,
        folder: Path | None = None,
        pool: Executor | None = None,
    ) -> None:
        self.name, self.version, self.input = meta.name, meta.version, meta.input
        self.meta = meta
        self.network = network
        self._folder = folder
        self._format = torch.float32 if folder is None else best_format()
        self._pool = pool

    @classmethod
    def load(
        cls,
        name: str,
        *,
        root: Path | None = None,
        threads: int | None = None,
        quick: bool = False,
        cores: int = 1,
    ) -> Predictor:
        """Load the weights called `name`.

        `root`: what holds a folder for each name; by default those that ship; `threads`: how many
        torch and numpy may use in the whole process; `quick`: use this CPU's best number format
        (`ml.networks.quick`), and keep memory (`ml.memory`); `cores`: with two or more, a second
        thread describes a clip while this one runs the network.

        Raises WeightsError: the weights are missing, damaged, or made for something else.
        """
        if threads is not None:
            _keep_to(threads)
        if quick:
            keep_freed_memory()
        folder = (root or WEIGHTS) / name
        meta = read_meta(folder)
        if meta.descriptors:
            _check_descriptors(meta)
        network = load_network(folder, meta)
        if quick and meta.network.pictures:
            _quicken(network, meta.network.features)
        pool = None
        if cores > 1 and meta.descriptors:
            sys.setswitchinterval(TURN_SECONDS)
            pool = ThreadPoolExecutor(1, "describe")
        return cls(meta, network, folder=folder if quick else None, pool=pool)

    def exact_network(self) -> nn.Module:
        """Return the network in 32 bits, which knows gradients, also where a quick one answers."""
        return self.network if self._folder is None else load_network(self._folder, self.meta)

    def predict(self, clip: Clip) -> Prediction:
        return self.predict_many([clip])[0]

    @torch.inference_mode()
    def predict_many(self, clips: Sequence[Clip]) -> list[Prediction]:
        """Say which emotion each clip carries, in one pass of the network.

        With a second core what is left of describing is waited for in the stage ``network``.
        """
        if not clips:
            return []
        with stage("features"):
            inputs = self.inputs(clips)
        with stage("network"):
            outputs = self.network(inputs)
        whole = self._probabilities(outputs["emotion"])
        embeddings = _embeddings(outputs.get("embedding"), len(clips))
        parts = outputs.get("segments")
        if parts is None:
            segments: list[list[Segment]] = [[] for _ in clips]
        else:
            pairs = zip(clips, self._probabilities(parts), strict=True)
            segments = [_segments(clip, part) for clip, part in pairs]
        answers = zip(whole, segments, embeddings, self._word_odds(inputs, clips), strict=True)
        return [
            replace(self._prediction(line, part), embedding=embedding, word_odds=odds)
            for line, part, embedding, odds in answers
        ]

    @torch.inference_mode()
    def predict_vectors(self, vectors: Sequence[Sequence[float]]) -> list[Prediction]:
        """Say which emotion vectors carry: the numbers that `meta.json` names, NaN if unknown."""
        if not vectors:
            return []
        outputs = self.network({"descriptors": torch.tensor(vectors, dtype=torch.float32)})
        return [self._prediction(line, []) for line in self._probabilities(outputs["emotion"])]

    def _word_odds(
        self, inputs: Mapping[str, Tensor], clips: Sequence[Clip]
    ) -> list[dict[str, float]]:
        if not self.meta.descriptors:
            return [{} for _ in clips]
        return word_odds(inputs["descriptors"][:, 0], self._format)

    def inputs(self, clips: Sequence[Clip]) -> Mapping[str, Tensor]:
        """Return what the network is given for clips: pictures, descriptors, or both."""
        each = [self._inputs(clip) for clip in clips]
        return _Stacked({name: [inputs[name] for inputs in each] for name in each[0]})

    def _inputs(self, clip: Clip) -> dict[str, Callable[[], Tensor]]:
        """Return how to get each input of a clip; what takes long is under way already."""
        config = self.meta.network
        samples = levelled(torch.from_numpy(clip.samples))
        inputs: dict[str, Callable[[], Tensor]] = {}
        if self.meta.descriptors:
            vectors = Vectors(
                samples, clip.seconds, config.patches, pool=self._pool, dtype=self._format
            )
        power = power_spectrogram(samples, SETTINGS)
        if self.meta.descriptors:
            vectors.go_on(power)
            inputs["descriptors"] = vectors.values
        if config.pictures:
            if not is_same_transform(config.features, SETTINGS):
                power = power_spectrogram(samples, config.features)
            picture = picture_of(power, config.features, mel_only=config.mel_only)
            # in the steps in which packs keep pictures, as training saw them
            segments = cut_picture(unpacked(packed(picture)), config.features)
            inputs["picture"] = lambda: segments
        return inputs

    def _probabilities(self, logits: Tensor) -> Tensor:
        return torch.softmax(logits.double() / self.meta.temperature, dim=-1)

    def _prediction(self, probabilities: Tensor, segments: list[Segment]) -> Prediction:
        return Prediction(
            emotion=EMOTIONS[int(probabilities.argmax())],
            probabilities=_named(probabilities),
            segments=segments,
            model=self.name,
            version=self.version,
        )


def _segments(clip: Clip, probabilities: Tensor) -> list[Segment]:
    """Name the segments of a clip: probabilities of shape (3, 4)."""
    return [
        {
            "start": round(start, 3),
            "end": round(min(clip.seconds, start + SEGMENT_SECONDS), 3),
            "probabilities": _named(line),
        }
        for start, line in zip(segment_starts(clip.seconds), probabilities, strict=True)
    ]


def _embeddings(vectors: Tensor | None, count: int) -> list[list[int]]:
    """Bring each clip's vector, shape (B, W), to whole numbers up to 127."""
    if vectors is None:
        return [[] for _ in range(count)]
    scale = vectors.abs().amax(dim=1, keepdim=True).clamp(min=1e-9)
    steps: list[list[int]] = (127 * vectors / scale).round().to(torch.int).tolist()
    return steps


def _named(probabilities: Tensor) -> dict[str, float]:
    values = probabilities.tolist()
    return {str(emotion): value for emotion, value in zip(EMOTIONS, values, strict=True)}


def _check_descriptors(meta: Meta) -> None:
    if meta.descriptors != (TRACK_COLUMNS if meta.input == "features" else VECTOR):
        raise WeightsError(f"The weights of {meta.name} were made for other descriptors.")
    if meta.input == "audio" and meta.musicnn != file_digest(FILE):
        raise WeightsError(f"The weights of {meta.name} were made with another musicnn.")


def _keep_to(threads: int) -> None:
    torch.set_num_threads(threads)
    threadpool_limits(threads, user_api="blas")  # numpy's own threads would spin beside it


def _quicken(network: nn.Module, settings: FeatureSettings) -> None:
    quicken(network, rows=settings.n_mels, columns=settings.columns(SEGMENT_SECONDS))
