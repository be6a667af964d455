"""Apple's iTunes Search: songs and their AAC previews.

Built from https://performance-partners.apple.com/search-api.
"""

from __future__ import annotations

import re
from typing import Any

from journify.sandbox import catalogue
from journify.sandbox.catalogue import SandboxSong
from journify.sandbox.clips import encoded_clip
from journify.sandbox.world import Answer, Request, World, as_json


def answer(world: World, request: Request, base_url: str) -> Answer:
    """Answer a request below /itunes."""
    if request.path == "/search":
        found = catalogue.search(list(world.songs), request.query.get("term", ""))
        found = found[: int(request.query.get("limit", "50"))]
        results = [song_object(song, base_url) for song in found]
        reply = as_json({"resultCount": len(results), "results": results})
        reply.content_type = "text/javascript; charset=utf-8"
        return reply
    if match := re.fullmatch(r"/preview/(\d+)\.plus\.aac\.p\.m4a", request.path):
        song = world.song(deezer_id=int(match[1]))
        if song is not None:
            return Answer(200, encoded_clip(song.path, "m4a"), "audio/x-m4a")
    return Answer(404)


def song_object(song: SandboxSong, base_url: str) -> dict[str, Any]:
    """One of `results`."""
    return {
        "wrapperType": "track",
        "kind": "song",
        "trackId": song.deezer_id,
        "trackName": song.title,
        "artistName": song.artist,
        "collectionName": "Demo",
        "trackTimeMillis": song.duration_ms,
        "previewUrl": f"{base_url}/preview/{song.deezer_id}.plus.aac.p.m4a",
        "artworkUrl30": "",
        "artworkUrl60": "",
        "artworkUrl100": "",
        "trackViewUrl": "https://music.apple.com/us/album/demo",
        "releaseDate": "2026-01-01T12:00:00Z",
        "primaryGenreName": "Classical",
        "country": "USA",
    }
