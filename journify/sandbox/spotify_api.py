"""Spotify's Web API as a development-mode app of 2026 sees it.

Built from https://developer.spotify.com/documentation/web-api/references/changes (February to July
2026) and its OpenAPI file: `limit` of a search ends at 10, `preview_url` is null, `popularity`,
`email`, `country` and `product` are gone, `account_id` is there.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from typing import Any

from journify.sandbox import catalogue, reccobeats
from journify.sandbox.catalogue import SandboxSong, spotify_id
from journify.sandbox.covers import cover
from journify.sandbox.world import Answer, Grant, Request, World, as_json, error

SEARCH_LIMIT, TOP_LIMIT = 10, 50
RANGES = ("short_term", "medium_term", "long_term")


def answer(world: World, request: Request, base_url: str) -> Answer:
    """Answer a request below /spotify."""
    if request.path.startswith("/image/"):
        name, _, _size = request.path.removeprefix("/image/").partition("-")
        return Answer(200, cover(name), "image/svg+xml")
    if request.path.startswith("/v1/audio-features/") and world.has_audio_features:
        found = world.song(spotify_id=request.path.rsplit("/", 1)[1])
        return as_json(reccobeats.features(found)) if found else error(404, "Not found")
    grant = _grant_of(world, request)
    return grant if isinstance(grant, Answer) else _granted(world, request, grant, base_url)


def _granted(world: World, request: Request, grant: Grant, base_url: str) -> Answer:
    """Answer a request with a good token."""
    if not grant.person.is_listed:
        return Answer(403, b"User not registered in the Developer Dashboard", "text/plain")
    if request.path == "/v1/me":
        return as_json(me(grant, base_url))
    if request.path == "/v1/search":
        return _search(world, request, base_url)
    if match := re.fullmatch(r"/v1/tracks/(\w+)", request.path):
        song = world.song(spotify_id=match[1])
        return as_json(track(song, base_url)) if song else error(404, "Resource not found")
    return _listening(world, request, grant, base_url)


def me(grant: Grant, base_url: str) -> dict[str, Any]:
    """The private user object, https://developer.spotify.com/documentation/web-api/reference/get-current-users-profile."""
    person = grant.person
    name = spotify_id(person.account_id)
    return {
        "account_id": person.account_id,
        "display_name": person.display_name,
        "external_urls": {"spotify": f"https://open.spotify.com/user/{name}"},
        "href": f"{base_url}/v1/users/{name}",
        "id": name,
        "images": [{"url": f"{base_url}/image/{name}", "height": 64, "width": 64}]
        if person.display_name
        else [],
        "type": "user",
        "uri": f"spotify:user:{name}",
    }


def track(song: SandboxSong, base_url: str) -> dict[str, Any]:
    """A full track object, https://developer.spotify.com/documentation/web-api/reference/get-track."""
    return {
        "album": album(song, base_url),
        "artists": [artist(song, base_url)],
        "disc_number": 1,
        "duration_ms": song.duration_ms,
        "explicit": False,
        "external_ids": {"isrc": song.isrc},
        "external_urls": {"spotify": f"https://open.spotify.com/track/{song.spotify_id}"},
        "href": f"{base_url}/v1/tracks/{song.spotify_id}",
        "id": song.spotify_id,
        "is_local": False,
        "is_playable": True,
        "name": song.title,
        "preview_url": None,
        "track_number": 1,
        "type": "track",
        "uri": f"spotify:track:{song.spotify_id}",
    }


def album(song: SandboxSong, base_url: str) -> dict[str, Any]:
    """A simplified album object."""
    name = spotify_id(f"album {song.slug}")
    return {
        "album_type": "album",
        "artists": [artist(song, base_url)],
        "external_urls": {"spotify": f"https://open.spotify.com/album/{name}"},
        "href": f"{base_url}/v1/albums/{name}",
        "id": name,
        "images": [
            {"url": f"{base_url}/image/{name}-{size}", "height": size, "width": size}
            for size in (640, 300, 64)
        ],
        "name": f"Pieces by {song.artist}",
        "release_date": "2026-01-01",
        "release_date_precision": "day",
        "total_tracks": 12,
        "type": "album",
        "uri": f"spotify:album:{name}",
    }


