from __future__ import annotations

import struct
from pathlib import Path

import av
import numpy as np
import pytest

from ml.audio.loading import load_clip
from ml.clip import CLIP_SECONDS, SAMPLE_RATE, Clip, segment_starts
from ml.errors import ClipError
from ml.tests.sounds import music, write

CODECS = [
    ("mp3", "libmp3lame", 44100),
    ("m4a", "aac", 44100),
    ("aac", "aac", 44100),
    ("ogg", "libopus", 48000),
    ("flac", "flac", 44100),
    ("wav", "pcm_s16le", 44100),
    ("aiff", "pcm_s16be", 44100),
]


def refusal(path: Path) -> ClipError:
    with pytest.raises(ClipError) as caught:
        load_clip(path)
    return caught.value


def sparse_wav(path: Path, seconds: int, rate: int = 8000) -> Path:
    size = seconds * rate
    header = struct.pack(
        "<4sI4s4sIHHIIHH4sI",
        b"RIFF",
        size + 36,
        b"WAVE",
        b"fmt ",
        16,
        1,
        1,
        rate,
        rate,
        1,
        8,
        b"data",
        size,
    )
    with path.open("wb") as target:
        target.write(header)
        target.truncate(size + len(header))
    return path


@pytest.mark.parametrize(("suffix", "codec", "rate"), CODECS)
def test_clip_sounds_like_the_source_when_encoded(
    tmp_path: Path, suffix: str, codec: str, rate: int
) -> None:
    path = write(tmp_path / f"a.{suffix}", music(6, rate), rate=rate, codec=codec)
    clip = load_clip(path)
    assert clip.seconds == pytest.approx(6, abs=0.15)
    spectrum = np.abs(np.fft.rfft(clip.samples))
    hertz = np.argmax(spectrum) * SAMPLE_RATE / len(clip.samples)
    assert min(abs(hertz - tone) for tone in (220.0, 277.2, 329.6)) < 2


def test_middle_is_taken_when_file_is_longer_than_a_clip(tmp_path: Path) -> None:
    ramp = np.concatenate([music(45), np.sin(np.arange(30 * SAMPLE_RATE) * 0.3), music(45)])
    clip = load_clip(write(tmp_path / "a.wav", ramp.astype(np.float32) * 0.5))
    assert (clip.start, clip.seconds, clip.source_seconds) == (45, CLIP_SECONDS, 120)
    expected = 0.5 * np.sin(np.arange(30 * SAMPLE_RATE) * 0.3)
    assert np.abs(clip.samples - expected).max() < 1e-3


@pytest.mark.parametrize(
    ("suffix", "codec"), [("mp3", "libmp3lame"), ("m4a", "aac"), ("flac", "flac")]
)
def test_middle_is_taken_when_file_is_compressed(tmp_path: Path, suffix: str, codec: str) -> None:
    quiet, loud = music(20) * 0.2, music(30, seed=1)
    clip = load_clip(
        write(tmp_path / f"a.{suffix}", np.concatenate([quiet, loud, quiet]), codec=codec)
    )
    assert clip.seconds == pytest.approx(CLIP_SECONDS, abs=0.1)
    edges = np.abs(np.concatenate([clip.samples[2000:12000], clip.samples[-12000:-2000]]))
    assert edges.mean() > 0.5 * np.abs(clip.samples).mean()


def test_everything_is_taken_when_file_is_short(tmp_path: Path) -> None:
    clip = load_clip(write(tmp_path / "a.wav", music(4)))
    assert (clip.start, clip.seconds) == (0, 4)


@pytest.mark.parametrize(
    ("layout", "rate", "codec"),
    [
        ("mono", 8000, "pcm_s16le"),
        ("5.1", 48000, "flac"),
        ("stereo", 96000, "pcm_f32le"),
        ("mono", 11025, "pcm_u8"),
    ],
)
def test_clip_is_read_when_format_is_unusual(
    tmp_path: Path, layout: str, rate: int, codec: str
) -> None:
    container = "flac" if codec == "flac" else "wav"
    path = write(
        tmp_path / "a", music(5, rate), rate=rate, codec=codec, layout=layout, container=container
    )
    clip = load_clip(path)
    assert clip.seconds == pytest.approx(5, abs=0.01)
    assert np.sqrt(np.mean(clip.samples**2)) > 0.05


