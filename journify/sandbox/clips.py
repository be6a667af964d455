"""Thirty seconds of a song in the formats that the platforms serve."""

from __future__ import annotations

import functools
import io
from pathlib import Path

import av
import numpy as np
from av.audio.frame import AudioFrame
from av.audio.resampler import AudioResampler
from av.audio.stream import AudioStream

from ml.audio import SAMPLE_RATE, load_clip

# container and codec: Deezer's previews are MP3, Apple's are AAC in MP4
FORMATS = {"mp3": ("mp3", "libmp3lame"), "m4a": ("mp4", "aac")}
BIT_RATE = 128_000


@functools.lru_cache(maxsize=32)
def encoded_clip(path: Path, kind: str) -> bytes:
    """Encode the clip of the file at `path` as "mp3" or "m4a"."""
    container_name, codec = FORMATS[kind]
    samples = load_clip(path).samples
    output = io.BytesIO()
    with av.open(output, "w", format=container_name) as container:
        stream = container.add_stream(codec, rate=44_100, layout="mono")
        assert isinstance(stream, AudioStream)
        stream.bit_rate = BIT_RATE
        resampler = AudioResampler(
            format=stream.format, layout="mono", rate=44_100, frame_size=stream.frame_size
        )
        frame = AudioFrame.from_ndarray(np.ascontiguousarray(samples[None, :]), "flt", "mono")
        frame.sample_rate = SAMPLE_RATE
        for piece in (*resampler.resample(frame), *resampler.resample(None)):
            container.mux(stream.encode(piece))
        container.mux(stream.encode(None))
    return output.getvalue()
