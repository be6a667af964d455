"""The songs that the stand-in platforms have, with ids as each platform gives."""

import hashlib
import json
import re
import unicodedata
import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

BASE62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
EVERYWHERE = frozenset({"spotify", "deezer", "itunes", "musicbrainz", "reccobeats"})

# artist:"Mira Vale" track:Lantern isrc:QZ…; Deezer and Spotify share the form
FILTERS = re.compile(r'\b(artist|track|album|isrc|year):(?:"([^"]*)"|(\S+))')


@dataclass(frozen=True)
class SandboxSong:
    """A song, known everywhere under its ISRC; without a `path` its sound is made up."""

    slug: str
    title: str
    artist: str
    path: Path | None = None
    album: str = ""
    year: int = 2026
    seconds: int = 0
    at: frozenset[str] = EVERYWHERE

    @property
    def spotify_id(self) -> str:
        """22 characters of base 62 (Spotify URIs and IDs)."""
        return spotify_id(self.slug)

    @property
    def artist_id(self) -> str:
        return spotify_id(self.artist)

    @property
    def album_id(self) -> str:
        return spotify_id(f"album {self.album_title}")

    @property
    def album_title(self) -> str:
        return self.album or f"Pieces by {self.artist}"

    @property
    def deezer_id(self) -> int:
        return large_number_of(self.slug) % 10**9

    @property
    def musicbrainz_id(self) -> str:
        return str(uuid.UUID(int=large_number_of(self.slug) % 2**128, version=4))

    @property
    def isrc(self) -> str:
        """Two letters, three characters, seven digits (ISO 3901)."""
        return f"QZJFY{large_number_of(self.slug) % 10**7:07d}"

    @property
    def duration_ms(self) -> int:
        """Length of the whole song, of which there is half a minute to hear."""
        return 1000 * self.seconds or 150_000 + large_number_of(self.slug) % 120_000


def spotify_id(name: str) -> str:
    """Make an id as Spotify's out of a name."""
    number, letters = large_number_of(name), ""
    for _ in range(22):
        number, digit = divmod(number, 62)
        letters += BASE62[digit]
    return letters


def load_catalogue(folder: Path) -> list[SandboxSong]:
    rows = json.loads((folder / "catalogue.json").read_text(encoding="utf-8"))
    return [
        SandboxSong(row["slug"], row["title"], row["composer"], folder / row["file"])
        for row in rows
    ]


def search(songs: Iterable[SandboxSong], query: str) -> list[SandboxSong]:
    """Find the songs that hold every word of `query` in title, artist or album.

    Beside a filter (artist:"…") plain words count for nothing, as at Deezer.
    """
    filters = [(name, quoted or bare) for name, quoted, bare in FILTERS.findall(query)]
    if filters:
        return [song for song in songs if all(_passes(song, *each) for each in filters)]
    words = _folded(query).split()
    return [
        song
        for song in songs
        if all(word in _folded(f"{song.title} {song.artist} {song.album}") for word in words)
    ]


def _folded(text: str) -> str:
    """Without case and accents, as every search compares."""
    split = unicodedata.normalize("NFKD", text.casefold())
    return "".join(char for char in split if unicodedata.category(char) != "Mn")


def large_number_of(name: str) -> int:
    return int.from_bytes(hashlib.sha256(name.encode()).digest()[:20])


def _passes(song: SandboxSong, name: str, wanted: str) -> bool:
    values = {
        "artist": song.artist,
        "track": song.title,
        "album": song.album_title,
        "isrc": song.isrc,
        "year": str(song.year),
    }
    return _folded(wanted) in _folded(values[name])