@pytest.mark.parametrize("name", ["🎵 ünïcode.mp3", "-i concat:x.mp3", "a;rm -rf.mp3"])
def test_clip_is_read_when_name_is_odd(tmp_path: Path, name: str) -> None:
    assert (
        load_clip(write(tmp_path / name, music(4), codec="libmp3lame", container="mp3")).seconds
        > 3.9
    )


def test_remaining_part_is_read_when_mp3_is_truncated(tmp_path: Path) -> None:
    path = write(tmp_path / "a.mp3", music(20), codec="libmp3lame")
    path.write_bytes(path.read_bytes()[: path.stat().st_size * 2 // 5])
    assert 7 < load_clip(path).seconds < 9


def test_beginning_is_read_when_header_promises_more_than_there_is(tmp_path: Path) -> None:
    path = write(tmp_path / "a.mp3", music(100), codec="libmp3lame")
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 10])
    clip = load_clip(path)
    assert clip.start == 0
    assert 9 < clip.seconds < 11


def test_rest_is_read_when_packets_are_damaged(tmp_path: Path) -> None:
    path = write(tmp_path / "a.mp3", music(12), codec="libmp3lame")
    content = bytearray(path.read_bytes())
    content[20000:24000] = np.random.default_rng(0).integers(0, 256, 4000, np.uint8).tobytes()
    path.write_bytes(content)
    assert load_clip(path).seconds > 9


def test_video_is_ignored_when_file_has_pictures(tmp_path: Path) -> None:
    path = tmp_path / "a.mp4"
    with av.open(str(path), "w") as target:
        pictures = target.add_stream("mpeg4", rate=5)
        pictures.width, pictures.height, pictures.pix_fmt = 64, 64, "yuv420p"
        sound = target.add_stream("aac", rate=22050, layout="mono")
        for index in range(20):
            picture = av.VideoFrame.from_ndarray(
                np.full((64, 64, 3), index * 9, np.uint8), format="rgb24"
            )
            target.mux(pictures.encode(picture))
        samples = music(4)
        for start in range(0, len(samples) - 1024, 1024):
            frame = av.AudioFrame.from_ndarray(samples[None, start : start + 1024], "fltp", "mono")
            frame.rate, frame.pts = 22050, start
            target.mux(sound.encode(frame))
        target.mux(pictures.encode(None))
        target.mux(sound.encode(None))
    assert load_clip(path).seconds > 3.8


def test_no_audio_is_said_when_file_is_only_pictures(tmp_path: Path) -> None:
    path = tmp_path / "a.mp4"
    with av.open(str(path), "w") as target:
        pictures = target.add_stream("mpeg4", rate=5)
        pictures.width, pictures.height, pictures.pix_fmt = 64, 64, "yuv420p"
        for _ in range(20):
            picture = av.VideoFrame.from_ndarray(np.zeros((64, 64, 3), np.uint8), format="rgb24")
            target.mux(pictures.encode(picture))
        target.mux(pictures.encode(None))
    assert refusal(path).code == "no-audio"


def test_refused_when_file_is_empty(tmp_path: Path) -> None:
    (tmp_path / "a.mp3").touch()
    assert refusal(tmp_path / "a.mp3").code == "empty"


@pytest.mark.parametrize(
    "content", [b"dear diary, " * 400, b"\x00" * 5000, b"ID3", b"\xff\xfb" * 3000]
)
def test_refused_when_content_is_not_audio(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "a.mp3").write_bytes(content)
    assert refusal(tmp_path / "a.mp3").code in {"unreadable", "too-short"}


@pytest.mark.parametrize(
    "text",
    [
        "ffconcat version 1.0\nfile '{}'\n",
        "#EXTM3U\n#EXT-X-TARGETDURATION:9\n#EXTINF:9,\n{}\n#EXT-X-ENDLIST\n",
    ],
)
def test_refused_when_file_only_names_another(tmp_path: Path, text: str) -> None:
    song = write(tmp_path / "song.wav", music(5))
    playlist = tmp_path / "list.mp3"
    playlist.write_text(text.format(song))
    assert refusal(playlist).code == "unreadable"


def test_refused_when_there_is_no_file(tmp_path: Path) -> None:
    assert refusal(tmp_path / "none.mp3").code == "unreadable"


