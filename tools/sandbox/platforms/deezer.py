"""Deezer: search, tracks, albums and artists by id, and signed previews that run out.

Built from https://developers.deezer.com/api/search, /api/track, /api/album, /api/artist and
/api/errors: every error is a 200 with an `error` object.
"""

import hashlib
import re
from collections.abc import Callable, Sequence
from typing import Any
from urllib.parse import quote, urlencode

from tools.sandbox import catalogue
from tools.sandbox.catalogue import SandboxSong, large_number_of
from tools.sandbox.clips import encoded_clip
from tools.sandbox.covers import cover
from tools.sandbox.world import Answer, Request, World, as_json

PREVIEW_SECONDS = 900
LIMIT, MOST = 25, 100
SIZES = {"small": 56, "medium": 250, "big": 500, "xl": 1000}

Json = dict[str, Any]


def deezer_response(world: World, request: Request, base_url: str) -> Answer:
    path = request.path.rstrip("/")
    if match := re.fullmatch(r"/search(?:/(track|artist|album))?", path):
        return _search(world, request, base_url, match[1] or "track")
    if match := re.fullmatch(r"/(track|album|artist)/([^/]+)(?:/(tracks|top))?", path):
        return _one(world, request, base_url, *match.groups())
    if match := re.fullmatch(r"/preview/(\d+)\.mp3", path):
        return _preview(world, request, int(match[1]))
    if match := re.fullmatch(r"/image/(\d+)-\d+", path):
        return Answer(200, cover(match[1]), "image/svg+xml")
    return _error("InvalidQueryException", "Unknown path components : " + path, 600)


def _track(world: World, song: SandboxSong, base_url: str) -> Json:
    """A full track object, https://developers.deezer.com/api/track."""
    return _listed_track(world, song, base_url) | {
        "isrc": song.isrc,
        "share": f"https://www.deezer.com/track/{song.deezer_id}?utm_source=deezer",
        "track_position": 1,
        "disk_number": 1,
        "release_date": f"{song.year}-01-01",
        "bpm": 0,
        "gain": -8.0,
        "available_countries": ["DE", "FR", "US"],
        "contributors": [_artist(song, base_url)],
    }


def _listed_track(world: World, song: SandboxSong, base_url: str) -> Json:
    """A track as a search lists it: without its ISRC."""
    expires = int(world.now()) + PREVIEW_SECONDS
    signature = _signature(world, song.deezer_id, expires)
    return {
        "id": song.deezer_id,
        "readable": True,
        "title": song.title,
        "title_short": song.title,
        "title_version": "",
        "link": f"https://www.deezer.com/track/{song.deezer_id}",
        "duration": song.duration_ms // 1000,
        "rank": 100_000,
        "explicit_lyrics": False,
        "preview": f"{base_url}/preview/{song.deezer_id}.mp3"
        f"?hdnea=exp={expires}~acl=/*~hmac={signature}",
        "artist": _artist(song, base_url),
        "album": _album(song, base_url),
        "type": "track",
    }


def _artist(song: SandboxSong, base_url: str) -> Json:
    artist_id = _id(song.artist)
    return {
        "id": artist_id,
        "name": song.artist,
        "link": f"https://www.deezer.com/artist/{artist_id}",
        "tracklist": f"{base_url}/artist/{artist_id}/top?limit=50",
        "type": "artist",
    }


def _album(song: SandboxSong, base_url: str) -> Json:
    album_id = _id(song.album_title)
    covers = {
        f"cover_{size}": f"{base_url}/image/{album_id}-{pixels}" for size, pixels in SIZES.items()
    }
    return {
        "id": album_id,
        "title": song.album_title,
        "cover": f"{base_url}/image/{album_id}-120",
        **covers,
        "tracklist": f"{base_url}/album/{album_id}/tracks",
        "type": "album",
    }


def _one(
    world: World, request: Request, base_url: str, kind: str, name: str, part: str | None
) -> Answer:
    """A track by its id or "isrc:…", an album or an artist by its id, or the tracks of one."""
    songs = [song for song in world.songs_at("deezer") if name in _names(kind, song)]
    if not songs:
        return _error("DataException", "no data", 800)
    if part is not None:
        items = [_listed_track(world, song, base_url) for song in songs]
        return _page(request, items, f"{base_url}{request.path}")
    if kind == "track":
        return as_json(_track(world, songs[0], base_url))
    if kind == "artist":
        return as_json(_artist(songs[0], base_url) | {"nb_album": 1, "nb_fan": 0, "radio": False})
    more = {
        "release_date": f"{songs[0].year}-01-01",
        "nb_tracks": len(songs),
        "artist": _artist(songs[0], base_url),
        "tracks": {"data": [_listed_track(world, song, base_url) for song in songs]},
    }
    return as_json(_album(songs[0], base_url) | more)


def _names(kind: str, song: SandboxSong) -> set[str]:
    if kind == "track":
        return {str(song.deezer_id), f"isrc:{song.isrc}"}
    return {str(_id(song.artist if kind == "artist" else song.album_title))}


def _search(world: World, request: Request, base_url: str, kind: str) -> Answer:
    query = request.query.get("q", "").strip()
    if not query:
        return _error("MissingParameterException", "Missing parameters: q", 501)
    found = catalogue.search(world.songs_at("deezer"), query)
    make: dict[str, Callable[[SandboxSong, str], Json]] = {"artist": _artist, "album": _album}
    if kind == "track":
        items = [_listed_track(world, song, base_url) for song in found]
    else:
        items = list(
            {row["id"]: row for row in (make[kind](one, base_url) for one in found)}.values()
        )
    return _page(request, items, f"{base_url}{request.path}")


def _page(request: Request, items: Sequence[Json], url: str) -> Answer:
    """Some of a list, and the addresses of the rest."""
    try:
        first, limit = request.whole("index", 0), request.whole("limit", LIMIT)
    except ValueError as wrong:
        return _error("ParameterException", f"Wrong parameter: {wrong}", 500)
    if first < 0 or limit < 0:
        return _error("ParameterException", "Wrong parameter", 500)
    last = first + min(limit, MOST)
    page: Json = {"data": list(items[first:last]), "total": len(items)}
    if last < len(items) and limit:
        page["next"] = f"{url}?{urlencode(request.query | {'index': last})}"
    if first:
        page["prev"] = f"{url}?{urlencode(request.query | {'index': max(0, first - limit)})}"
    return as_json(page)


def _preview(world: World, request: Request, deezer_id: int) -> Answer:
    match = re.fullmatch(r"exp=(\d+)~acl=/\*~hmac=(\w+)", request.query.get("hdnea", ""))
    song = world.song(deezer_id=deezer_id)
    if match is None or song is None or int(match[1]) < world.now():
        return Answer(403)
    if match[2] != _signature(world, deezer_id, int(match[1])):
        return Answer(403)
    return Answer(200, encoded_clip(song, "mp3"), "audio/mpeg")


def _signature(world: World, deezer_id: int, expires: int) -> str:
    return hashlib.sha256(f"{world.preview_key}{deezer_id}{expires}".encode()).hexdigest()


def _id(name: str) -> int:
    return large_number_of(name) % 10**7


def _error(kind: str, message: str, code: int) -> Answer:
    return as_json({"error": {"type": kind, "message": quote(message, safe=" :/"), "code": code}})
