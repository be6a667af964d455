"""Is this the song we mean? Titles as people write them, artists, and the length."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from typing import Protocol, TypeVar

from classifier.models import Song

LENGTH_TOLERANCE_MS = 3000

# What shops and labels hang onto a title; a different recording shows in its length.
EXTRAS = re.compile(
    r"""\s*[(\[][^)\]]*[)\]]                 # (feat. …), [Remastered]
      | \s+-\s+.*(remaster|version|edit|mix|mono|stereo).*$
      | \s+(feat|ft|featuring)\.?\s.*$""",
    re.IGNORECASE | re.VERBOSE,
)


class Candidate(Protocol):
    """A song as a platform lists it."""

    @property
    def title(self) -> str:
        """As listed."""

    @property
    def artist(self) -> str:
        """As listed."""

    @property
    def duration_ms(self) -> int | None:
        """None where the platform does not say."""


Found = TypeVar("Found", bound=Candidate)


def best_match(song: Song, candidates: Iterable[Found]) -> Found | None:
    """Return the first candidate that is `song`, exact titles first; None when none is."""
    alike = [each for each in candidates if is_same(song, each)]
    exact = [each for each in alike if plain(each.title) == plain(song.title)]
    return next(iter(exact or alike), None)


def is_same(song: Song, other: Candidate) -> bool:
    """Compare the bare title, one shared word of the artist, and the length within 3 s."""
    if bare(song.title) != bare(other.title):
        return False
    if song.artist and not set(plain(song.artist).split()) & set(plain(other.artist).split()):
        return False
    if song.duration_ms is None or other.duration_ms is None:
        return True
    return abs(song.duration_ms - other.duration_ms) <= LENGTH_TOLERANCE_MS


def bare(title: str) -> str:
    """Return a title without its extras, as far as anything is left of it."""
    return plain(EXTRAS.sub("", title)) or plain(title)


def plain(text: str) -> str:
    """Fold case, accents and punctuation away."""
    split = unicodedata.normalize("NFKD", text.casefold())
    letters = "".join(char if char.isalnum() else " " for char in split if not _is_accent(char))
    return " ".join(letters.split())


def _is_accent(char: str) -> bool:
    return unicodedata.category(char) == "Mn"