def test_refused_when_path_is_a_folder(tmp_path: Path) -> None:
    assert refusal(tmp_path).code == "unreadable"


def test_refused_when_too_short(tmp_path: Path) -> None:
    error = refusal(write(tmp_path / "a.wav", music(0.3)))
    assert error.code == "too-short"
    assert str(error) == "Only 0.3 s could be heard; at least 3 s are needed."


def test_refused_when_too_long(tmp_path: Path) -> None:
    error = refusal(sparse_wav(tmp_path / "a.wav", 3 * 3600))
    assert error.code == "too-long"
    assert str(error) == "This file is 3 h long; please choose one of at most an hour."


@pytest.mark.parametrize("value", [0.0, 0.5])
def test_refused_when_silent(tmp_path: Path, value: float) -> None:
    path = write(tmp_path / "a.wav", np.full(5 * SAMPLE_RATE, value, np.float32))
    assert refusal(path).code == "silent"


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_refused_when_samples_are_not_finite(tmp_path: Path, value: float) -> None:
    samples = music(5)
    samples[40000:40010] = value
    assert refusal(write(tmp_path / "a.wav", samples, codec="pcm_f32le")).code == "not-finite"


def test_samples_are_scaled_when_float_file_holds_integers(tmp_path: Path) -> None:
    clip = load_clip(write(tmp_path / "a.wav", music(5) * 30000, codec="pcm_f32le"))
    assert np.abs(clip.samples).max() == pytest.approx(1)


def test_refused_when_there_are_too_many_channels(tmp_path: Path) -> None:
    data = bytes(20 * 8000 * 4)
    header = struct.pack(
        "<4sI4s4sIHHIIHH4sI",
        b"RIFF",
        len(data) + 36,
        b"WAVE",
        b"fmt ",
        16,
        1,
        20,
        8000,
        160000,
        20,
        8,
        b"data",
        len(data),
    )
    (tmp_path / "a.wav").write_bytes(header + data)
    assert refusal(tmp_path / "a.wav").code == "too-many-channels"


@pytest.mark.parametrize(
    ("seconds", "starts"), [(30.0, (0, 10, 20)), (14.0, (0, 2, 4)), (4.0, (0, 0, 0))]
)
def test_segments_are_evenly_spaced_when_clip_is_short(
    seconds: float, starts: tuple[float, ...]
) -> None:
    assert segment_starts(seconds) == pytest.approx(starts)


def test_clip_is_frozen_when_made() -> None:
    clip = Clip(music(3), 3.0, 3.0, 0.0)
    with pytest.raises(AttributeError):
        clip.seconds = 4.0  # type: ignore[misc]


@pytest.mark.parametrize("rate", [44100, 48000, 32000, 96000, 192000])
def test_channels_are_mixed_before_they_are_resampled_when_rates_differ(
    tmp_path: Path, rate: int
) -> None:
    left, right = music(40, rate), 0.3 * music(40, rate, seed=1)
    path = write(
        tmp_path / "a.flac", np.stack([left, right]), rate=rate, codec="flac", layout="stereo"
    )
    clip = load_clip(path)
    mixed = ((left + right) / 2)[5 * rate : 35 * rate]
    frame = av.AudioFrame.from_ndarray(mixed[None], "fltp", "mono")
    frame.sample_rate = rate
    resampler = av.AudioResampler(format="fltp", rate=SAMPLE_RATE)
    pieces = [*resampler.resample(frame), *resampler.resample(None)]
    expected = np.concatenate([piece.to_ndarray()[0] for piece in pieces])
    assert len(clip.samples) == CLIP_SECONDS * SAMPLE_RATE
    count = min(len(expected), len(clip.samples))
    apart = (clip.samples[:count] - expected[:count])[SAMPLE_RATE:-SAMPLE_RATE]
    # resamplers differ above 10 kHz, where there is noise only
    assert np.std(apart) < 0.05 * np.std(expected)


def test_sound_that_nobody_hears_is_silence_when_it_lies_above_what_is_kept(tmp_path: Path) -> None:
    time = np.arange(5 * 44100) / 44100
    whistle = np.sin(np.pi * time / 5) ** 2 * np.sin(2 * np.pi * 19_000 * time)  # no click
    path = write(tmp_path / "a.wav", whistle.astype(np.float32), rate=44100, codec="pcm_f32le")
    assert refusal(path).code == "silent"
