"""What a file's tags call a song, whichever way they are written."""

import re
from collections.abc import Iterable, Mapping
from contextlib import suppress

MAX_TAG_LENGTH = 200
TITLE = ("title",)
# Where nobody is called the artist, others are as good: AIFF has authors, albums have performers.
ARTIST = ("artist", "author", "performer", "album_artist", "albumartist", "album artist")
# Several values reach us in one: FFmpeg joins those of Vorbis comments by ";", APEv2 has NUL.
BETWEEN_ARTISTS = re.compile(r"[;\0]")


def names_of(metadata: Iterable[Mapping[str, str]]) -> tuple[str, str]:
    """Return title and artist, or empty texts, of a container's tags and then of its stream's.

    Formats disagree: FLAC has capitals, Ogg puts tags into the stream, Matroska appends languages.
    """
    tags: dict[str, list[str]] = {}
    for each in metadata:
        for key, value in each.items():
            tags.setdefault(_plain_key(key), []).append(_decoded(value))
    title = next(filter(None, (_line(value) for value in _values(tags, TITLE))), "")
    artist = next(filter(None, (_artists(value) for value in _values(tags, ARTIST))), "")
    return title, artist


def _values(tags: Mapping[str, list[str]], keys: Iterable[str]) -> Iterable[str]:
    return (value for key in keys for value in tags.get(key, []))


def _plain_key(key: str) -> str:
    """Return a key in lower case, without the language behind it, as in "TITLE-eng"."""
    return re.sub(r"-[a-z]{3}$", "", key.casefold().strip())


def _decoded(text: str) -> str:
    """Read what programs wrote in another encoding than they said.

    Bytes that are no UTF-8, which PyAV hands on as surrogates, are those of old Windows programs;
    five of that code page mean nothing and go. Other programs write UTF-8 and call it Latin 1.
    """
    raw = text.encode("utf-8", "surrogateescape")
    try:
        raw.decode()
    except UnicodeDecodeError:
        return raw.decode("cp1252", "ignore")
    with suppress(UnicodeError):
        return text.encode("latin-1").decode()
    return text


def _line(text: str) -> str:
    """Return a tag on one line without control characters, not too long."""
    text = "".join(char if char.isprintable() else " " for char in text)
    return " ".join(text.split())[:MAX_TAG_LENGTH].rstrip()


def _artists(text: str) -> str:
    """Return several artists as people write them, each once."""
    names = (_line(name) for name in BETWEEN_ARTISTS.split(text))
    return _line(", ".join(dict.fromkeys(filter(None, names))))
