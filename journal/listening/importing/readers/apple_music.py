"""Apple Music's `Apple Music Play Activity.csv`, from Apple's privacy page.

Columns come in any order and grow over the years, so they are read by their header. A song's own
artist does not stand there: `Container Artist Name` is the album's or the playlist's. Only ends of
plays count (`PLAY_END`), and only audio.
"""

import datetime as dt
from collections.abc import Mapping

from journal.listening.importing.plays import Play, moment_of, play_of, seconds_of

NAME = "Apple Music (play activity)"
HEADER = frozenset({"Song Name", "Event Type", "Play Duration Milliseconds"})
ARTISTS = ("Artist Name", "Container Artist Name")


def read_apple_music(row: Mapping[str, str]) -> Play | None:
    """Read a row; None for what is no end of a song."""
    if row.get("Event Type") != "PLAY_END" or row.get("Media Type", "AUDIO") not in {"", "AUDIO"}:
        return None
    seconds = seconds_of(row.get("Play Duration Milliseconds"))
    ended = moment_of(row.get("Event End Timestamp")) or moment_of(row.get("Event Timestamp"))
    started_at = moment_of(row.get("Event Start Timestamp"))
    if started_at is None and ended is not None:
        started_at = ended - dt.timedelta(seconds=seconds)
    artist = next((row[name] for name in ARTISTS if row.get(name)), "")
    if started_at is None:
        return None
    return play_of(
        (artist, row.get("Song Name")), started_at, seconds=seconds, album=row.get("Album Name")
    )
