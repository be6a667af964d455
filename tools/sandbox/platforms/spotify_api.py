"""Spotify's Web API: which requests are answered, to whom, and with what error otherwise.

Built from https://developer.spotify.com/documentation/web-api/references/changes (February to July
2026), its OpenAPI file and .../concepts/api-calls. What new apps have lost answers 403.
"""

import datetime as dt
import json
import re
from collections.abc import Callable, Sequence
from typing import Any
from urllib.parse import urlencode

from tools.sandbox import catalogue
from tools.sandbox.catalogue import SandboxSong, spotify_id
from tools.sandbox.covers import cover
from tools.sandbox.platforms import reccobeats
from tools.sandbox.platforms.spotify_objects import Objects
from tools.sandbox.world import (
    Answer,
    Grant,
    Request,
    SandboxPlaylist,
    World,
    as_json,
    error,
)

SEARCH_LIMIT, EXTENDED_SEARCH_LIMIT, LIMIT, LAST_OFFSET = 10, 50, 50, 1000
RANGES = ("short_term", "medium_term", "long_term")
TYPES = ("album", "artist", "playlist", "track", "show", "episode", "audiobook")
MOST_URIS = 100
FORBIDDEN = error(403, "Forbidden")
SCOPES = {
    "/v1/me/top": "user-top-read",
    "/v1/me/player/recently-played": "user-read-recently-played",
}

Json = dict[str, Any]


class _RefusedError(Exception):
    """An answer that ends the reading of a request."""

    def __init__(self, status: int, message: str) -> None:
        self.answer = error(status, message)
        super().__init__(message)


def spotify_api_response(world: World, request: Request, base_url: str) -> Answer:
    if request.path.startswith("/image/"):
        name, _, _size = request.path.removeprefix("/image/").partition("-")
        return Answer(200, cover(name), "image/svg+xml")
    try:
        grant = _grant_of(world, request)
        return _Call(world, request, base_url, grant).answer()
    except _RefusedError as refused:
        return refused.answer


