"""Where our time goes between an audio file and an emotion, step by step.

python -m benchmarks.steps FILE…      prints milliseconds of processor time, medians over the files

The last lines hear clips together, up to `TOGETHER`, by turns with one after the other.
"""

import sys
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import Any

import torch

from benchmarks.ours import MODEL
from ml.audio.loading import load_clip
from ml.features.descriptors import Describing
from ml.features.descriptors.frames import Frames
from ml.features.descriptors.moments import measure_moments
from ml.features.descriptors.spectra import short_spectra, sound_of
from ml.features.musicnn import segment_units
from ml.features.spectrogram import FeatureSettings, levelled, picture_of, power_spectrogram
from ml.networks.quick import best_format
from ml.predictor import Predictor

TOGETHER = (1, 4, 8)
TRIES = 5  # of which the best counts: what else the machine does only ever adds


@torch.inference_mode()
def _steps(predictor: Predictor, path: Path) -> dict[str, float]:
    """Return the milliseconds of each step for one file; indented steps are part of one above."""
    settings = FeatureSettings()
    found = {}

    def timed(name: str, step: Callable[[], Any]) -> Any:
        times = []
        for _ in range(TRIES):
            began = time.process_time()
            result = step()
            times.append(time.process_time() - began)
        found[name] = 1000 * min(times)
        return result

    clip = timed("decode and resample", lambda: load_clip(path))
    inputs = timed("features", lambda: dict(predictor.inputs([clip])))
    samples = levelled(torch.from_numpy(clip.samples))
    power = timed("  spectrogram", lambda: power_spectrogram(samples, settings))
    mel_only, patches = predictor.meta.network.mel_only, predictor.meta.network.patches
    timed("  picture", lambda: picture_of(power, settings, mel_only=mel_only))
    timed("  descriptors", lambda: _describe(samples, clip.seconds, power))
    sound = sound_of(samples)
    timed("    frames", lambda: Frames(sound, short_spectra(sound, power)))
    timed("    moments", lambda: measure_moments(sound))
    timed("  musicnn", lambda: segment_units(samples, clip.seconds, patches, best_format()))
    timed("network", lambda: predictor.network(inputs))
    return found


def _describe(samples: torch.Tensor, seconds: float, power: torch.Tensor) -> None:
    describing = Describing(samples, seconds=seconds)
    describing.go_on(power)
    describing.values()


def _together(predictor: Predictor, files: list[Path]) -> dict[str, float]:
    """Return the milliseconds of a clip where so many are heard at once, decoded before."""
    clips = [load_clip(path) for path in files[: max(TOGETHER)]]
    sizes = [size for size in TOGETHER if size <= len(clips)]
    taken: dict[int, list[float]] = {size: [] for size in sizes}
    for _ in range(TRIES):
        for size in sizes:
            began = time.process_time()
            for start in range(0, len(clips), size):
                predictor.predict_many(clips[start : start + size])
            taken[size].append((time.process_time() - began) / len(clips))
    return {f"a clip, {size} together": 1000 * min(each) for size, each in taken.items()}


def main(files: list[Path]) -> dict[str, float]:
    """Return the median of each step over the files."""
    predictor = Predictor.load(MODEL, threads=1, quick=True)
    predictor.predict(load_clip(files[0]))
    each = [_steps(predictor, path) for path in files]
    steps = {name: median(found[name] for found in each) for name in each[0]}
    return steps | _together(predictor, files)


if __name__ == "__main__":
    for step, milliseconds in main([Path(name) for name in sys.argv[1:]]).items():
        print(f"{step:24} {milliseconds:8.1f} ms")
