"""MusicBrainz: a search for recordings and single ones, one request a second, a name wanted.

Built from https://musicbrainz.org/doc/MusicBrainz_API, .../Search and .../Rate_Limiting.
"""

import re
from typing import Any

from tools.sandbox import catalogue
from tools.sandbox.catalogue import SandboxSong
from tools.sandbox.world import Answer, Request, World, as_json

LIMIT, MOST = 25, 100
# name, version, and whom to write to
AGENT = re.compile(r"[\w.-]+/[\w.-]+ \( \S+ \)")


def musicbrainz_response(world: World, request: Request, _base_url: str) -> Answer:
    if not AGENT.fullmatch(request.headers.get("user-agent", "")):
        return _error(403, "Your client has been blocked: its User-Agent names nobody.")
    songs = world.songs_at("musicbrainz")
    if request.path == "/ws/2/recording":
        return _search(songs, request)
    if match := re.fullmatch(r"/ws/2/recording/([0-9a-f-]{36})", request.path):
        found = [song for song in songs if song.musicbrainz_id == match[1]]
        return as_json(recording(found[0])) if found else _error(404, "Not Found")
    return _error(404, "Not Found")


def recording(song: SandboxSong) -> dict[str, Any]:
    artist = {"id": _mbid(song.artist), "name": song.artist, "sort-name": song.artist}
    return {
        "id": song.musicbrainz_id,
        "title": song.title,
        "length": song.duration_ms,
        "video": None,
        "disambiguation": "",
        "artist-credit": [{"name": song.artist, "joinphrase": "", "artist": artist}],
        "first-release-date": f"{song.year}-01-01",
        "releases": [{"id": _mbid(song.album_title), "title": song.album_title}],
        "isrcs": [song.isrc],
    }


def _search(songs: list[SandboxSong], request: Request) -> Answer:
    query = request.query.get("query", "").strip()
    try:
        limit, offset = request.whole("limit", LIMIT), request.whole("offset", 0)
    except ValueError:
        return _error(400, "Invalid limit or offset parameter.")
    if not query or not 0 < limit <= MOST or offset < 0:
        return _error(400, "Unable to parse search: query must not be blank")
    found = catalogue.search(songs, query)
    return as_json(
        {
            "created": "2026-11-30T12:00:00.000Z",
            "count": len(found),
            "offset": offset,
            "recordings": [recording(song) | {"score": 100} for song in found[offset:][:limit]],
        }
    )


def _mbid(name: str) -> str:
    return SandboxSong(name, "", "").musicbrainz_id


def _error(status: int, text: str) -> Answer:
    return as_json({"error": text, "help": "https://musicbrainz.org/doc/API"}, status=status)
