"""Turn any audio file into at most 30 s of mono samples, without trusting the file.

Only PyAV, numpy and soxr are imported, so that a small child process can run this.
"""

import io
import logging
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from fractions import Fraction
from itertools import islice
from pathlib import Path
from typing import cast

import numpy as np
import numpy.typing as npt
import soxr
from av.audio.frame import AudioFrame
from av.audio.resampler import AudioResampler
from av.error import FFmpegError

from ml.audio.source import (
    Samples,
    audio_streams,
    check_stream,
    demuxed,
    frames,
    kept_rate,
    length_of,
    open_source,
    refusal,
    sound,
    sound_at,
)
from ml.audio.tags import names_of
from ml.clip import CLIP_SECONDS, SAMPLE_RATE, Clip
from ml.errors import ClipError

logger = logging.getLogger(__name__)

TOGETHER = 8  # clips in one pass of a network
MIN_SECONDS = 3.0
MAX_SOURCE_SECONDS = 3600.0
# Silence has the dither of 16 bits, two steps of 2**-15 (-84 dB), and nothing else.
SILENT_PEAK = 7e-5
# Below -60 dB there may be hiss only: the rest of the song says whether this is meant to be heard.
FAINT_PEAK = 1e-3
FAINT_SHARE = 0.01  # of the loudest moment's peak
MIN_HEARD_SECONDS = CLIP_SECONDS / 2
LOUD_PEAK = 4.0  # float files louder than this hold integers or nonsense: scale them down
# Power that is left of the loudest channel in the mix: less, and the channels cancel each other.
CANCELLED = 0.02
TOLERANCE = 0.1  # how much of a clip may be missing before it is looked for elsewhere
CODEC_DELAY = 0.06  # seconds that WMA's decoder swallows, of what is there


@dataclass(frozen=True)
class Excerpt:
    """A stretch of a song, all channels.

    Attributes
    ----------
    parts : list of float32 arrays, shape (channels, n)
        About a second each: what is done to one at a time stays in the processor's cache.
    rate : int
        Their samples a second.
    layout : str
        What the channels are, as FFmpeg calls it.
    start : float
        Seconds from the song's beginning.
    source_seconds : float
        How long the song is.
    """

    parts: list[Samples]
    rate: int
    layout: str
    start: float
    source_seconds: float
    is_middle: bool = True


def load_clip(path: Path) -> Clip:
    """Read the middle 30 s of an audio file, or all of a shorter one.

    Where there is nothing to be heard in the middle, the part nearest to it is read that has most.

    Raises
    ------
    ClipError
        With one sentence that a listener understands.
    """
    refusals: list[ClipError] = []
    with open_source(path) as source:
        with demuxed(source) as container:
            streams = audio_streams(container)
            names = {
                index: names_of([container.metadata, container.streams.audio[index].metadata])
                for index in streams
            }
        for index in streams:
            try:
                return _clip(_excerpt(source, index), *names[index])
            except ClipError as error:
                refusals.append(error)
                if error.code == "too-long":
                    break
    raise refusals[0]


def load_many(paths: Sequence[Path]) -> Iterator[tuple[list[int], list[Clip]]]:
    """Yield clips a few at a time, and where in `paths` each is; what cannot be read is logged."""
    for start in range(0, len(paths), TOGETHER):
        read: dict[int, Clip] = {}
        for place, path in enumerate(paths[start : start + TOGETHER], start=start):
            try:
                read[place] = load_clip(path)
            except ClipError as error:
                logger.warning("left out %s: %s", path.name, error)
        if read:
            yield list(read), list(read.values())


def load_parts(path: Path, *, most: int) -> Iterator[Clip]:
    """Read a song from its beginning, in up to `most` clips of 30 s.

    Parts that are silent are passed over; a last one that is too short to be heard is left out.

    Raises
    ------
    ClipError
        Nothing of it can be heard.
    """
    refused: ClipError | None = refusal("unreadable")
    with open_source(path) as source, demuxed(source) as container:
        [index, *_] = audio_streams(container)
        stream = container.streams.audio[index]
        check_stream(stream)
        layout, rate = stream.layout.name, kept_rate(stream)
        pieces = _pieces(sound(frames(container, stream), rate), rate)
        for number, parts in enumerate(islice(pieces, most)):
            start = number * CLIP_SECONDS
            end = start + _length(parts) / rate
            try:
                clip = _clip(Excerpt(parts, rate, layout, start, end), "", "")
            except ClipError as error:
                refused = refused and error
                continue
            refused = None
            yield clip
    if refused:
        raise refused


