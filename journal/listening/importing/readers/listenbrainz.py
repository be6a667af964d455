"""ListenBrainz: one JSON array of listens, or a ZIP with `listens/YEAR/MONTH.jsonl`.

`listened_at` is seconds since 1970, with or without decimals; `additional_info` and `mbid_mapping`
may be missing or null; a length stands there as `duration_ms` or as `duration` in seconds.
https://listenbrainz.readthedocs.io/en/latest/users/json.html
"""

from collections.abc import Mapping
from typing import Any

from journal.listening.importing.plays import Play, moment_of_seconds, play_of, seconds_of

NAME = "ListenBrainz"
KEYS = frozenset({"listened_at", "track_metadata"})


def read_listenbrainz(row: Mapping[str, Any]) -> Play | None:
    """Read one listen; None without names or a time: what plays just now has no time yet."""
    track = row.get("track_metadata")
    started_at = moment_of_seconds(row.get("listened_at"))
    if not isinstance(track, dict) or started_at is None:
        return None
    info = track.get("additional_info")
    info = info if isinstance(info, dict) else {}
    return play_of(
        (track.get("artist_name"), track.get("track_name")),
        started_at,
        seconds=seconds_of(info.get("duration_played_ms")),
        album=track.get("release_name"),
        spotify_uri=info.get("spotify_id"),
        isrc=info.get("isrc"),
    )
