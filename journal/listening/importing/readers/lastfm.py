"""Last.fm as CSV, as two public tools write it: nobody at Last.fm exports one.

lastfm-to-csv: no header, `artist,album,track,01 Mar 2026 20:12` in UTC; commas within names are
left out. lastfm.ghan.nl: a header with `uts,utc_time,artist,…,track,…`, everything quoted. An empty
time is the song that was playing just then; 1970 is a device without a clock.
"""

from collections.abc import Mapping, Sequence

from journal.listening.importing.plays import Play, moment_of, moment_of_seconds, play_of

NAME = "Last.fm (CSV)"
HEADER = frozenset({"uts", "artist", "track"})
COLUMNS = 4
FORM = "%d %b %Y %H:%M"


def is_bare(row: Sequence[str]) -> bool:
    """Whether a file's first row is one of the shape without a header."""
    return len(row) == COLUMNS and (row[3] == "" or moment_of(row[3], FORM) is not None)


def read_bare(row: Sequence[str]) -> Play | None:
    if len(row) != COLUMNS:
        return None
    artist, album, title, moment = row
    started_at = moment_of(moment, FORM)
    if started_at is None:
        return None
    return play_of((artist, title), started_at, album=album)


def read_lastfm(row: Mapping[str, str]) -> Play | None:
    started_at = moment_of_seconds(row.get("uts"))
    if started_at is None:
        return None
    return play_of((row.get("artist"), row.get("track")), started_at, album=row.get("album"))
