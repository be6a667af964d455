"""How long a file really is, and that the same sound is heard of it however it is wrapped."""

from __future__ import annotations

import functools
import struct
from collections.abc import Callable
from pathlib import Path

import av
import numpy as np
import pytest

from ml.audio.loading import load_clip
from ml.clip import Clip
from ml.errors import ClipError
from ml.tests.sounds import QUICK, Array, place_of, rustle, write

SECONDS = 50
MIDDLE = (SECONDS - 30) / 2
Change = Callable[[bytes], bytes]


@functools.cache
def song() -> Array:
    """Loud at first and quiet then, so that an estimate from the bit rate is far from the truth."""
    samples = rustle(SECONDS) * np.linspace(1.5, 0.1, SECONDS * 22050)
    return (samples * 2**15).round().astype(np.float32) / np.float32(2**15)  # what 16 bits hold


@pytest.fixture(scope="module")
def expected(tmp_path_factory: pytest.TempPathFactory) -> Clip:
    """What is heard of it where nothing is in the way."""
    return load_clip(write(tmp_path_factory.mktemp("song") / "expected.wav", song()))


def heard_at(clip: Clip) -> float:
    return place_of(clip.samples, song())


def unchanged(content: bytes) -> bytes:
    return content


def sizes(riff: int, data: int) -> Change:
    """Write other sizes into a WAV's header, as encoders do that cannot go back to it."""

    def change(content: bytes) -> bytes:
        at = content.index(b"data") + 4
        return (
            content[:4]
            + struct.pack("<I", riff)
            + content[8:at]
            + struct.pack("<I", data)
            + content[at + 4 :]
        )

    return change


def promise(samples: int) -> Change:
    """Write another number of samples into a FLAC's header."""

    def change(content: bytes) -> bytes:
        fields = int.from_bytes(content[18:26], "big") >> 36 << 36
        return content[:18] + (fields | samples).to_bytes(8, "big") + content[26:]

    return change


def with_picture(content: bytes) -> bytes:
    """An ID3 tag with a picture of 3 MB: bytes that a bit rate would take for sound."""
    picture = b"\0image/jpeg\0\3\0" + np.random.default_rng(0).bytes(3_000_000)
    body = b"APIC" + struct.pack(">I", len(picture)) + b"\0\0" + picture
    size = bytes(len(body) >> bits & 127 for bits in (21, 14, 7, 0))
    return b"ID3\3\0\0" + size + body + content


LOSSLESS = {
    "wav": ("wav", "pcm_s16le", unchanged),
    "wav without sizes": ("wav", "pcm_s16le", sizes(0, 0)),
    "wav from a pipe": ("wav", "pcm_s16le", sizes(0xFFFFFFFF, 0xFFFFFFFF)),
    "wav that promises more": ("wav", "pcm_s16le", sizes(400_000_036, 400_000_000)),
    "aiff": ("aiff", "pcm_s16be", unchanged),
    "au": ("au", "pcm_s16be", unchanged),
    "caf": ("caf", "pcm_s16le", unchanged),
    "w64": ("w64", "pcm_s16le", unchanged),
    "flac": ("flac", "flac", unchanged),
    "flac without a length": ("flac", "flac", promise(0)),
    "flac that promises more": ("flac", "flac", promise(22050 * 3000)),
    "flac that promises less": ("flac", "flac", promise(22050 * 35)),
    "flac in ogg": ("oga", "flac", unchanged),
    "alac": ("m4a", "alac", unchanged),
    "wavpack": ("wv", "wavpack", unchanged),
    "tta": ("tta", "tta", unchanged),
}


@pytest.mark.parametrize(("suffix", "codec", "change"), LOSSLESS.values(), ids=LOSSLESS)
def test_the_same_samples_are_heard_of_every_lossless_file(
    tmp_path: Path, suffix: str, codec: str, change: Change, expected: Clip
) -> None:
    path = write(tmp_path / f"a.{suffix}", song(), codec=codec)
    path.write_bytes(change(path.read_bytes()))
    clip = load_clip(path)
    assert (clip.start, clip.source_seconds) == (MIDDLE, SECONDS)
    assert np.array_equal(clip.samples, expected.samples)


LOSSY = {
    "mp3": ("mp3", "libmp3lame", {}, unchanged),
    "mp3 without an index": ("mp3", "libmp3lame", {"write_xing": "0"}, unchanged),
    "mp3 with a picture": ("mp3", "libmp3lame", {"write_xing": "0"}, with_picture),
    "aac": ("aac", "aac", {}, unchanged),
    "m4a": ("m4a", "aac", {}, unchanged),
    "m4a in pieces": ("m4a", "aac", {"movflags": "frag_keyframe+empty_moov"}, unchanged),
    "mka": ("mka", "libmp3lame", {}, unchanged),
    "webm without a length": ("webm", "libopus", {"live": "1"}, unchanged),
    "ogg": ("ogg", "libopus", {}, unchanged),
    "ac3": ("ac3", "ac3", {}, unchanged),
    "eac3": ("eac3", "eac3", {}, unchanged),
    "mp2": ("mp2", "mp2", {}, unchanged),
    "wma": ("wma", "wmav2", {}, unchanged),
}