def container_of(path: Path) -> str:
    """Name the container that a file really is, whatever it is called: one of `DEMUXERS`.

    Raises
    ------
    ClipError
        It is none of them.
    """
    with open_source(path) as source, demuxed(source) as container:
        return str(container.format.name).partition(",")[0]  # such as "mov,mp4,m4a,3gp,3g2,mj2"


def _excerpt(source: io.BufferedReader, index: int) -> Excerpt:
    """Find what is heard of a stream, and check that it can be."""
    with demuxed(source) as container:
        stream = container.streams.audio[index]
        check_stream(stream)
        layout, rate = stream.layout.name, kept_rate(stream)
        length = length_of(source, container, stream)
        _refuse_long(length or 0.0)
        start = _middle(length or 0.0)
        parts = _gathered(sound_at(container, stream, start) if start else (), rate)
    if length is None:
        return _search(source, index, layout)
    if not start:
        parts = _from_beginning(source, index, 0.0)
    expected = min(length, CLIP_SECONDS) * rate
    is_complete = abs(_length(parts) - expected) <= TOLERANCE * expected
    if is_complete and (not start or _heard_seconds(parts, rate) >= MIN_HEARD_SECONDS):
        return Excerpt(parts, rate, layout, start, length)
    return _search(source, index, layout)


def _search(source: io.BufferedReader, index: int, layout: str) -> Excerpt:
    """Decode everything, and take the part that has most to be heard; near the middle, if several.

    Moments are counted in samples here, whatever the time stamps say.
    """
    counts, peaks = [0], []
    with demuxed(source) as container:
        stream = container.streams.audio[index]
        rate = kept_rate(stream)
        for channels in sound(frames(container, stream), rate):
            counts.append(counts[-1] + channels.shape[1])
            peaks.append(_peak(channels))
            if counts[-1] > MAX_SOURCE_SECONDS * rate:
                raise refusal("too-long")
    length = counts[-1] / rate
    start = _best_start(np.array(counts) / rate, np.array(peaks))
    parts = _from_beginning(source, index, start)
    return Excerpt(parts, rate, layout, start, length, is_middle=start == _middle(length))


def _best_start(times: npt.NDArray[np.float64], peaks: npt.NDArray[np.float64]) -> float:
    """Choose where to listen: in the middle if enough is heard there.

    Parameters
    ----------
    times : array, shape (n + 1,)
        Where each stretch begins, and where the last one ends.
    peaks : array, shape (n,)
        How loud they are.
    """
    middle = _middle(float(times[-1]))
    if not middle:
        return 0.0
    is_heard = peaks > max(SILENT_PEAK, min(FAINT_PEAK, FAINT_SHARE * float(peaks.max())))
    heard_until = np.concatenate([[0.0], np.cumsum(np.diff(times) * is_heard)])
    starts = np.append(np.minimum(times, times[-1] - CLIP_SECONDS), middle)
    ends = starts + CLIP_SECONDS
    heard = np.interp(ends, times, heard_until) - np.interp(starts, times, heard_until)
    if heard[-1] >= min(MIN_HEARD_SECONDS, heard.max()):
        return middle
    best = np.lexsort((np.abs(starts - middle), -np.round(heard)))[0]
    return float(starts[best])


def _from_beginning(source: io.BufferedReader, index: int, start: float) -> list[Samples]:
    """Read an excerpt by decoding all that comes before it, too."""
    with demuxed(source) as container:
        stream = container.streams.audio[index]
        rate = kept_rate(stream)
        found = sound(frames(container, stream), rate, after=Fraction(start))
        return _gathered(found, rate)


def _gathered(parts: Iterable[Samples], rate: int) -> list[Samples]:
    """Return up to 30 s."""
    return next(_pieces(parts, rate), [])


def _pieces(parts: Iterable[Samples], rate: int) -> Iterator[list[Samples]]:
    """Yield pieces of 30 s, then the rest."""
    piece, left = list[Samples](), int(CLIP_SECONDS * rate)
    for part in parts:
        piece.append(part[:, :left])
        left -= part.shape[1]
        if left <= 0:
            yield piece
            piece, left = [part[:, part.shape[1] + left :]], int(CLIP_SECONDS * rate) + left
    if _length(piece):
        yield piece


