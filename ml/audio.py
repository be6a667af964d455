"""Turn any audio file into at most 30 s of mono samples, without trusting the file.

Only PyAV and numpy are imported, so that a small child process can run this.
"""

from __future__ import annotations

import io
import os
from collections.abc import Iterable, Iterator
from itertools import chain
from pathlib import Path

import av
import numpy as np
import numpy.typing as npt
from av.audio.fifo import AudioFifo
from av.audio.frame import AudioFrame
from av.audio.resampler import AudioResampler
from av.audio.stream import AudioStream
from av.container import InputContainer
from av.error import FFmpegError

from ml.clip import CLIP_SECONDS, SAMPLE_RATE, Clip
from ml.errors import SENTENCES, ClipError

Samples = npt.NDArray[np.float32]

MIN_SECONDS = 3.0
MAX_SOURCE_SECONDS = 3600.0
MAX_SOURCE_BYTES = 2 * 1024**3
MAX_SOURCE_RATE = 384_000
MAX_CHANNELS = 16
SILENT_PEAK = 5e-4  # -66 dB: below the dither and hiss of anything meant to be heard
LOUD_PEAK = 4.0  # float files louder than this hold integers or nonsense: scale them down

# Demuxers of plain audio files. Playlists (HLS), concat scripts and network
# formats are absent on purpose: they make FFmpeg open what the file names.
DEMUXERS = "aac,aiff,amr,ape,asf,au,caf,flac,matroska,mov,mp3,ogg,tta,w64,wav,wv"
MAX_DECODE_ERRORS = 200
MAX_TAG_LENGTH = 200


def load_clip(path: Path) -> Clip:
    """Read the middle 30 s of an audio file, or all of a shorter one.

    Raises
    ------
    ClipError
        With one sentence that a listener understands.
    """
    with _source(path) as source, _container(source) as container:
        stream = _audio_stream(container)
        source_seconds = _source_seconds(container, stream)
        _refuse_long(source_seconds)
        start = max(0.0, (source_seconds - CLIP_SECONDS) / 2)
        samples = _decode(container, stream, start)
        if start and len(samples) < MIN_SECONDS * SAMPLE_RATE:
            # The header promised more than the file holds: take its beginning.
            start = 0.0
            samples = _decode(container, stream, start)
        title, artist = (_tag(container, name) for name in ("title", "artist"))
    samples = _checked(samples)
    seconds = len(samples) / SAMPLE_RATE
    return Clip(samples, seconds, max(seconds, source_seconds), start, title, artist)


def container_of(path: Path) -> str:
    """Name the container that a file really is, whatever it is called: one of `DEMUXERS`.

    Raises
    ------
    ClipError
        It is none of them.
    """
    with _source(path) as source, _container(source) as container:
        return str(container.format.name).partition(",")[0]  # such as "mov,mp4,m4a,3gp,3g2,mj2"


def _refuse(code: str) -> ClipError:
    return ClipError(code, SENTENCES[code])


def _source(path: Path) -> io.BufferedReader:
    """Open the file ourselves, so that FFmpeg sees bytes and never a name."""
    try:
        if not path.is_file():  # a folder, or a pipe that would never end
            raise _refuse("unreadable")
        handle = os.open(path, os.O_RDONLY)
        size = os.fstat(handle).st_size
    except OSError as error:
        raise _refuse("unreadable") from error
    source = open(handle, "rb")  # noqa: SIM115, PTH123 - the caller closes it; a descriptor has no name
    if 0 < size <= MAX_SOURCE_BYTES:
        return source
    source.close()
    raise _refuse("too-large" if size else "empty")


def _container(source: io.BufferedReader) -> InputContainer:
    try:
        options = {"format_whitelist": DEMUXERS, "protocol_whitelist": "none"}
        return av.open(source, "r", options=options)
    except (FFmpegError, ValueError, OverflowError) as error:
        raise _refuse("unreadable") from error


def _audio_stream(container: InputContainer) -> AudioStream:
    if not container.streams.audio:
        raise _refuse("no-audio")
    stream = container.streams.audio[0]
    if not stream.channels or not 0 < stream.rate <= MAX_SOURCE_RATE:
        raise _refuse("unreadable")
    if stream.channels > MAX_CHANNELS:
        raise _refuse("too-many-channels")
    return stream