@pytest.mark.parametrize(("suffix", "codec", "options", "change"), LOSSY.values(), ids=LOSSY)
def test_the_same_place_is_heard_of_every_lossy_file(
    tmp_path: Path, suffix: str, codec: str, options: dict[str, str], change: Change
) -> None:
    path = _encoded(tmp_path / f"a.{suffix}", codec, **options)
    path.write_bytes(change(path.read_bytes()))
    clip = load_clip(path)
    assert clip.source_seconds == pytest.approx(SECONDS, abs=0.06)
    assert clip.start == pytest.approx(MIDDLE, abs=0.03)
    # of encoders and decoders whose delay nobody wrote down, a twentieth of a second is left
    assert heard_at(clip) == pytest.approx(MIDDLE, abs=0.05)
    assert clip.is_middle


def _encoded(path: Path, codec: str, **options: str) -> Path:
    """Encode the song at 44.1 or 48 kHz, an MP3 with a bit rate that changes."""
    rate = 48000 if codec == "libopus" else 44100
    with av.open(str(path), "w", container_options=options) as target:
        quality = {"q": "2"} if codec == "libmp3lame" else {}
        stream = target.add_stream(
            codec, rate=rate, layout="stereo", options=quality | QUICK.get(codec, {})
        )
        stream.bit_rate = 128_000
        if quality:
            stream.codec_context.qscale = True
        resampler = av.AudioResampler(
            format=stream.format, layout="stereo", rate=rate, frame_size=1024
        )
        for start in range(0, len(song()), 22050):
            part = np.ascontiguousarray(np.stack([song()[start : start + 22050]] * 2))
            frame = av.AudioFrame.from_ndarray(part, "fltp", "stereo")
            frame.rate = 22050
            for piece in resampler.resample(frame):
                target.mux(stream.encode(piece))
        for piece in resampler.resample(None):
            target.mux(stream.encode(piece))
        target.mux(stream.encode(None))
    return path


@pytest.mark.parametrize("suffix", ["ogg", "opus"])
def test_all_of_a_file_counts_that_is_several_in_a_row(tmp_path: Path, suffix: str) -> None:
    parts = [
        write(
            tmp_path / f"{index}.{suffix}",
            part,
            rate=22050 if suffix == "ogg" else 24000,
            codec="flac" if suffix == "ogg" else "libopus",
        )
        for index, part in enumerate((song()[: 20 * 22050], song()[20 * 22050 :]))
    ]
    path = tmp_path / f"chained.{suffix}"
    path.write_bytes(b"".join(part.read_bytes() for part in parts))
    clip = load_clip(path)
    assert clip.source_seconds == pytest.approx(
        sum(load_clip(p).source_seconds for p in parts), abs=0.05
    )
    assert clip.start == pytest.approx((clip.source_seconds - 30) / 2, abs=0.01)


CUT = {
    "mp3": "libmp3lame",
    "flac": "flac",
    "wav": "pcm_s16le",
    "aiff": "pcm_s16be",
    "ogg": "libopus",
}