def _length(parts: Iterable[Samples]) -> int:
    return sum(part.shape[1] for part in parts)


def _middle(length: float) -> float:
    """Where the middle 30 s begin; 0 where there are no more."""
    return max(0.0, (length - CLIP_SECONDS) / 2)


def _peak(channels: Samples) -> float:
    """How far the loudest channel swings; a constant is no sound."""
    if not channels.size:
        return 0.0
    swing = (channels.max(axis=1) - channels.min(axis=1)) / 2
    return float(swing.max()) if np.isfinite(swing).all() else 0.0


def _heard_seconds(parts: Iterable[Samples], rate: int) -> float:
    """How many seconds are louder than faint."""
    return _length(part for part in parts if _peak(part) > FAINT_PEAK) / rate


def _refuse_long(seconds: float) -> None:
    if seconds > MAX_SOURCE_SECONDS:
        hours = f"{seconds / 3600:.1f}".removesuffix(".0")
        if hours == "1":
            raise refusal("too-long")
        raise ClipError(
            "too-long", f"This file is {hours} h long; please choose one of at most an hour."
        )


def _refuse_short(seconds: float) -> None:
    if seconds < MIN_SECONDS:
        found = int(seconds * 10) / 10  # 2.97 s are not called 3.0
        raise (
            ClipError("too-short", f"Only {found:.1f} s could be heard; at least 3 s are needed.")
            if found
            else refusal("unreadable")
        )


def _clip(excerpt: Excerpt, title: str, artist: str) -> Clip:
    """Mix an excerpt, refusing what no network should hear; bring over-loud samples into range."""
    parts, count = excerpt.parts, _length(excerpt.parts)
    seconds = count / excerpt.rate
    _refuse_short(min(seconds + CODEC_DELAY, max(seconds, excerpt.source_seconds)))
    if len({len(part) for part in parts}) > 1:
        parts = [part.mean(axis=0, keepdims=True) for part in parts]
    with np.errstate(invalid="ignore"):
        constant = sum(part.sum(axis=1, keepdims=True) for part in parts) / np.float32(count)
    if not np.isfinite(constant).all():
        raise refusal("not-finite")
    samples = _resampled(_mono(parts, constant, excerpt.layout), excerpt.rate)
    low, high = float(samples.min()), float(samples.max())
    if (high - low) / 2 < SILENT_PEAK:
        raise refusal("silent")
    peak = max(-low, high)
    if peak > LOUD_PEAK:
        samples /= np.float32(peak)
    return Clip(
        samples,
        len(samples) / SAMPLE_RATE,
        max(seconds, excerpt.source_seconds),
        excerpt.start,
        title,
        artist,
        is_middle=excerpt.is_middle,
    )


def _resampled(samples: Samples, rate: int) -> Samples:
    """Bring a mix to `SAMPLE_RATE`; soxr takes half the time that FFmpeg does."""
    return samples if rate == SAMPLE_RATE else soxr.resample(samples, rate, SAMPLE_RATE)


def _mono(parts: list[Samples], constant: Samples, layout: str) -> Samples:
    """Mix channels less what is constant in each.

    Where they cancel each other, as in opposite phase, the loudest one is taken.
    """
    pieces, powers = [], np.zeros(len(constant))
    for part in parts:
        centred = part - constant
        pieces.append(_mixed(centred, layout))
        powers += [np.vdot(channel, channel) for channel in centred]
    mixed: Samples = np.concatenate(pieces)
    if np.vdot(mixed, mixed) < CANCELLED * powers.max():
        loudest = powers.argmax()
        mixed = np.concatenate([part[loudest] for part in parts]) - constant[loudest]
    return mixed


def _mixed(channels: Samples, layout: str) -> Samples:
    """Return the mean of channels; of more than two, what loudspeakers would make of them."""
    if len(channels) > 2:
        with suppress(FFmpegError, ValueError):  # channels that nobody named
            frame = AudioFrame.from_ndarray(channels, "fltp", layout)
            frame.sample_rate = SAMPLE_RATE  # any: it stays
            [mixed] = AudioResampler(format="fltp", layout="mono", rate=SAMPLE_RATE).resample(frame)
            return cast("Samples", mixed.to_ndarray()[0])
    # a product takes a quarter of the time of numpy's mean along the short axis
    return np.full(len(channels), 1 / len(channels), np.float32) @ channels