def _source_seconds(container: InputContainer, stream: AudioStream) -> float:
    """Return the length that the file claims, or 0 when it claims none."""
    if stream.duration and stream.time_base:
        return float(stream.duration * stream.time_base)
    return container.duration / av.time_base if container.duration else 0.0


def _tag(container: InputContainer, name: str) -> str:
    """Return a tag of the file on one line without control characters, or empty."""
    text = "".join(char if char.isprintable() else " " for char in container.metadata.get(name, ""))
    return " ".join(text.split())[:MAX_TAG_LENGTH]


def _refuse_long(seconds: float) -> None:
    if seconds > MAX_SOURCE_SECONDS:
        hours = f"{seconds / 3600:.1f}".removesuffix(".0")
        raise ClipError(
            "too-long", f"This file is {hours} h long; please choose one of at most an hour."
        )


def _decode(container: InputContainer, stream: AudioStream, start: float) -> Samples:
    """Decode up to 30 s from `start` on; damaged packets are left out.

    Returns
    -------
    float32 array, shape (n,), n <= 30 s
    """
    limit = int(CLIP_SECONDS * SAMPLE_RATE)
    chunks: list[Samples] = []
    have = 0
    for chunk in _resampled(container, stream, start):
        chunks.append(chunk)
        have += len(chunk)
        if have >= limit:
            break
    return np.concatenate(chunks)[:limit] if chunks else np.zeros(0, np.float32)


def _resampled(container: InputContainer, stream: AudioStream, start: float) -> Iterator[Samples]:
    """Yield mono samples at `SAMPLE_RATE`, the first of them at `start`."""
    frames = _frames(container, stream, start)
    first = next(frames, None)
    if first is None:
        return
    skip = _samples_before(start, first, container)
    resampler = AudioResampler(format="flt", layout="mono", rate=SAMPLE_RATE)
    for frame in chain(_joined(chain([first], frames)), [None]):  # None: what is still held back
        try:
            pieces = resampler.resample(frame)
        except (FFmpegError, ValueError):
            return  # what cannot be resampled ends the clip
        for piece in pieces:
            samples = piece.to_ndarray()[0]
            yield samples[skip:]
            skip = max(0, skip - len(samples))


def _joined(frames: Iterable[AudioFrame]) -> Iterator[AudioFrame]:
    """Yield frames of about a second: what a frame costs beside its sound counts, then.

    Where the format changes within the stream, only what came before is kept.
    """
    fifo = AudioFifo()
    for frame in frames:
        frame.pts = None  # gaps between time stamps are passed over
        try:
            fifo.write(frame)
        except (FFmpegError, ValueError):
            break
        if fifo.samples >= frame.sample_rate and (second := fifo.read()):
            yield second
    if rest := fifo.read():
        yield rest


def _samples_before(start: float, frame: AudioFrame, container: InputContainer) -> int:
    if not start or frame.time is None:
        return 0
    origin = (container.start_time or 0) / av.time_base
    return max(0, round((start - frame.time + origin) * SAMPLE_RATE))


def _frames(container: InputContainer, stream: AudioStream, start: float) -> Iterator[AudioFrame]:
    """Yield decoded frames from about `start` on, passing over damaged packets."""
    try:
        container.seek(int(start * av.time_base) + (container.start_time or 0))
    except FFmpegError:
        if start:
            return  # what cannot be sought is read from its beginning instead
    errors = 0
    packets = container.demux(stream)
    while errors < MAX_DECODE_ERRORS:
        try:
            packet = next(packets)
            yield from packet.decode()
        except (StopIteration, EOFError):
            return
        except FFmpegError:
            errors += 1


def _checked(samples: Samples) -> Samples:
    """Refuse what no network should hear; bring over-loud samples into range."""
    if len(samples) < MIN_SECONDS * SAMPLE_RATE:
        found = len(samples) * 10 // SAMPLE_RATE / 10  # 2.97 s are not called 3.0
        raise (
            ClipError("too-short", f"Only {found:.1f} s could be heard; at least 3 s are needed.")
            if found
            else _refuse("unreadable")
        )
    low, high = samples.min(), samples.max()
    if not np.isfinite([low, high]).all():
        raise _refuse("not-finite")
    mean = samples.mean(dtype=np.float64).astype(np.float32)
    samples = samples - mean
    peak = float(max(high - mean, mean - low))
    if peak < SILENT_PEAK:
        raise _refuse("silent")
    return samples / np.float32(peak) if peak > LOUD_PEAK else samples