@pytest.mark.parametrize(("suffix", "codec"), CUT.items())
def test_the_middle_of_what_is_there_is_heard_of_a_file_that_was_cut_off(
    tmp_path: Path, suffix: str, codec: str
) -> None:
    rate = 24000 if codec == "libopus" else 22050
    path = write(tmp_path / f"a.{suffix}", song(), rate=rate, codec=codec)
    path.write_bytes(path.read_bytes()[: path.stat().st_size * 3 // 4])
    clip = load_clip(path)
    assert 0.5 * SECONDS < clip.source_seconds < 0.94 * SECONDS
    assert clip.start == pytest.approx((clip.source_seconds - 30) / 2, abs=0.01)
    assert clip.is_middle


def test_a_cut_m4a_is_heard_whose_index_stands_in_front(tmp_path: Path) -> None:
    path = write(tmp_path / "a.m4a", song(), codec="aac", movflags="faststart")
    path.write_bytes(path.read_bytes()[: path.stat().st_size * 3 // 4])
    clip = load_clip(path)
    assert 0.6 * SECONDS < clip.source_seconds < 0.9 * SECONDS
    assert heard_at(clip) == pytest.approx(clip.start, abs=0.1)


def test_an_hour_by_its_bit_rate_is_no_hour(tmp_path: Path) -> None:
    """Silence takes so few bits that what follows it looks like hours."""
    quiet = np.concatenate([np.zeros(10 * 22050, np.float32), song()])
    path = write(tmp_path / "a.mp3", quiet, codec="libmp3lame", write_xing="0")
    assert load_clip(path).source_seconds == pytest.approx(10 + SECONDS, abs=0.1)


def test_the_true_length_is_said_of_a_file_that_is_too_long(tmp_path: Path) -> None:
    path = write(
        tmp_path / "a.mp3",
        song(),
        rate=22050,
        codec="libmp3lame",
        write_xing="0",
        id3v2_version="0",
    )
    path.write_bytes(path.read_bytes() * (7200 // SECONDS))
    with pytest.raises(ClipError, match=r"^This file is 2 h long"):
        load_clip(path)


@pytest.mark.parametrize(("suffix", "codec"), [("wma", "wmav2"), ("wma", "wmav1"), *CUT.items()])
@pytest.mark.parametrize(("seconds", "said"), [(1.0, "1.0"), (2.5, "2.5")])
def test_how_much_there_is_of_a_short_file_is_said(
    tmp_path: Path, suffix: str, codec: str, seconds: float, said: str
) -> None:
    rate = 48000 if codec == "libopus" else 44100
    samples = np.resize(song(), int(seconds * rate))
    path = write(tmp_path / f"a.{suffix}", samples, rate=rate, codec=codec)
    with pytest.raises(ClipError, match=rf"^Only {said} s could be heard"):
        load_clip(path)


def dsd_period() -> bytes:
    """A wave of 441 Hz, a bit 2,822,400 times a second; what is left over goes to the next one."""
    left, bits = 0.0, []
    for value in 0.3 * np.sin(2 * np.pi * np.arange(6400) / 6400):
        left += value
        bits.append(left >= 0)
        left -= 1 if bits[-1] else -1
    return np.packbits(bits).tobytes()


def dsf(seconds: int) -> bytes:
    flipped = np.packbits(np.unpackbits(np.frombuffer(dsd_period(), np.uint8)), bitorder="little")
    sound = flipped.tobytes() * (441 * seconds)
    sound += bytes(-len(sound) % 4096)
    form = struct.pack("<QIIIIIIQII", 52, 1, 0, 1, 1, 2_822_400, 1, 2_822_400 * seconds, 4096, 0)
    data = b"data" + struct.pack("<Q", 12 + len(sound)) + sound
    body = b"fmt " + form + data
    return b"DSD " + struct.pack("<QQQ", 28, 28 + len(body), 0) + body


def dff(seconds: int) -> bytes:
    def chunk(name: bytes, content: bytes) -> bytes:
        return name + struct.pack(">Q", len(content)) + content + bytes(len(content) % 2)

    about = (
        chunk(b"FS  ", struct.pack(">I", 2_822_400))
        + chunk(b"CHNL", struct.pack(">H", 1) + b"C   ")
        + chunk(b"CMPR", b"DSD \x0enot compressed")
    )
    body = b"DSD " + chunk(b"FVER", b"\1\5\0\0") + chunk(b"PROP", b"SND " + about)
    return chunk(b"FRM8", body + chunk(b"DSD ", dsd_period() * (441 * seconds)))


@pytest.mark.parametrize("make", [dsf, dff])
def test_dsd_is_heard(tmp_path: Path, make: Callable[[int], bytes]) -> None:
    path = tmp_path / f"a.{make.__name__}"
    path.write_bytes(make(4))
    clip = load_clip(path)
    assert clip.seconds == pytest.approx(4, abs=0.01)
    spectrum = np.abs(np.fft.rfft(clip.samples))
    assert spectrum.argmax() / clip.seconds == pytest.approx(441, abs=1)


@pytest.mark.parametrize(
    ("suffix", "codec", "rate", "container"),
    [
        ("amr", "libopencore_amrnb", 8000, None),
        ("3gp", "aac", 22050, None),
        ("m4b", "aac", 22050, "ipod"),
        ("mpga", "mp2", 22050, "mp2"),
        ("aifc", "pcm_s16le", 22050, "aiff"),
        ("weba", "libopus", 48000, "webm"),
        ("rf64", "pcm_s16le", 22050, "wav"),
    ],
)
def test_rarer_kinds_are_heard(
    tmp_path: Path, suffix: str, codec: str, rate: int, container: str | None
) -> None:
    options = {"rf64": "always"} if suffix == "rf64" else {}
    samples = np.resize(song(), 5 * rate)
    path = write(
        tmp_path / f"a.{suffix}",
        samples,
        rate=rate,
        codec=codec,
        container=container,
        **options,
    )
    assert load_clip(path).seconds == pytest.approx(5, abs=0.1)
