"""Read a stranger's file with FFmpeg: its streams, its true length, and its sound from a moment on.

Only PyAV and numpy are imported, so that a small child process can run this.
"""

import io
import mmap
import os
import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from fractions import Fraction
from itertools import chain, islice
from pathlib import Path
from typing import cast

import av
import numpy as np
import numpy.typing as npt
from av.audio.fifo import AudioFifo
from av.audio.frame import AudioFrame
from av.audio.resampler import AudioResampler
from av.audio.stream import AudioStream
from av.container import InputContainer
from av.error import FFmpegError

from ml.clip import SAMPLE_RATE
from ml.errors import SENTENCES, ClipError

Samples = npt.NDArray[np.float32]

MAX_SOURCE_BYTES = 2 * 1024**3
MAX_SOURCE_RATE = 384_000
MAX_DSD_RATE = 2_822_400  # DSD512, as FFmpeg hands it out: an eighth of its bits
MAX_KEPT_RATE = 48_000
MAX_CHANNELS = 16
MAX_STREAMS = 8
MAX_DECODE_ERRORS = 200  # in a row

# Demuxers of plain audio files. Playlists (HLS), concat scripts and network
# formats are absent on purpose: they make FFmpeg open what the file names.
DEMUXERS = (
    "aac,ac3,aiff,amr,ape,asf,au,caf,dsf,dts,eac3,flac,iff,matroska,mov,mp3,mpc,mpc8,ogg,shn,tak,"
    "tta,w64,wav,wv"
)

# Decoders are given this much before the sound that is wanted: an MP3 frame may use the bits of
# nine before it, and the filters of AAC and Opus take some frames to settle.
PREROLL = Fraction(1)
TAIL = Fraction(1)
FAR = 2**61  # a moment after every file's end, in units of any time base
# A header that knows of an encoder's padding is nearer the truth than the packets, if it is as near
# to them as this many seconds.
PADDING = 0.1

# Ogg has time stamps for pages only; of these FFmpeg knows how long the packets between them are.
PRECISE_IN_OGG = {"vorbis", "libvorbis", "opus", "libopus"}
FIRST_PAGES = re.compile(rb"OggS\x00[\x02\x03\x06\x07]")


def refusal(code: str) -> ClipError:
    """Make an error of a code in `SENTENCES`."""
    return ClipError(code, SENTENCES[code])


@contextmanager
def open_source(path: Path) -> Iterator[io.BufferedReader]:
    """Open a file ourselves, so that FFmpeg sees bytes and never a name.

    Raises
    ------
    ClipError
        There is no such file, or it is empty or too large.
    """
    try:
        if not path.is_file():  # a folder, or a pipe that would never end
            raise refusal("unreadable")
        handle = os.open(path, os.O_RDONLY)
    except OSError as error:
        raise refusal("unreadable") from error
    with os.fdopen(handle, "rb") as source:
        size = os.fstat(handle).st_size
        if not 0 < size <= MAX_SOURCE_BYTES:
            raise refusal("too-large" if size else "empty")
        yield source


@contextmanager
def demuxed(source: io.BufferedReader) -> Iterator[InputContainer]:
    """Open what a file contains, from its beginning; it may be opened again afterwards.

    Raises
    ------
    ClipError
        It is nothing that `DEMUXERS` read.
    """
    options = {"format_whitelist": DEMUXERS, "protocol_whitelist": "none"}
    source.seek(0)
    try:
        # tags may be in any encoding: `ml.audio.tags` makes text of them
        container = av.open(source, "r", options=options, metadata_errors="surrogateescape")
    except (FFmpegError, ValueError, OverflowError) as error:
        raise refusal("unreadable") from error
    with container:
        yield container


def audio_streams(container: InputContainer) -> list[int]:
    """Return the numbers of the streams of sound, first the one that players play.

    Raises
    ------
    ClipError
        There is none.
    """
    streams = container.streams.audio
    if not streams:
        raise refusal("no-audio")
    best = container.streams.best("audio")
    return sorted(range(len(streams[:MAX_STREAMS])), key=lambda index: streams[index] is not best)


def check_stream(stream: AudioStream) -> None:
    """Refuse a stream that cannot be decoded, or that no song has."""
    if stream.codec_context is None:
        raise refusal("no-decoder")
    is_dsd = stream.codec_context.name.startswith(("dsd", "dst"))
    if not stream.channels or not 0 < stream.rate <= (MAX_DSD_RATE if is_dsd else MAX_SOURCE_RATE):
        raise refusal("unreadable")
    if stream.channels > MAX_CHANNELS:
        raise refusal("too-many-channels")


def length_of(
    source: io.BufferedReader, container: InputContainer, stream: AudioStream
) -> float | None:
    """Measure how long a stream is, in seconds, without decoding it.

    What a header claims may be an estimate from the bit rate, or the wish of an encoder that was
    interrupted. So we go to the end and look at the time stamps there. FFmpeg counts them from the
    first frame on where a format has none, as MP3 and AAC.

    Returns
    -------
    float or None
        None where time stamps do not tell.
    """
    if container.format.name == "ogg" and (
        stream.codec_context.name not in PRECISE_IN_OGG
        or _is_chained(source, streams=len(container.streams))
    ):
        return None
    claimed = _claimed_seconds(container, stream)
    origin, tick = _origin(stream), _tick(stream)
    near = round((Fraction(claimed) - TAIL + origin) / tick) if claimed > TAIL else None
    ends = (_last_end(container, stream, at) for at in (near, FAR) if at is not None)
    end = next((end for end in ends if end is not None), None)
    if end is None or end <= origin:
        return None
    seconds = float(end - origin)
    return min(claimed, seconds) if abs(claimed - seconds) < PADDING else seconds