class _Call:
    """One request with a good token: a listener's, or (without a grant) the app's own."""

    def __init__(self, world: World, request: Request, base_url: str, grant: Grant | None) -> None:
        self.world, self.request, self.base_url = world, request, base_url
        self.grant, self.path = grant, request.path.rstrip("/")
        self.objects = Objects(world, base_url)

    def answer(self) -> Answer:
        if self.grant is not None and not self.grant.person.is_listed:
            return Answer(403, b"User not registered in the Developer Dashboard", "text/plain")
        if self.path.startswith("/v1/me") or self.path.startswith("/v1/playlists"):
            return self._own(self.grant) if self.grant else FORBIDDEN
        if self.path == "/v1/search":
            return self._search()
        if match := re.fullmatch(r"/v1/(tracks|albums|artists|audio-features)/([^/]+)", self.path):
            return self._one(*match.groups())
        return FORBIDDEN  # endpoints that new apps no longer have

    def _one(self, kind: str, name: str) -> Answer:
        if kind == "audio-features" and not self.world.has_audio_features:
            return FORBIDDEN
        if not re.fullmatch(r"[0-9A-Za-z]{22}", name, re.ASCII):
            raise _RefusedError(400, "Invalid base62 id")
        field = {"albums": "album_id", "artists": "artist_id"}.get(kind, "spotify_id")
        songs = [song for song in self._songs() if getattr(song, field) == name]
        if not songs:
            raise _RefusedError(404, "Resource not found")
        make: dict[str, Callable[[], Json]] = {
            "tracks": lambda: self.objects.track(songs[0]),
            "albums": lambda: self.objects.full_album(songs),
            "artists": lambda: self.objects.full_artist(songs[0]),
            "audio-features": lambda: reccobeats.audio_features(songs[0]),
        }
        return as_json(make[kind]())

    def _search(self) -> Answer:
        query = self.request.query
        if not query.get("q"):
            raise _RefusedError(400, "No search query")
        kinds = [kind for kind in query.get("type", "").split(",") if kind]
        if not kinds:
            raise _RefusedError(400, "Missing parameter type")
        if unknown := [kind for kind in kinds if kind not in TYPES]:
            raise _RefusedError(400, f"Bad search type field {unknown[0]}")
        most = EXTENDED_SEARCH_LIMIT if self.world.has_extended_quota else SEARCH_LIMIT
        limit, offset = self._window(default=5, most=most, last=LAST_OFFSET)
        found = catalogue.search(self._songs(), query["q"])
        pages = {}
        for kind in kinds:
            items = self._found(kind, found)
            shown = items[offset : offset + limit]
            pages[f"{kind}s"] = self._page(shown, limit, offset, len(items), type=kind)
        return as_json(pages)

    def _found(self, kind: str, found: Sequence[SandboxSong]) -> list[Json]:
        if kind == "track":
            return [self.objects.track(song) for song in found]
        if kind == "artist":
            return list({song.artist: self.objects.full_artist(song) for song in found}.values())
        if kind == "album":
            return list({song.album_id: self.objects.album(song) for song in found}.values())
        return []

    def _own(self, grant: Grant) -> Answer:
        """What belongs to the listener; most of it needs a scope."""
        for prefix, scope in SCOPES.items():
            if self.path.startswith(prefix):
                self._require(grant, scope)
        if self.path == "/v1/me":
            return as_json(self.objects.me(grant))
        if match := re.fullmatch(r"/v1/me/top/(tracks|artists)", self.path):
            return self._top(match[1])
        if self.path == "/v1/me/player/recently-played":
            return self._recent()
        if self.path == "/v1/me/playlists":
            return self._playlists(grant)
        if match := re.fullmatch(r"/v1/playlists/([0-9A-Za-z]{22})/items", self.path):
            return self._items(grant, match[1])
        return FORBIDDEN

    def _top(self, kind: str) -> Answer:
        span = self.request.query.get("time_range", "medium_term")
        if span not in RANGES:
            raise _RefusedError(400, "Invalid time range")
        limit, offset = self._window()
        turn, songs = RANGES.index(span), self._songs()
        items = self._found(kind.rstrip("s"), [*songs[turn:], *songs[:turn]])
        page = self._page(items[offset : offset + limit], limit, offset, len(items))
        return as_json(page)

    def _recent(self) -> Answer:
        """Play history, newest first: one song an hour."""
        query = self.request.query
        limit, _offset = self._window()
        if "before" in query and "after" in query:
            raise _RefusedError(400, "Only one of before and after may be given")
        first, last = self._number("after", 0), self._number("before", 10**15)
        newest, songs = int(1000 * self.world.last_played_at), self._songs()
        songs = [*songs[1:], *songs[:1]]
        plays = [(newest - 3_600_000 * hours, song) for hours, song in enumerate(songs)]
        plays = [play for play in plays if first < play[0] < last]
        shown = plays[:limit] if "after" not in query else plays[-limit:]
        cursors = {"after": str(shown[0][0]), "before": str(shown[-1][0])} if shown else None
        has_more = len(shown) < len(plays) and "after" not in query
        following = {"before": cursors["before"], "limit": limit} if cursors and has_more else None
        return as_json(
            {
                "items": [
                    {
                        "track": self.objects.track(song),
                        "played_at": _moment(played_at),
                        "context": None,
                    }
                    for played_at, song in shown
                ],
                "next": self._address(following) if following else None,
                "cursors": cursors,
                "limit": limit,
                "href": self._address(query),
            }
        )

    def _playlists(self, grant: Grant) -> Answer:
        if self.request.method == "POST":
            values = self._body()
            is_public = bool(values.get("public", True))
            self._require(grant, f"playlist-modify-{'public' if is_public else 'private'}")
            if not values.get("name"):
                raise _RefusedError(400, "Missing required field: name")
            name = spotify_id(f"playlist {len(self.world.playlists)}")
            text = str(values.get("description", ""))
            made = SandboxPlaylist(name, grant.person, str(values["name"]), text, is_public)
            self.world.playlists.append(made)
            return as_json(self.objects.playlist(made), status=201)
        limit, offset = self._window()
        own = [each for each in self.world.playlists if each.owner is grant.person]
        items = [self.objects.playlist(each) for each in own[offset : offset + limit]]
        return as_json(self._page(items, limit, offset, len(own)))

    def _items(self, grant: Grant, name: str) -> Answer:
        playlist = next((each for each in self.world.playlists if each.id == name), None)
        if playlist is None:
            raise _RefusedError(404, "Resource not found")
        if playlist.owner is not grant.person:
            return FORBIDDEN
        if self.request.method == "GET":
            limit, offset = self._window()
            uris = playlist.uris[offset : offset + limit]
            items = [self._item(uri) for uri in uris]
            return as_json(self._page(items, limit, offset, len(playlist.uris)))
        self._require(grant, f"playlist-modify-{'public' if playlist.is_public else 'private'}")
        values = self._body()
        uris = values if isinstance(values, list) else values.get("uris", [])
        if len(uris) > MOST_URIS:
            raise _RefusedError(400, "You can add a maximum of 100 tracks per request.")
        playlist.uris = [*(playlist.uris if self.request.method == "POST" else []), *uris]
        snapshot = self.objects.playlist(playlist)["snapshot_id"]
        return as_json({"snapshot_id": snapshot}, status=201)

    def _item(self, uri: str) -> Json:
        song = self.world.song(spotify_id=uri.rpartition(":")[2])
        track = self.objects.track(song) if song else None
        return {"added_at": _moment(int(1000 * self.world.now())), "is_local": False, "item": track}

    def _require(self, grant: Grant, scope: str) -> None:
        if scope not in grant.scope.split():
            raise _RefusedError(403, "Insufficient client scope")

    def _songs(self) -> list[SandboxSong]:
        return self.world.songs_at("spotify")

    def _body(self) -> Any:
        try:
            return json.loads(self.request.body or b"{}")
        except ValueError:
            raise _RefusedError(400, "Error parsing JSON.") from None

    def _number(self, name: str, default: int) -> int:
        try:
            return self.request.whole(name, default)
        except ValueError:
            raise _RefusedError(400, f"Invalid {name}") from None

    def _window(
        self, *, default: int = 20, most: int = LIMIT, last: int = 10**6
    ) -> tuple[int, int]:
        """Read `limit` and `offset` as the endpoint allows them."""
        limit, offset = self._number("limit", default), self._number("offset", 0)
        if not 1 <= limit <= most:
            raise _RefusedError(400, "Invalid limit")
        if not 0 <= offset <= last:
            raise _RefusedError(400, "Invalid offset")
        return limit, offset

    def _page(self, items: list[Json], limit: int, offset: int, total: int, **changed: str) -> Json:
        """A paging object, whose addresses repeat the query but for what is `changed`."""
        query = self.request.query | changed | {"limit": limit}
        following, before = offset + limit, max(0, offset - limit)
        return {
            "href": self._address(query | {"offset": offset}),
            "items": items,
            "limit": limit,
            "next": self._address(query | {"offset": following}) if following < total else None,
            "offset": offset,
            "previous": self._address(query | {"offset": before}) if offset else None,
            "total": total,
        }

    def _address(self, query: Any) -> str:
        return f"{self.base_url}{self.path}?{urlencode(query)}"


def _grant_of(world: World, request: Request) -> Grant | None:
    """Whose token it is; None for one of the app itself."""
    kind, _, token = request.headers.get("authorization", "").partition(" ")
    if not token or "access_token" in request.query:
        raise _RefusedError(401, "No token provided")
    if kind.casefold() != "bearer":
        raise _RefusedError(400, "Only valid bearer authentication supported")
    grants = [grant for grant in world.grants if token in grant.access]
    ends = grants[0].access[token] if grants else world.app_tokens.get(token)
    if ends is None:
        raise _RefusedError(401, "Invalid access token")
    if ends < world.now():
        raise _RefusedError(401, "The access token expired")
    return grants[0] if grants else None


def _moment(milliseconds: int) -> str:
    moment = dt.datetime.fromtimestamp(milliseconds / 1000, dt.UTC)
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{milliseconds % 1000:03d}Z"
