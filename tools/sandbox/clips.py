"""Thirty seconds of a song in the formats that the platforms serve."""

import functools
import io
from collections.abc import Iterator
from fractions import Fraction

import av
from av.audio.frame import AudioFrame
from av.audio.stream import AudioStream

from tools.sandbox import sounds
from tools.sandbox.catalogue import SandboxSong

# container and codec: Deezer's previews are MP3, Apple's are AAC in MP4
FORMATS = {"mp3": ("mp3", "libmp3lame"), "m4a": ("mp4", "aac")}
BIT_RATE = 128_000
RATE = 44_100
SECONDS = 30


@functools.lru_cache(maxsize=32)
def encoded_clip(song: SandboxSong, kind: str) -> bytes:
    """Encode half a minute of a song as "mp3" or "m4a"."""
    container_name, codec = FORMATS[kind]
    output = io.BytesIO()
    with av.open(output, "w", format=container_name) as container:
        stream = container.add_stream(codec, rate=RATE, layout="mono")
        assert isinstance(stream, AudioStream)
        stream.bit_rate = BIT_RATE
        for frame in [*_frames(song), None]:
            container.mux(stream.encode(frame))  # which resamples
    return output.getvalue()


def _frames(song: SandboxSong) -> Iterator[AudioFrame]:
    if song.path is None:
        samples = sounds.rendered(song.slug)
        frame = AudioFrame.from_ndarray(samples.reshape(1, -1), format="flt", layout="mono")
        frame.sample_rate, frame.pts, frame.time_base = sounds.RATE, 0, Fraction(1, sounds.RATE)
        yield frame
        return
    with av.open(str(song.path)) as source:
        for frame in source.decode(audio=0):
            if (frame.time or 0.0) >= SECONDS:
                return
            yield frame
