"""What we use of Spotify's Web API: reads, for display only, and the listener's own playlists."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Self, TypeVar

from django.conf import settings

from journify.outbound.errors import NotFoundError, PlatformError
from journify.outbound.fields import mapping_of, usable_items
from journify.outbound.session import Platform
from spotify_auth.models import SpotifyConnection, User
from spotify_auth.web_api import connections
from spotify_auth.web_api.errors import NotConnectedError, ReconnectError, forbidden
from spotify_auth.web_api.records import Artist, Profile, SpotifyPlay, Track
from spotify_auth.web_api.tokens import access_token

NAME = "spotify"
SEARCH_LIMIT = 10  # the most that a search may ask for since February 2026
LAST_OFFSET = 990
SHOWN = 10
# asked for when a playlist is wanted, not before
PLAYLIST_SCOPE = "playlist-modify-private"
URIS_AT_ONCE = 100  # the most that a request may hold

GOOD = {HTTPStatus.OK, HTTPStatus.CREATED}

Found = TypeVar("Found")


@dataclass(frozen=True)
class TrackPage:
    """Some tracks of a search, and where the next ones begin (None at the end)."""

    tracks: list[Track]
    next_offset: int | None


class SpotifyClient:
    """Spotify in the name of one listener."""

    def __init__(self, connection: SpotifyConnection, *, patience: float = 0.0) -> None:
        self.connection, self.patience = connection, patience

    @classmethod
    def of(cls, user: User, *, patience: float = 0.0) -> Self:
        """Make a client for `user`; raises NotConnectedError without a consent.

        `patience` are the seconds that it may wait for its turn, in a worker.
        """
        connection = connections.connection_of(user) if settings.SPOTIFY_ENABLED else None
        if connection is None:
            raise NotConnectedError
        return cls(connection, patience=patience)

    def search(self, query: str, *, offset: int = 0) -> TrackPage:
        def page_of(found: Any) -> TrackPage:
            listed = mapping_of(found["tracks"])
            following = offset + SEARCH_LIMIT
            has_more = listed.get("next") is not None and following <= LAST_OFFSET
            tracks = usable_items(NAME, listed.get("items"), Track.from_json)
            return TrackPage(tracks, following if has_more else None)

        params = {"type": "track", "limit": SEARCH_LIMIT, "offset": offset}
        return self._get("/v1/search", page_of, q=query, **params)

    def track(self, track_id: str) -> Track:
        return self._get(f"/v1/tracks/{track_id}", Track.from_json)

    def profile(self) -> Profile:
        return self._get("/v1/me", Profile.from_json)

    def top_tracks(self, span: str) -> list[Track]:
        """Read the tracks heard most in a span: short_term, medium_term or long_term."""
        return self._list("/v1/me/top/tracks", Track.from_json, time_range=span)

    def top_artists(self, span: str) -> list[Artist]:
        return self._list("/v1/me/top/artists", Artist.from_json, time_range=span)

    def recently_played(self) -> list[SpotifyPlay]:
        return self._list("/v1/me/player/recently-played", SpotifyPlay.from_json)

    def make_playlist(self, *, name: str, description: str) -> str:
        """Make a private playlist and return its id; it takes a scope of its own."""
        values = {"name": name, "description": description, "public": False}
        made = self._call("POST", "/v1/me/playlists", json=values)
        with Platform(NAME).reading():
            return str(made["id"])

    def fill_playlist(self, playlist_id: str, tracks: Sequence[str]) -> None:
        """Replace what a playlist holds; raises NotFoundError where it is gone."""
        uris = [f"spotify:track:{track}" for track in tracks]
        for start in range(0, max(1, len(uris)), URIS_AT_ONCE):
            values = {"uris": uris[start : start + URIS_AT_ONCE]}
            path = f"/v1/playlists/{playlist_id}/items"
            self._call("POST" if start else "PUT", path, json=values)

    def _list(
        self, path: str, read: Callable[[Mapping[str, Any]], Found], **params: Any
    ) -> list[Found]:
        def items_of(found: Any) -> list[Found]:
            return usable_items(NAME, found["items"], read)

        return self._get(path, items_of, limit=SHOWN, **params)

    def _get(self, path: str, read: Callable[[Any], Found], **params: Any) -> Found:
        found = self._call("GET", path, params=params)
        with Platform(NAME).reading():
            return read(found)

    def _call(self, method: str, path: str, **options: Any) -> Any:
        """Call, and keep the outcome for the connection's page.

        Raises PlatformError: one of its kinds, each with a sentence for the listener.
        """
        try:
            answer = call_api(method, path, self._token, patience=self.patience, **options)
        except NotFoundError:
            raise
        except PlatformError as error:
            connections.note_error(self.connection, error)
            raise
        connections.note_success(self.connection)
        return answer

    def _token(self, rejected: str) -> str:
        return access_token(self.connection.pk, rejected=rejected)


def call_api(
    method: str, path: str, token_after: Any, *, patience: float = 0.0, **options: Any
) -> Any:
    """Call `path` with a token in the header; a token that is over is refreshed once.

    `token_after`: gives a token that is not the one it is handed.
    """
    platform, url = Platform(NAME, patience), f"{settings.PLATFORM_URLS['spotify']}{path}"
    token = ""
    for _attempt in range(2):
        token = token_after(token)
        response = platform.request(
            method, url, headers={"Authorization": f"Bearer {token}"}, **options
        )
        if response.status_code != HTTPStatus.UNAUTHORIZED:
            break
    else:
        raise ReconnectError
    if response.status_code == HTTPStatus.FORBIDDEN:
        raise forbidden(response.text)
    if response.status_code == HTTPStatus.NOT_FOUND:
        raise NotFoundError(NAME)
    if response.status_code not in GOOD:
        raise PlatformError(NAME)
    return platform.json_of(response)
