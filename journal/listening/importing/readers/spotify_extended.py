"""Spotify's extended streaming history: `Streaming_History_Audio_*.json`, `endsong_*.json`.

One JSON array of objects. `ts` is the *end* of a play, in UTC, sometimes with a space for the T.
Podcasts, audiobooks and videos have no track name. IP addresses, countries, devices and user agents
stand there too: none of it is read.
https://support.spotify.com/article/understanding-your-data/
"""

import datetime as dt
from collections.abc import Mapping
from typing import Any

from journal.listening.importing.plays import Play, moment_of, play_of, seconds_of

NAME = "Spotify (extended streaming history)"
KEYS = frozenset({"ts", "ms_played", "master_metadata_track_name"})


def read_spotify_extended(row: Mapping[str, Any]) -> Play | None:
    """Read one object; None for what is no song."""
    ended = moment_of(row.get("ts"))
    seconds = seconds_of(row.get("ms_played"))
    if ended is None or not seconds:
        return None
    return play_of(
        (row.get("master_metadata_album_artist_name"), row.get("master_metadata_track_name")),
        ended - dt.timedelta(seconds=seconds),
        seconds=seconds,
        album=row.get("master_metadata_album_album_name"),
        spotify_uri=row.get("spotify_track_uri"),
    )
