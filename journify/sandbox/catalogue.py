"""The songs that the stand-in platforms have: the demo songs, with ids as each platform gives."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path

BASE62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"


@dataclass(frozen=True)
class SandboxSong:
    """A song, known everywhere under its ISRC."""

    slug: str
    title: str
    artist: str
    path: Path

    @property
    def spotify_id(self) -> str:
        """22 characters of base 62 (Spotify URIs and IDs)."""
        return spotify_id(self.slug)

    @property
    def artist_id(self) -> str:
        """The artist's Spotify id."""
        return spotify_id(self.artist)

    @property
    def deezer_id(self) -> int:
        """A whole number."""
        return _number(self.slug) % 10**9

    @property
    def isrc(self) -> str:
        """Two letters, three characters, seven digits (ISO 3901)."""
        return f"QZJFY{_number(self.slug) % 10**7:07d}"

    @property
    def duration_ms(self) -> int:
        """Length of the whole song, of which the file holds half a minute."""
        return 150_000 + _number(self.slug) % 120_000


def spotify_id(name: str) -> str:
    """Make an id as Spotify's out of a name."""
    number, letters = _number(name), ""
    for _ in range(22):
        number, digit = divmod(number, 62)
        letters += BASE62[digit]
    return letters


def load_catalogue(folder: Path) -> list[SandboxSong]:
    """Read the demo songs of `catalogue.json` in `folder`."""
    rows = json.loads((folder / "catalogue.json").read_text(encoding="utf-8"))
    return [
        SandboxSong(row["slug"], row["title"], row["composer"], folder / row["file"])
        for row in rows
    ]


def search(songs: list[SandboxSong], query: str) -> list[SandboxSong]:
    """Find the songs that hold every word of `query` in title or artist."""
    words = query.casefold().split()
    return [
        song
        for song in songs
        if all(word in f"{song.title} {song.artist}".casefold() for word in words)
    ]


def _number(name: str) -> int:
    return int.from_bytes(hashlib.sha256(name.encode()).digest()[:20])