def frames(container: InputContainer, stream: AudioStream) -> Iterator[AudioFrame]:
    """Yield decoded frames from where the container is, passing over damaged packets."""
    errors = 0
    packets = container.demux(stream)
    while errors < MAX_DECODE_ERRORS:
        try:
            packet = next(packets)
        except (StopIteration, EOFError):
            return
        except FFmpegError:
            errors += 1
            packets = container.demux(stream)  # an error ends it
            continue
        try:
            yield from packet.decode()
            errors = 0
        except (EOFError, FFmpegError):
            errors += 1


def kept_rate(stream: AudioStream) -> int:
    """Return the rate at which a stream's channels are kept until they are mixed: its own.

    Of several times the size that a song has, each second is resampled as soon as it is there.
    """
    return stream.rate if stream.rate <= MAX_KEPT_RATE else SAMPLE_RATE


def sound_at(container: InputContainer, stream: AudioStream, start: float) -> Iterator[Samples]:
    """Yield the sound from a moment on, found by its time stamp; see `sound`.

    Nothing is yielded where the moment is not found.
    """
    wanted = Fraction(start) + _origin(stream)
    with suppress(FFmpegError):
        container.seek(round((wanted - PREROLL) / _tick(stream)), stream=stream)
        found = frames(container, stream)
        first = next(found, None)
        if first is None or first.pts is None or first.time_base is None:
            return
        began = first.pts * first.time_base
        if began <= wanted:
            yield from sound(chain([first], found), kept_rate(stream), after=wanted - began)


def sound(
    found: Iterable[AudioFrame], rate: int, *, after: Fraction = Fraction(0)
) -> Iterator[Samples]:
    """Bring frames to one rate, all channels apart, from `after` seconds on.

    Yields
    ------
    float32 array, shape (channels, n)
        About a second.
    """
    resampler: AudioResampler | None = None
    kind = None
    for frame in _joined(found, after):
        if (now := _kind(frame)) != kind:
            yield from _resampled(resampler, None)
            resampler, kind = AudioResampler(format="fltp", rate=rate), now
        yield from _resampled(resampler, frame)
    yield from _resampled(resampler, None)


def _resampled(resampler: AudioResampler | None, frame: AudioFrame | None) -> Iterator[Samples]:
    """Yield what a resampler makes of a frame, or, of None, what it still holds back."""
    if resampler is None:
        return
    with suppress(FFmpegError, ValueError):  # what cannot be resampled is left out
        for piece in resampler.resample(frame):
            if piece is not None:
                yield cast("Samples", piece.to_ndarray())


def _joined(found: Iterable[AudioFrame], after: Fraction) -> Iterator[AudioFrame]:
    """Yield frames of about a second, since a frame costs something beside its sound.

    Gaps between time stamps are passed over. A second has one format throughout.
    """
    fifo, kind = AudioFifo(), None
    for frame in found:
        frame.pts = None
        rate = frame.sample_rate
        drop = round(after * rate) if after else 0
        if drop >= frame.samples:
            after -= Fraction(frame.samples, rate)
            continue
        if (now := _kind(frame)) != kind:
            if rest := fifo.read():
                yield rest
            fifo, kind = AudioFifo(), now
        fifo.write(frame)
        if drop:
            fifo.read(drop)
            after = Fraction(0)
        if fifo.samples >= rate and (second := fifo.read()):
            yield second
    if rest := fifo.read():
        yield rest


def _kind(frame: AudioFrame) -> tuple[str, str, int]:
    return frame.format.name, frame.layout.name, frame.sample_rate


def _origin(stream: AudioStream) -> Fraction:
    """The time stamp of a song's first sound: an encoder's delay comes before it."""
    return (stream.start_time or 0) * _tick(stream)


def _tick(stream: AudioStream) -> Fraction:
    return stream.time_base or Fraction(1, av.time_base)


def _claimed_seconds(container: InputContainer, stream: AudioStream) -> float:
    if stream.duration:
        return float(stream.duration * _tick(stream))
    return container.duration / av.time_base if container.duration else 0.0


def _last_end(container: InputContainer, stream: AudioStream, start: int) -> Fraction | None:
    """Return where the last packet ends that follows a time stamp; None if there is no such one."""
    end = None
    with suppress(FFmpegError, OverflowError):
        container.seek(start, stream=stream)
        for packet in container.demux(stream):
            if packet.pts is not None:
                end = max(end or 0, packet.pts + (packet.duration or 0))
    return None if end is None else end * _tick(stream)


def _is_chained(source: io.BufferedReader, *, streams: int) -> bool:
    """Whether an Ogg file is several in a row, as radio recordings are: each begins at 0 again."""
    try:
        with mmap.mmap(source.fileno(), 0, access=mmap.ACCESS_READ) as content:
            return sum(1 for _ in islice(FIRST_PAGES.finditer(content), streams + 1)) > streams
    except (OSError, ValueError):  # no room for it: take no risk
        return True
