"""Harmony and melody: key, mode, chords, dissonance and how clear the tones are."""

from functools import cache
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from ml.features.descriptors.definition import Descriptor, spread_over
from ml.features.descriptors.moments import Moments, Partials, entropy
from ml.features.descriptors.spectra import Floats, percentiles

REGISTERS = (40.0, 250.0, 1000.0, 5000.0)

_KRUMHANSL = "Krumhansl & Kessler 1982, key profiles"
_SETHARES = "Sethares 1998, dissonance curve; Plomp & Levelt 1965"
_HARTE = "Harte, Sandler & Gasser 2006, Detecting harmonic change"
_FUJISHIMA = "Fujishima 1999, chord templates"
_GOMEZ = "Gómez 2006, Tonal description of polyphonic audio"
_PANDA = "Panda, Malheiro & Paiva 2018, Novel audio features (articulation, vibrato, tremolo)"
_KLAPURI = "Klapuri 2006, Multiple fundamental frequency estimation"

MAJOR_PROFILE = (6.35, 2.23, 3.48, 2.33, 4.38, 4.09, 2.52, 5.19, 2.39, 3.66, 2.29, 2.88)
MINOR_PROFILE = (6.33, 2.68, 3.52, 5.38, 2.60, 3.53, 2.54, 4.75, 3.98, 2.69, 3.34, 3.17)
CHORDS = {
    "major": (0, 4, 7),
    "minor": (0, 3, 7),
    "diminished": (0, 3, 6),
    "suspended": (0, 5, 7),
    "power": (0, 7),
}
_CLASSES, _INTERVALS = np.arange(12), np.arange(1, 7)
_MEAN_STD = (("mean", "mean"), ("std", "standard deviation"))

_KEY = (
    Descriptor("key_strength", "1", "correlation of the chroma with the best key", _KRUMHANSL),
    Descriptor("mode", "1", "best major less best minor correlation", _KRUMHANSL),
    Descriptor(
        "mode_parallel", "1", "major less minor correlation on the best key's tonic", _KRUMHANSL
    ),
    Descriptor("key_clearness", "1", "best less second best key's correlation", _KRUMHANSL),
    Descriptor(
        "key_steadiness", "1", "mean correlation of the moments with the clip's key", _KRUMHANSL
    ),
    Descriptor("chroma_entropy", "1", "entropy of the mean chroma", _GOMEZ),
    *(
        Descriptor(
            f"degree{k:02}", "1", f"share of the degree {k} semitones over the tonic", _GOMEZ
        )
        for k in range(12)
    ),
    *(
        Descriptor(f"interval{k}", "1", f"share of simultaneous tones {k} semitones apart", _GOMEZ)
        for k in range(1, 7)
    ),
)
_CHORD = (
    *(Descriptor(f"chord_{name}", "1", f"share of {name} chords", _FUJISHIMA) for name in CHORDS),
    Descriptor("chord_mode", "1", "major less minor chords over both", _FUJISHIMA),
    Descriptor("chord_fit", "1", "mean correlation with the best chord", _FUJISHIMA),
    Descriptor(
        "chord_change", "1", "share of moments with another root than the one before", _FUJISHIMA
    ),
    Descriptor("chord_variety", "1", "entropy of the roots", _FUJISHIMA),
    Descriptor("harmonic_change", "1", "mean step in the tonal centroid space", _HARTE),
)
_SERIES = (
    Descriptor("roughness", "1", "the roughness of the strongest 16 partials", _SETHARES),
    Descriptor("tonal_share", "1", "the share of power in spectral peaks", _GOMEZ),
    Descriptor("peak_count", "log2", "the number of clear spectral peaks", _GOMEZ),
    Descriptor("mistuning", "semitone", "the distance of peaks to the nearest semitone", _GOMEZ),
    Descriptor("chroma_contrast", "1", "the entropy of the chroma of each moment", _GOMEZ),
    Descriptor("pitch", "octave", "the strongest fundamental's height over 261.6 Hz", _KLAPURI),
    Descriptor("pitch_strength", "1", "the strongest fundamental over all", _KLAPURI),
    Descriptor("voices", "1", "the number of fundamentals over half the strongest", _KLAPURI),
    Descriptor("bass_pitch", "octave", "the lowest clear peak's height over 65.4 Hz", _KLAPURI),
)
PITCH = [each.name for each in _SERIES].index("pitch")
_MELODY = (
    Descriptor(
        "pitch_range", "octave", "90th less 10th percentile of the strongest fundamental", _KLAPURI
    ),
    Descriptor("pitch_hold", "1", "share of moments whose fundamental stays", _KLAPURI),
)
_ARTICULATION = tuple(
    Descriptor(f"{name}_{register}", unit, f"{words} ({hertz})", _PANDA)
    for register, hertz in (
        ("low", "below 250 Hz"),
        ("middle", "250 Hz to 1 kHz"),
        ("high", "1 to 5 kHz"),
    )
    for name, unit, words in (
        ("sustain", "1", "share of partials that were there 93 ms before"),
        ("glide", "semitone", "mean pitch movement of sustained partials over 93 ms"),
        ("swell", "dB", "mean absolute level movement of sustained partials over 93 ms"),
        ("tonal_power", "1", "share of the peaks' amplitude"),
    )
)
HARMONY: tuple[Descriptor, ...] = (
    *_KEY,
    *_CHORD,
    *spread_over(_SERIES, _MEAN_STD),
    *_MELODY,
    *_ARTICULATION,
)


