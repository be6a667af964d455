"""Deezer: search, track by id and ISRC, and signed previews that run out.

Built from https://developers.deezer.com/api/search, /api/track and /api/errors.
"""

from __future__ import annotations

import hashlib
import re
from typing import Any

from journify.sandbox import catalogue
from journify.sandbox.catalogue import SandboxSong
from journify.sandbox.clips import encoded_clip
from journify.sandbox.world import Answer, Request, World, as_json

PREVIEW_SECONDS = 900
NO_DATA = {"error": {"type": "DataException", "message": "no data", "code": 800}}


def answer(world: World, request: Request, base_url: str) -> Answer:
    """Answer a request below /deezer."""
    if request.path == "/search":
        return _search(world, request, base_url)
    if match := re.fullmatch(r"/track/(?:isrc:(\w+)|(\d+))", request.path):
        song = world.song(isrc=match[1]) if match[1] else world.song(deezer_id=int(match[2]))
        return as_json(track(world, song, base_url) if song else NO_DATA)
    if match := re.fullmatch(r"/preview/(\d+)\.mp3", request.path):
        return _preview(world, request, int(match[1]))
    return as_json(
        {"error": {"type": "InvalidQueryException", "message": "Unknown path", "code": 600}}
    )


def track(world: World, song: SandboxSong, base_url: str) -> dict[str, Any]:
    """A full track object, https://developers.deezer.com/api/track."""
    return listed(world, song, base_url) | {
        "isrc": song.isrc,
        "release_date": "2026-01-01",
        "bpm": 0,
        "gain": -8.0,
        "available_countries": ["DE", "FR", "US"],
        "contributors": [{"id": 1, "name": song.artist}],
    }


def listed(world: World, song: SandboxSong, base_url: str) -> dict[str, Any]:
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
        "artist": {"id": 1, "name": song.artist, "type": "artist"},
        "album": {"id": 1, "title": "Demo", "cover_small": "", "type": "album"},
        "type": "track",
    }


def _search(world: World, request: Request, base_url: str) -> Answer:
    found = catalogue.search(list(world.songs), request.query.get("q", ""))
    first = int(request.query.get("index", "0"))
    last = first + int(request.query.get("limit", "25"))
    page: dict[str, Any] = {
        "data": [listed(world, song, base_url) for song in found[first:last]],
        "total": len(found),
    }
    if last < len(found):
        page["next"] = f"{base_url}/search?index={last}"
    return as_json(page)


def _preview(world: World, request: Request, deezer_id: int) -> Answer:
    match = re.fullmatch(r"exp=(\d+)~acl=/\*~hmac=(\w+)", request.query.get("hdnea", ""))
    song = world.song(deezer_id=deezer_id)
    if match is None or song is None or int(match[1]) < world.now():
        return Answer(403)
    if match[2] != _signature(world, deezer_id, int(match[1])):
        return Answer(403)
    return Answer(200, encoded_clip(song.path, "mp3"), "audio/mpeg")


def _signature(world: World, deezer_id: int, expires: int) -> str:
    return hashlib.sha256(f"{world.preview_key}{deezer_id}{expires}".encode()).hexdigest()
