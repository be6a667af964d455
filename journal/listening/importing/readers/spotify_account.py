"""Spotify's account data: `StreamingHistory*.json`, `StreamingHistory_music_*.json`.

One JSON array of objects without ids. `endTime` is the end of a play in UTC, to the minute.
"""

import datetime as dt
from collections.abc import Mapping
from typing import Any

from journal.listening.importing.plays import Play, moment_of, play_of, seconds_of

NAME = "Spotify (account data)"
KEYS = frozenset({"endTime", "artistName", "trackName", "msPlayed"})


def read_spotify_account(row: Mapping[str, Any]) -> Play | None:
    """Read one object; None for what is no song."""
    ended = moment_of(row.get("endTime"))
    seconds = seconds_of(row.get("msPlayed"))
    if ended is None or not seconds:
        return None
    started_at = ended - dt.timedelta(seconds=seconds)
    return play_of((row.get("artistName"), row.get("trackName")), started_at, seconds=seconds)