def _key_correlations(chroma: Floats) -> Floats:
    """Return the correlation with all keys, shape (2, 12): major and minor, C first."""
    centred = chroma.astype(np.float64) - chroma.mean(dtype=np.float64)
    found = _keys() @ (centred / (np.linalg.norm(centred) + 1e-9))
    result: Floats = found.reshape(2, 12).astype(np.float32)
    return result


@cache
def _keys() -> npt.NDArray[np.float64]:
    """Return the profiles of all keys, each of mean 0 and length 1, shape (24, 12)."""
    rows = [
        np.roll(profile, tonic) for profile in (MAJOR_PROFILE, MINOR_PROFILE) for tonic in range(12)
    ]
    centred = np.array(rows) - np.mean(rows, axis=1, keepdims=True)
    result: npt.NDArray[np.float64] = centred / np.linalg.norm(centred, axis=1, keepdims=True)
    return result


def _key(chroma: Floats, weight: Floats) -> list[float]:
    mean = (chroma * weight[:, None]).sum(axis=0) / (weight.sum() + 1e-9)
    keys = _key_correlations(mean)
    mode, tonic = np.unravel_index(int(keys.argmax()), keys.shape)
    ordered = np.sort(keys.ravel())
    profile = np.roll((MAJOR_PROFILE, MINOR_PROFILE)[int(mode)], int(tonic))
    centred = chroma - chroma.mean(axis=1, keepdims=True)
    steady = centred @ (profile - np.mean(profile))
    steady = steady / (np.linalg.norm(centred, axis=1) * np.std(profile) * 12**0.5 + 1e-9)
    together = chroma.T @ chroma / len(chroma)  # how much of each two pitch classes sounds at once
    pairs = together[_CLASSES, (_CLASSES + _INTERVALS[:, None]) % 12].sum(axis=1)
    pairs /= pairs.sum() + 1e-9
    return [
        float(ordered[-1]),
        float(keys[0].max() - keys[1].max()),
        float(keys[0, tonic] - keys[1, tonic]),
        float(ordered[-1] - ordered[-2]),
        float(steady.mean()),
        float(entropy(mean)),
        *(float(value) for value in np.roll(mean, -int(tonic))),
        *(float(value) for value in pairs),
    ]


@cache
def _templates() -> Floats:
    rows = []
    for degrees in CHORDS.values():
        for root in range(12):
            row = np.zeros(12)
            row[[(root + degree) % 12 for degree in degrees]] = 1.0
            row -= row.mean()
            rows.append(row / np.linalg.norm(row))
    return np.array(rows, dtype=np.float32)


def _tonnetz(chroma: Floats) -> Floats:
    steps = np.arange(12)
    angles = np.stack([steps * 7 * np.pi / 6, steps * 3 * np.pi / 2, steps * 2 * np.pi / 3])
    radii = np.array([1.0, 1.0, 0.5])[:, None]
    basis = np.concatenate([radii * np.sin(angles), radii * np.cos(angles)])
    result: Floats = chroma @ basis.T
    return result


def _chords(chroma: Floats) -> list[float]:
    padded = np.pad(chroma, ((2, 2), (0, 0)))
    smooth: Floats = np.float32(0.2) * np.add.reduce(
        [padded[k : k + len(chroma)] for k in range(5)], axis=0
    )
    centred = smooth - smooth.mean(axis=1, keepdims=True)
    fit = centred @ _templates().T / (np.linalg.norm(centred, axis=1, keepdims=True) + 1e-6)
    best = fit.argmax(axis=1)
    kinds = np.bincount(best // 12, minlength=len(CHORDS)) / len(best)
    roots = best % 12
    step = np.linalg.norm(np.diff(_tonnetz(smooth), axis=0), axis=1)
    return [
        *(float(share) for share in kinds),
        float((kinds[0] - kinds[1]) / (kinds[0] + kinds[1] + 0.1)),
        float(fit.max(axis=1).mean()),
        float((roots[1:] != roots[:-1]).sum() / max(len(roots) - 1, 1)),
        float(entropy(np.bincount(roots, minlength=12).astype(np.float32))),
        float(step.sum() / max(len(step), 1)),
    ]


def _movement(pitch: Floats) -> list[float]:
    low, high = percentiles(pitch, 10, 90)
    return [
        float(high - low),
        float((np.diff(pitch) == 0).sum() / max(len(pitch) - 1, 1)),
    ]


def _articulation(partials: Partials) -> list[float]:
    values = []
    everything = partials.amplitude.sum() + 1e-9
    for low, high in pairwise(REGISTERS):
        inside = partials.amplitude * ((partials.hertz >= low) & (partials.hertz < high))
        total, weight = inside.sum(), inside * partials.held
        held = weight.sum() + 1e-9
        values += [
            float(weight.sum() / (total + 1e-9)),
            float(weight @ partials.glide / held),
            float(weight @ partials.swell / held),
            float(total / everything),
        ]
    return values


def describe_harmony(moments: Moments) -> Floats:
    """Compute the descriptors named in `HARMONY`.

    Parameters
    ----------
    moments : Moments
        Of a clip, or of a part of it.

    Returns
    -------
    ndarray, shape (len(HARMONY),)
    """
    moments = moments.audible()
    means, deviations = moments.series.mean(axis=0), moments.series.std(axis=0)
    return np.concatenate(
        [
            _key(moments.chroma, np.sqrt(moments.loudness)),
            _chords(moments.chroma),
            np.stack([means, deviations], axis=1).ravel(),
            _movement(moments.series[:, PITCH]),
            _articulation(moments.partials),
        ]
    ).astype(np.float32)
