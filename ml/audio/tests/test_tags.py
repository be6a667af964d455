from __future__ import annotations

import struct
from pathlib import Path

import pytest

from ml.audio.loading import load_clip
from ml.audio.tags import MAX_TAG_LENGTH, names_of
from ml.tests.sounds import music, write

TAGS = {"title": "Wuthering Hëights", "artist": "Kate Bush"}
# Of these the title and the artist are written in capitals, or into the stream, or as APEv2.
TAGGED = [
    ("flac", "flac", 22050),
    ("ogg", "libopus", 48000),
    ("spx", "libopus", 48000),
    ("mka", "flac", 22050),
    ("webm", "libopus", 48000),
    ("mp3", "libmp3lame", 22050),
    ("m4a", "aac", 22050),
    ("wma", "wmav2", 44100),
    ("wav", "pcm_s16le", 22050),
    ("wv", "wavpack", 22050),
    ("tta", "tta", 22050),
    ("au", "pcm_s16be", 22050),
    ("caf", "pcm_s16le", 22050),
]


def names(path: Path) -> tuple[str, str]:
    clip = load_clip(path)
    return clip.title, clip.artist


@pytest.mark.parametrize(("suffix", "codec", "rate"), TAGGED)
def test_tags_are_read_of_every_format(tmp_path: Path, suffix: str, codec: str, rate: int) -> None:
    container = "ogg" if suffix == "spx" else None
    tags = {key.upper(): value for key, value in TAGS.items()} if codec == "flac" else TAGS
    path = write(
        tmp_path / f"a.{suffix}",
        music(4, rate),
        rate=rate,
        codec=codec,
        container=container,
        tags=tags,
    )
    assert names(path) == ("Wuthering Hëights", "Kate Bush")


def comment(text: str) -> bytes:
    return struct.pack("<I", len(text.encode())) + text.encode()


def with_comments(flac: bytes, *comments: str) -> bytes:
    """Put Vorbis comments behind the first block of a FLAC file, as any tagger writes them."""
    body = comment("tagger") + struct.pack("<I", len(comments)) + b"".join(map(comment, comments))
    first = 4 + 4 + int.from_bytes(flac[5:8], "big")
    block = bytes([4]) + len(body).to_bytes(3, "big") + body
    return flac[:4] + bytes([0]) + flac[5:first] + block + _audio_blocks(flac[first:])


def _audio_blocks(rest: bytes) -> bytes:
    """Leave out the comments that are there; the last block of all stays the last one."""
    kept = []
    while True:
        size = 4 + int.from_bytes(rest[1:4], "big")
        is_last, kind = rest[0] >> 7, rest[0] & 127
        if kind != 4:
            kept.append(bytes([kind]) + rest[1:size])
        rest = rest[size:]
        if is_last:
            break
    padding = bytes([0x81, 0, 0, 0])
    return b"".join(kept) + padding + rest


@pytest.mark.parametrize(
    ("comments", "expected"),
    [
        (["TITLE=Song", "ARTIST=Someone"], ("Song", "Someone")),
        (["Title=Song", "aRtIsT=Someone"], ("Song", "Someone")),
        (["TITLE=Song", "ARTIST=One", "ARTIST=Two", "ARTIST=One"], ("Song", "One, Two")),
        (["TITLE=   \t ", "ARTIST= "], ("", "")),
        (["ARTIST=  ", "ALBUMARTIST=The Band", "TITLE=Song"], ("Song", "The Band")),
        (["PERFORMER=Singer", "TITLE=A\nB\x1b[2J"], ("A B [2J", "Singer")),
        ([f"TITLE={'t' * 100_000}"], ("t" * MAX_TAG_LENGTH, "")),
        (["TITLE=AC/DC; live", "ARTIST=AC/DC"], ("AC/DC; live", "AC/DC")),
    ],
)
def test_comments_of_a_flac_file(
    tmp_path: Path, comments: list[str], expected: tuple[str, str]
) -> None:
    path = write(tmp_path / "a.flac", music(4), codec="flac")
    path.write_bytes(with_comments(path.read_bytes(), *comments))
    assert names(path) == expected


def id3(*frames: tuple[bytes, bytes]) -> bytes:
    body = b"".join(key + struct.pack(">I", len(text)) + b"\0\0" + text for key, text in frames)
    size = len(body)
    return b"ID3\3\0\0" + bytes(size >> bits & 127 for bits in (21, 14, 7, 0)) + body


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        (b"\x00Caf\xe9", "Café"),  # Latin 1, as it says
        (b"\x01" + "Café ♥".encode("utf-16"), "Café ♥"),
        (b"\x03Caf\xe9", "Café"),  # says UTF-8 and is not
        (b"\x00" + "Café".encode(), "Café"),  # says Latin 1 and is UTF-8
        (b"\x03\x93Caf\xe9\x94\x81", "“Café”"),  # Windows' quotes, and a byte that is none
        (b"\x00Song\x00hidden", "Song"),
        (b"\x00 \x00", ""),
        (b"\x03" + "夜に駆ける".encode(), "夜に駆ける"),
    ],
)
def test_titles_of_any_encoding(tmp_path: Path, title: bytes, expected: str) -> None:
    path = write(tmp_path / "a.mp3", music(4), codec="libmp3lame", id3v2_version="0")
    path.write_bytes(id3((b"TIT2", title), (b"TPE1", b"\x00Someone")) + path.read_bytes())
    assert names(path) == (expected, "Someone")


def test_old_tags_at_the_end_of_an_mp3(tmp_path: Path) -> None:
    path = write(tmp_path / "a.mp3", music(4), codec="libmp3lame", id3v2_version="0")
    tag = b"TAG" + "Jóga".encode("latin-1").ljust(30, b"\0") + "Björk".encode("latin-1").ljust(30)
    path.write_bytes(path.read_bytes() + tag.ljust(128, b"\0"))
    assert names(path) == ("Jóga", "Björk")


def chunk(name: bytes, content: bytes, order: str = "<") -> bytes:
    return name + struct.pack(f"{order}I", len(content)) + content + bytes(len(content) % 2)


def test_tags_of_a_wav_file_in_windows_letters(tmp_path: Path) -> None:
    path = write(tmp_path / "a.wav", music(4))
    content = path.read_bytes()
    tags = b"INFO" + chunk(b"INAM", b"J\xf3ga\0") + chunk(b"IART", b"Bj\xf6rk\0")
    data = content[content.index(b"data") :]
    form = content[content.index(b"fmt ") :][:24]
    body = b"WAVE" + form + chunk(b"LIST", tags) + data
    path.write_bytes(chunk(b"RIFF", body))
    assert names(path) == ("Jóga", "Björk")


def test_tags_of_an_aiff_file(tmp_path: Path) -> None:
    path = write(tmp_path / "a.aiff", music(4), codec="pcm_s16be")
    content = path.read_bytes()
    body = b"AIFF" + chunk(b"NAME", b"Song", ">") + chunk(b"AUTH", b"Someone", ">") + content[12:]
    path.write_bytes(chunk(b"FORM", body, ">"))
    assert names(path) == ("Song", "Someone")


def test_a_streams_tags_count_where_the_container_has_none() -> None:
    assert names_of([{"title": " "}, {"TITLE": "Song", "Artist": "A\0B; C"}]) == ("Song", "A, B, C")


def test_a_language_behind_the_key_does_not_hide_a_tag() -> None:
    assert names_of([{"title-eng": "Song", "ARTIST-ger": "Jemand"}]) == ("Song", "Jemand")
