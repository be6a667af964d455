"""ReccoBeats: audio features of tracks, in no order, the unknown ones left out.

Built from https://reccobeats.com/docs and its OpenAPI file.
"""

import hashlib
from typing import Any

from tools.sandbox.catalogue import SandboxSong
from tools.sandbox.world import Answer, Request, World, as_json

UNIT = (
    "acousticness",
    "danceability",
    "energy",
    "instrumentalness",
    "liveness",
    "speechiness",
    "valence",
)


def reccobeats_response(world: World, request: Request, _base_url: str) -> Answer:
    if request.path != "/v1/audio-features":
        return as_json({"error": "Not Found"}, status=404)
    ids = set(request.query.get("ids", "").split(","))
    if ids == {""}:
        return as_json({"error": "ids: must not be empty", "status": 4001}, status=400)
    songs = [song for song in world.songs_at("reccobeats") if {song.spotify_id, song.isrc} & ids]
    return as_json({"content": [audio_features(song) for song in reversed(songs)]})


def audio_features(song: SandboxSong) -> dict[str, Any]:
    digest = hashlib.sha256(song.slug.encode()).digest()
    return {
        "id": f"00000000-0000-4000-8000-{digest.hex()[:12]}",
        "href": f"https://open.spotify.com/track/{song.spotify_id}",
        "isrc": song.isrc,
        **{name: round(digest[number] / 255, 3) for number, name in enumerate(UNIT)},
        "key": digest[8] % 12,
        "loudness": -digest[9] / 10,
        "mode": digest[10] % 2,
        "tempo": 60.0 + digest[11] % 120,
    }
