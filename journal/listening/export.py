"""A history as it leaves: one listen a line, in the form that ListenBrainz exports and imports.

So it can be brought to another journal, and to other programs besides.
https://listenbrainz.readthedocs.io/en/latest/users/json.html
"""

import json
from typing import IO, Any

from journal.listening.models import ListenedSong, ListeningMonth
from journal.listening.packing import unpack
from spotify_auth.models import User

FOLDER = "listening/"
FILE = f"{FOLDER}listens.jsonl"


def has_history(user: User) -> bool:
    return ListeningMonth.objects.filter(user=user).exists()


def write_listens(user: User, file: IO[bytes]) -> None:
    """Write every play of the user, in the order of time."""
    songs = {row.number: _track(row) for row in ListenedSong.objects.filter(user=user).iterator()}
    months = ListeningMonth.objects.filter(user=user).order_by("month")
    for packed in months.values_list("packed", flat=True).iterator():
        for play in unpack(packed):
            track = songs[play.song]
            info = track["additional_info"] | {"duration_played_ms": 1000 * play.seconds}
            listen = {
                "listened_at": play.moment,
                "track_metadata": track | {"additional_info": info},
            }
            file.write(json.dumps(listen, ensure_ascii=False).encode() + b"\n")


def _track(song: ListenedSong) -> dict[str, Any]:
    info = {"isrc": song.isrc} if song.isrc else {}
    if song.spotify_id:
        info["spotify_id"] = f"https://open.spotify.com/track/{song.spotify_id}"
    return {
        "artist_name": song.artist,
        "track_name": song.title,
        "release_name": song.album,
        "additional_info": info,
    }
