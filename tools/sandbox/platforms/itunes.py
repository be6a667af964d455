"""Apple's iTunes Search: songs, look-ups by id and ISRC, and AAC previews.

Built from https://performance-partners.apple.com/search-api.
"""

import re
from typing import Any

from tools.sandbox import catalogue
from tools.sandbox.catalogue import SandboxSong
from tools.sandbox.clips import encoded_clip
from tools.sandbox.world import Answer, Request, World, as_json

LIMIT, MOST = 50, 200


def itunes_response(world: World, request: Request, base_url: str) -> Answer:
    songs = world.songs_at("itunes")
    if request.path == "/search":
        found = catalogue.search(songs, request.query.get("term", "") or "\0")
        return _results(request, found, base_url)
    if request.path == "/lookup":
        wanted = set(request.query.get("id", request.query.get("isrc", "")).split(","))
        found = [song for song in songs if {str(song.deezer_id), song.isrc} & wanted]
        return _results(request, found, base_url)
    if match := re.fullmatch(r"/preview/(\d+)\.plus\.aac\.p\.m4a", request.path):
        song = world.song(deezer_id=int(match[1]))
        if song is not None:
            return Answer(200, encoded_clip(song, "m4a"), "audio/x-m4a")
    return Answer(404)


def _song_object(song: SandboxSong, base_url: str) -> dict[str, Any]:
    return {
        "wrapperType": "track",
        "kind": "song",
        "trackId": song.deezer_id,
        "trackName": song.title,
        "artistName": song.artist,
        "collectionName": song.album_title,
        "trackTimeMillis": song.duration_ms,
        "previewUrl": f"{base_url}/preview/{song.deezer_id}.plus.aac.p.m4a",
        "artworkUrl30": "",
        "artworkUrl60": "",
        "artworkUrl100": "",
        "trackViewUrl": "https://music.apple.com/us/album/demo",
        "releaseDate": f"{song.year}-01-01T12:00:00Z",
        "primaryGenreName": "Classical",
        "country": "USA",
    }


def _results(request: Request, found: list[SandboxSong], base_url: str) -> Answer:
    try:
        limit = request.whole("limit", LIMIT)
    except ValueError:
        limit = 0
    if not 1 <= limit <= MOST:
        wrong = {"errorMessage": "Invalid value(s) for key(s): [limit]", "queryParameters": {}}
        return as_json(wrong, status=400)
    results = [_song_object(song, base_url) for song in found[:limit]]
    reply = as_json({"resultCount": len(results), "results": results})
    reply.content_type = "text/javascript; charset=utf-8"
    return reply
