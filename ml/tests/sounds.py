"""Small real audio files, encoded for the tests that read them."""

from __future__ import annotations

from pathlib import Path

import av
import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float32]


def music(seconds: float, rate: int = 22050, *, seed: int = 0) -> Array:
    """Return a few seconds of something tonal with noise, shape (n,)."""
    random = np.random.default_rng(seed)
    time = np.arange(int(seconds * rate)) / rate
    tones = sum(np.sin(2 * np.pi * hertz * time) for hertz in (220.0, 277.2, 329.6))
    beat = 0.6 + 0.4 * np.sign(np.sin(2 * np.pi * 2 * time))
    noise = random.standard_normal(len(time))
    return (0.1 * beat * tones + 0.02 * noise).astype(np.float32)


def write(
    path: Path,
    samples: Array,
    *,
    rate: int = 22050,
    codec: str = "pcm_s16le",
    layout: str = "mono",
    container: str | None = None,
) -> Path:
    """Encode mono samples into every channel of `layout`, and return the path."""
    with av.open(str(path), "w", format=container) as target:
        stream = target.add_stream(codec, rate=rate, layout=layout)
        channels = av.AudioLayout(layout).nb_channels
        resampler = av.AudioResampler(format=stream.format, layout=layout, rate=rate)
        step = stream.frame_size or 4096
        for start in range(0, len(samples), step):
            part = np.repeat(samples[None, start : start + step], channels, axis=0)
            frame = av.AudioFrame.from_ndarray(np.ascontiguousarray(part), "fltp", layout)
            frame.rate, frame.pts = rate, start
            for piece in resampler.resample(frame):
                target.mux(stream.encode(piece))
        target.mux(stream.encode(None))
    return path
