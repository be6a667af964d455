"""Last.fm's recent tracks of a user; any key but an empty one is taken.

Built from https://lastfm-docs.github.io/api-docs/user/getRecentTracks/.
"""

from __future__ import annotations

from typing import Any

from tools.sandbox.listenbrainz import GAP_SECONDS, KNOWN_NAME
from tools.sandbox.world import Answer, Request, World, as_json

MAX_LIMIT, DEFAULT_LIMIT = 200, 50
NO_METHOD, NO_USER, NO_KEY = 3, 6, 10


def answer(world: World, request: Request, _base_url: str) -> Answer:
    """Answer a request below /lastfm."""
    if request.query.get("method") != "user.getrecenttracks":
        return _error(NO_METHOD, "Invalid Method - No method with that name in this package")
    if not request.query.get("api_key"):
        return _error(NO_KEY, "Invalid API key - You must be granted a valid key by last.fm")
    if request.query.get("user") != KNOWN_NAME:
        return _error(NO_USER, "User not found")
    start = int(request.query.get("from", 0))
    limit = min(MAX_LIMIT, int(request.query.get("limit", DEFAULT_LIMIT)))
    tracks = [_track(world, number) for number in range(len(world.songs))]
    tracks = [track for track in tracks if int(track["date"]["uts"]) >= start]
    now = _track(world, 0) | {"@attr": {"nowplaying": "true"}}
    del now["date"]
    shown = [now, *tracks[:limit]]
    attributes = {
        "user": KNOWN_NAME,
        "page": "1",
        "perPage": str(limit),
        "totalPages": str(-(-len(tracks) // limit)),
        "total": str(len(tracks)),
    }
    # a list of one comes as the one
    found: Any = shown if len(shown) > 1 else shown[0]
    return as_json({"recenttracks": {"track": found, "@attr": attributes}})


def _error(code: int, message: str) -> Answer:
    return as_json({"error": code, "message": message})


def _track(world: World, number: int) -> dict[str, Any]:
    song = world.songs[number]
    started = int(world.last_played_at) - GAP_SECONDS * (number + 1)
    return {
        "artist": {"mbid": "", "#text": song.artist},
        "album": {"mbid": "", "#text": ""},
        "name": song.title,
        "mbid": "",
        "streamable": "0",
        "url": "https://www.last.fm/music/demo",
        "image": [],
        "date": {"uts": str(started), "#text": "01 Mar 2026, 20:12"},
    }
