"""Small real audio files, encoded for the tests that read them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import av
import numpy as np
import numpy.typing as npt
from av.audio.stream import AudioStream
from av.container import OutputContainer
from av.stream import Disposition
from scipy import fft

# What an encoder can leave out that is not heard: it takes half the time.
QUICK = {
    "libmp3lame": {"compression_level": "9"},
    "libopus": {"compression_level": "0"},
    "aac": {"aac_coder": "fast"},
}
FORMATS = {"wavpack": "s16p", "tta": "s16"}  # their first choice has 8 bits

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
    tags: dict[str, str] | None = None,
    **options: str,
) -> Path:
    """Encode samples, mono or shape (channels, n), and return the path.

    Mono samples go into every channel of `layout`; `options` are the muxer's.
    """
    with av.open(str(path), "w", format=container, container_options=options) as target:
        target.metadata.update(tags or {})
        coder = {"strict": "-2"} | QUICK.get(codec, {})
        stream = target.add_stream(codec, rate=rate, layout=layout, options=coder)
        stream.bit_rate = 96_000  # WMA has no rate of its own
        if codec in FORMATS:
            stream.format = FORMATS[codec]
        _encode(target, stream, samples)
    return path


def write_streams(path: Path, streams: Sequence[Array], *, default: int, codec: str) -> Path:
    """Write mono streams beside each other, of which one is the default one."""
    with av.open(str(path), "w") as target:
        coder = QUICK.get(codec, {})
        made = [target.add_stream(codec, rate=22050, layout="mono", options=coder) for _ in streams]
        for index, stream in enumerate(made):
            stream.disposition = Disposition.default if index == default else Disposition(0)
        for stream, samples in zip(made, streams, strict=True):
            _encode(target, stream, samples)
    return path


def _encode(target: OutputContainer, stream: AudioStream, samples: Array) -> None:
    rate, layout = stream.rate, stream.layout
    resampler = av.AudioResampler(format=stream.format, layout=layout, rate=rate)
    step = stream.frame_size or 4096
    for start in range(0, samples.shape[-1], step):
        part = samples[..., start : start + step]
        part = np.broadcast_to(part, (layout.nb_channels, part.shape[-1]))
        frame = av.AudioFrame.from_ndarray(np.ascontiguousarray(part), "fltp", layout.name)
        frame.rate, frame.pts = rate, start
        for piece in resampler.resample(frame):
            target.mux(stream.encode(piece))
    target.mux(stream.encode(None))


def rustle(seconds: float, *, seed: int = 0) -> Array:
    """Return noise that is nowhere the same, without high notes that an encoder would drop."""
    noise = np.random.default_rng(seed).standard_normal(int(seconds * 22050) + 8)
    smooth = np.convolve(noise, np.hanning(9), mode="valid")
    return (0.05 * smooth[: int(seconds * 22050)]).astype(np.float32)


def silence(seconds: float) -> Array:
    """Return nothing to be heard."""
    return np.zeros(int(seconds * 22050), np.float32)


def place_of(part: Array, whole: Array) -> float:
    """Find where in `whole` a part of it begins, in seconds, by cross-correlation."""
    size = fft.next_fast_len(len(part) + len(whole), real=True)
    product = fft.rfft(whole, size) * np.conj(fft.rfft(part, size))
    return int(fft.irfft(product, size)[: len(whole)].argmax()) / 22050