def artist(song: SandboxSong, base_url: str) -> dict[str, Any]:
    """A simplified artist object."""
    return {
        "external_urls": {"spotify": f"https://open.spotify.com/artist/{song.artist_id}"},
        "href": f"{base_url}/v1/artists/{song.artist_id}",
        "id": song.artist_id,
        "name": song.artist,
        "type": "artist",
        "uri": f"spotify:artist:{song.artist_id}",
    }


def _grant_of(world: World, request: Request) -> Grant | Answer:
    kind, _, token = request.headers.get("authorization", "").partition(" ")
    if kind != "Bearer" or "access_token" in request.query:
        return error(401, "No token provided")
    for grant in world.grants:
        if token in grant.access:
            is_over = grant.access[token] < world.now()
            return error(401, "The access token expired") if is_over else grant
    return error(401, "Invalid access token")


def _search(world: World, request: Request, base_url: str) -> Answer:
    limit = int(request.query.get("limit", "5"))
    offset = int(request.query.get("offset", "0"))
    if not 1 <= limit <= SEARCH_LIMIT:
        return error(400, "Invalid limit")
    if request.query.get("type") != "track" or not request.query.get("q"):
        return error(400, "No search query")
    found = catalogue.search(list(world.songs), request.query["q"])
    items = [track(song, base_url) for song in found[offset : offset + limit]]
    return as_json({"tracks": _page(request, items, len(found), base_url)})


def _listening(world: World, request: Request, grant: Grant, base_url: str) -> Answer:
    """Top tracks, top artists, recently played; each needs its scope."""
    match = re.fullmatch(r"/v1/me/(top/tracks|top/artists|player/recently-played)", request.path)
    if match is None:
        return error(403, "Forbidden")  # endpoints that new apps no longer have
    scope = "user-read-recently-played" if "recently" in match[1] else "user-top-read"
    if scope not in grant.scope.split():
        return error(403, "Insufficient client scope")
    limit = int(request.query.get("limit", "20"))
    span = request.query.get("time_range", "medium_term")
    if not 1 <= limit <= TOP_LIMIT or span not in RANGES:
        return error(400, "Invalid limit" if span in RANGES else "Invalid time range")
    turn = RANGES.index(span)
    songs = [*world.songs[turn:], *world.songs[:turn]]
    if "recently" in match[1]:
        return as_json(_recent(world, songs[:limit], base_url))
    if match[1] == "top/tracks":
        items = [track(song, base_url) for song in songs]
    else:
        items = list({song.artist: _full_artist(song, base_url) for song in songs}.values())
    return as_json(_page(request, items[:limit], len(items), base_url))


def _full_artist(song: SandboxSong, base_url: str) -> dict[str, Any]:
    url = f"{base_url}/image/{song.artist_id}"
    more = {"genres": [], "images": [{"url": url, "height": 64, "width": 64}]}
    return artist(song, base_url) | more


def _recent(world: World, songs: Sequence[SandboxSong], base_url: str) -> dict[str, Any]:
    now = dt.datetime.fromtimestamp(world.now(), dt.UTC)
    return {
        "items": [
            {
                "track": track(song, base_url),
                "played_at": f"{now - dt.timedelta(hours=hours):%Y-%m-%dT%H:%M:%S.000Z}",
                "context": None,
            }
            for hours, song in enumerate(songs)
        ],
        "next": None,
        "cursors": {"after": "1", "before": "2"},
        "limit": len(songs),
        "href": f"{base_url}/v1/me/player/recently-played",
    }


def _page(
    request: Request, items: list[dict[str, Any]], total: int, base_url: str
) -> dict[str, Any]:
    """A paging object."""
    offset = int(request.query.get("offset", "0"))
    limit = int(request.query.get("limit", str(len(items) or 1)))
    has_more = offset + limit < total
    return {
        "href": f"{base_url}{request.path}",
        "items": items,
        "limit": limit,
        "next": f"{base_url}{request.path}?offset={offset + limit}" if has_more else None,
        "offset": offset,
        "previous": None,
        "total": total,
    }
