"""Good and bad audio files, made by code: what listeners and folders really hold."""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator
from pathlib import Path

import av
import numpy as np

from ml.tests.sounds import Array, music, write

UNREADABLE = "This file could not be read as audio."
THREE_HOURS = "This file is 3 h long; please choose one of at most an hour."

# Refused, each with its sentence.
BAD = {
    "empty.mp3": "This file is empty.",
    "text.mp3": UNREADABLE,
    "noise.mp3": UNREADABLE,
    "tag-only.mp3": UNREADABLE,
    "playlist.mp3": UNREADABLE,
    "truncated.m4a": UNREADABLE,
    "blink.wav": "Only 0.3 s could be heard; at least 3 s are needed.",
    "three-hours.wav": THREE_HOURS,
    "three-hours.mp3": THREE_HOURS,
    "silence.wav": "This file is silent.",
    "nan.wav": "This file holds broken sound values and cannot be listened to.",
    "pictures.mp4": "There is no sound in this file, only pictures or data.",
}

# Listened to, with about this many seconds.
GOOD = {
    "song.mp3": 5.0,
    "song.m4a": 5.0,
    "song.aac": 5.0,
    "vorbis.ogg": 5.0,
    "song.opus": 5.0,
    "song.flac": 5.0,
    "song.wav": 5.0,
    "song.aiff": 5.0,
    "song.webm": 5.0,
    "mono-8-khz.wav": 5.0,
    "surround.flac": 5.0,
    "96-khz.wav": 5.0,
    "truncated.mp3": 4.0,
    "capitals.MP3": 5.0,
}


class Corpus:
    """The files by name, each made when it is first asked for."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def __getitem__(self, name: str) -> Path:
        path = self.folder / name
        if not path.exists():
            MAKERS[name](path)
        return path


def _encoded(
    codec: str, *, rate: int = 22050, layout: str = "mono", container: str | None = None
) -> Callable[[Path], object]:
    def make(path: Path) -> object:
        return write(
            path, music(5, rate), rate=rate, codec=codec, layout=layout, container=container
        )

    return make


def _holding(content: bytes) -> Callable[[Path], object]:
    return lambda path: path.write_bytes(content)


def _truncated(codec: str, keep: float) -> Callable[[Path], object]:
    def make(path: Path) -> object:
        write(path, music(10), codec=codec)
        content = path.read_bytes()
        return path.write_bytes(content[: int(len(content) * keep)])

    return make


def _noise() -> bytes:
    return np.random.default_rng(1).integers(0, 128, 20_000, np.uint8).tobytes()


def _tag_only() -> bytes:
    """An ID3v2.3 tag of 4 kB, and no music after it."""
    return b"ID3\x03\x00\x00" + bytes([0, 0, 0x20, 0]) + bytes(0x1000)


def _playlist(path: Path) -> None:
    """An HLS playlist that names a file of this machine which is real audio."""
    song = write(path.with_name("named-by-playlist.wav"), music(5))
    path.write_text(
        f"#EXTM3U\n#EXT-X-TARGETDURATION:5\n#EXTINF:5,\nfile://{song}\n#EXT-X-ENDLIST\n"
    )


def _three_hours_wav(path: Path) -> None:
    """A header, and a hole in the disk behind it: 43 MB that take no room."""
    rate, length = 4000, 3 * 3600 * 4000
    header = struct.pack(
        "<4sI4s4sIHHIIHH4sI",
        *(b"RIFF", length + 36, b"WAVE", b"fmt ", 16),
        *(1, 1, rate, rate, 1, 8, b"data", length),
    )
    with path.open("wb") as file:
        file.write(header)
        file.truncate(len(header) + length)


def _three_hours_mp3(path: Path) -> None:
    """Ten seconds of frames over and over, without a header that names a length."""
    options = {"write_xing": "0", "id3v2_version": "0"}
    with av.open(str(path), "w", format="mp3", options=options) as target:
        stream = target.add_stream("libmp3lame", rate=8000, layout="mono")
        stream.bit_rate = 8000
        for frame in _frames(music(10, 8000), 8000, "mono", step=576):
            target.mux(stream.encode(frame))
        target.mux(stream.encode(None))
    path.write_bytes(path.read_bytes() * (3 * 360))


def _vorbis(path: Path) -> None:
    """FFmpeg's own encoder, which is always there: stereo only, and called experimental."""
    with av.open(str(path), "w") as target:
        options = {"strict": "experimental"}
        stream = target.add_stream("vorbis", rate=44100, layout="stereo", options=options)
        for frame in _frames(music(5, 44100), 44100, "stereo", step=4096):
            target.mux(stream.encode(frame))
        target.mux(stream.encode(None))


def _frames(samples: Array, rate: int, layout: str, *, step: int) -> Iterator[av.AudioFrame]:
    channels = av.AudioLayout(layout).nb_channels
    for start in range(0, len(samples), step):
        part = np.repeat(samples[None, start : start + step], channels, axis=0)
        frame = av.AudioFrame.from_ndarray(np.ascontiguousarray(part), "fltp", layout)
        frame.rate, frame.pts = rate, start
        yield frame


def _nan(path: Path) -> None:
    samples = music(5)
    samples[40_000:40_010] = np.nan
    write(path, samples, codec="pcm_f32le")


def _pictures(path: Path) -> None:
    with av.open(str(path), "w") as target:
        stream = target.add_stream("mpeg4", rate=5)
        stream.width, stream.height, stream.pix_fmt = 64, 64, "yuv420p"
        for shade in range(0, 200, 10):
            pixels = np.full((64, 64, 3), shade, np.uint8)
            target.mux(stream.encode(av.VideoFrame.from_ndarray(pixels, format="rgb24")))
        target.mux(stream.encode(None))


MAKERS: dict[str, Callable[[Path], object]] = {
    "empty.mp3": _holding(b""),
    "text.mp3": _holding(b"Dear diary, today I missed my bus by mere seconds. " * 100),
    "noise.mp3": _holding(_noise()),
    "tag-only.mp3": _holding(_tag_only()),
    "playlist.mp3": _playlist,
    "truncated.m4a": _truncated("aac", 0.5),
    "blink.wav": lambda path: write(path, music(0.3)),
    "three-hours.wav": _three_hours_wav,
    "three-hours.mp3": _three_hours_mp3,
    "silence.wav": lambda path: write(path, np.zeros(5 * 22050, np.float32)),
    "nan.wav": _nan,
    "pictures.mp4": _pictures,
    "song.mp3": _encoded("libmp3lame"),
    "song.m4a": _encoded("aac"),
    "song.aac": _encoded("aac", container="adts"),
    "vorbis.ogg": _vorbis,
    "song.opus": _encoded("libopus", rate=48000),
    "song.flac": _encoded("flac"),
    "song.wav": _encoded("pcm_s16le"),
    "song.aiff": _encoded("pcm_s16be"),
    "song.webm": _encoded("libopus", rate=48000),
    "mono-8-khz.wav": _encoded("pcm_s16le", rate=8000),
    "surround.flac": _encoded("flac", rate=48000, layout="5.1"),
    "96-khz.wav": _encoded("pcm_s24le", rate=96000, layout="stereo"),
    "truncated.mp3": _truncated("libmp3lame", 0.4),
    "capitals.MP3": _encoded("libmp3lame", container="mp3"),
}
