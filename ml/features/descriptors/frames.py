"""What is measured of a clip frame by frame, once, and the parts of a clip that share it."""

from functools import cache

import numpy as np
import numpy.typing as npt

from ml.features.descriptors.dynamics import percussive_share
from ml.features.descriptors.part import Part
from ml.features.descriptors.spectra import (
    HOP,
    MEL_BANDS,
    WINDOW_HOPS,
    Floats,
    Sound,
    Spectra,
    decibels,
    mel_weights,
    percentiles,
)
from ml.features.descriptors.timbre import band_weights, timbre_series

# What lies 60 dB under the loud parts is coding noise as often as music.
FLOOR_DB = -60.0
SILENCE_DB = -45.0
FEWEST_ACTIVE = 16
PERCUSSIVE_STEP = 2  # frames
SMALLEST = np.float32(1e-30)  # power that has a logarithm


class Frames:
    """What every frame of a clip is by itself; `part` puts frames together."""

    def __init__(self, sound: Sound, spectra: Spectra) -> None:
        self._energy = sound.energy
        self._peaks = np.abs(sound.samples).reshape(-1, HOP).max(axis=1)
        sums = spectra.values @ _weights()
        self._mel, bands, total = np.split(sums, [MEL_BANDS, -1], axis=1)
        self._total = total[:, 0]
        self._mel_db, self._total_db = _decibels(self._mel), _decibels(self._total)
        self._timbre = timbre_series(sound, spectra, bands, self._total)
        mel_db = self._relative_mel_db(slice(None), _loud(self._total))
        self._percussive = percussive_share(mel_db[::PERCUSSIVE_STEP])

    def _relative_mel_db(self, frames: slice, loud: npt.NDArray[np.bool_]) -> Floats:
        """Compare bands with the loudest band, so that the floor means the same in every clip."""
        return _relative(self._mel_db[frames], self._mel[frames][loud].mean(axis=0).max())

    def part(self, begin: int, end: int) -> Part:
        """Return the part from the hop `begin` up to the hop `end`."""
        frames = slice(begin, end - WINDOW_HOPS + 1)
        total = self._total[frames]
        loud = _loud(total)
        loudness = _relative(self._total_db[frames], total[loud].mean())
        active = loudness > SILENCE_DB
        if active.sum() < FEWEST_ACTIVE:
            active = np.ones_like(active)
        mel_db = self._relative_mel_db(frames, loud)
        odd = begin % PERCUSSIVE_STEP  # the clip's every second frame is not the part's, then
        percussive_db = mel_db[odd::PERCUSSIVE_STEP]
        return Part(
            energy=self._energy[begin:end],
            peaks=self._peaks[begin:end],
            mel_db=mel_db,
            loudness_db=loudness,
            active=active,
            timbre=self._timbre[frames],
            percussive=self._percussive[(begin + odd) // PERCUSSIVE_STEP :][: len(percussive_db)],
            percussive_db=percussive_db,
        )


@cache
def _weights() -> Floats:
    """Return what all sums of a frame's power are made with: mel bands, bands of timbre, all."""
    mel = mel_weights(MEL_BANDS)
    return np.concatenate([mel, band_weights(), np.ones_like(mel[:, :1])], axis=1)


def _loud(total: Floats) -> npt.NDArray[np.bool_]:
    return total >= percentiles(total, 50)[0]


def _decibels(power: Floats) -> Floats:
    return decibels(np.maximum(power, SMALLEST))


def _relative(levels: Floats, reference: Floats) -> Floats:
    """Return levels, in dB, relative to a reference, a power; not under the floor."""
    return np.maximum(levels - decibels(reference + np.float32(1e-12)), np.float32(FLOOR_DB))
