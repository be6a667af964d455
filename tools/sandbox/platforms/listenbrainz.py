"""ListenBrainz's listens of a user, without a key.

Built from https://listenbrainz.readthedocs.io/en/latest/users/api/core.html.
"""

import re
from typing import Any

from tools.sandbox.world import Answer, Request, World, as_json

KNOWN_NAME = "sandbox-listener"
MAX_COUNT, DEFAULT_COUNT = 1000, 25
GAP_SECONDS = 240


def listenbrainz_response(world: World, request: Request, _base_url: str) -> Answer:
    if not re.search(r"/\d\S* \( .+ \)", request.headers.get("user-agent", "")):
        return as_json({"code": 403, "error": "Set a meaningful User-Agent"}, status=403)
    match = re.fullmatch(r"/1/user/([^/]+)/(listens|listen-count)", request.path)
    if match is None or match[1] != KNOWN_NAME:
        return as_json({"code": 404, "error": f"Cannot find user: {request.path}"}, status=404)
    if match[2] == "listen-count":
        return as_json({"payload": {"count": len(world.songs)}})
    if {"min_ts", "max_ts"} <= request.query.keys():
        message = "You may only specify max_ts or min_ts, not both."
        return as_json({"code": 400, "error": message}, status=400)
    try:
        count = min(MAX_COUNT, int(request.query.get("count", DEFAULT_COUNT)))
        bounds = {
            name: int(request.query[name]) for name in ("min_ts", "max_ts") if name in request.query
        }
    except ValueError:
        return as_json({"code": 400, "error": "Invalid count or timestamp"}, status=400)
    listens = [_listen(world, number) for number in range(len(world.songs))]
    listens = [
        listen
        for listen in listens
        if bounds.get("min_ts", -1) < listen["listened_at"] < bounds.get("max_ts", 2**40)
    ]
    payload = {"count": len(listens[:count]), "user_id": KNOWN_NAME, "listens": listens[:count]}
    return as_json({"payload": payload})


def _listen(world: World, number: int) -> dict[str, Any]:
    song = world.songs[number]
    started = int(world.last_played_at) - GAP_SECONDS * (number + 1)
    return {
        "listened_at": started,
        "inserted_at": started + 1,
        "recording_msid": f"00000000-0000-4000-8000-{number:012d}",
        "user_name": KNOWN_NAME,
        "track_metadata": {
            "artist_name": song.artist,
            "track_name": song.title,
            "additional_info": {"isrc": song.isrc, "duration_ms": song.duration_ms},
        },
    }
