"""Half a minute of sound for a song that has none: its slug decides key, tempo, mood and timbre.

Nothing to dance to, but no two are alike, and quick, loud, bright ones differ from slow, dark ones
as far as a model of emotions is concerned.
"""

import numpy as np
from numpy.typing import NDArray

from tools.sandbox.catalogue import large_number_of

RATE = 22_050
SECONDS, BEATS = 30, 16

MAJOR, MINOR = (0, 2, 4, 5, 7, 9, 11), (0, 2, 3, 5, 7, 8, 10)
PROGRESSIONS = ((0, 3, 4, 0), (0, 5, 3, 4), (5, 3, 0, 4), (0, 4, 5, 3), (0, 2, 3, 0))

Samples = NDArray[np.float32]


def rendered(slug: str) -> Samples:
    """Render the sound of a song, mono, between -1 and 1."""
    rng = np.random.default_rng(large_number_of(slug))
    energy = rng.uniform()
    scale, beat = (MAJOR if rng.uniform() < 0.5 else MINOR), 60 / (60 + 110 * energy)
    root = int(rng.integers(45, 57))
    progression = PROGRESSIONS[rng.integers(len(PROGRESSIONS))]
    overtones = rng.uniform(0.1, 1.0, 4) / np.arange(1, 5) ** (2.2 - energy)
    # sixteen beats, over and over
    samples = np.zeros(round(RATE * BEATS * beat), dtype=np.float32)
    for number in range(BEATS):
        degree = progression[number // 4 % len(progression)]
        for step in (0, 2, 4):
            _add(samples, number * beat, 1.2 * beat, _pitch(root, scale, degree + step), overtones)
        melody = _pitch(root + 12, scale, degree + int(rng.integers(0, 8)))
        _add(samples, number * beat, beat * rng.choice((0.5, 1.0)), melody, 1.6 * overtones)
        _drum(samples, number * beat, energy, rng)
    samples = np.resize(samples, RATE * SECONDS)
    loudness = (0.3 + 0.6 * energy) / float(np.abs(samples).max())
    return np.asarray(samples * loudness, dtype=np.float32)


def _pitch(root: int, scale: tuple[int, ...], degree: int) -> float:
    octave, step = divmod(degree, len(scale))
    return float(440 * 2 ** ((root + 12 * octave + scale[step] - 69) / 12))


def _add(
    samples: Samples, start: float, seconds: float, hertz: float, overtones: NDArray[np.float64]
) -> None:
    first = int(start * RATE)
    part = samples[first : first + int(seconds * RATE)]
    time = np.arange(len(part)) / RATE
    waves = np.sin(2 * np.pi * hertz * np.outer(np.arange(1, len(overtones) + 1), time))
    part += (overtones @ waves * np.exp(-3 * time / seconds) * np.minimum(1, 200 * time)).astype(
        "f4"
    )


def _drum(samples: Samples, start: float, energy: float, rng: np.random.Generator) -> None:
    first = int(start * RATE)
    part = samples[first : first + RATE // 10]
    part += (2 * energy * rng.normal(size=len(part)) * np.exp(-np.arange(len(part)) / 900)).astype(
        "f4"
    )
