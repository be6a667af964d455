"""The reads of Spotify's Web API that we use, for display only."""

from __future__ import annotations

from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from django.conf import settings

from journify.outbound.errors import NotFoundError, PlatformError
from journify.outbound.fields import mapping_of
from journify.outbound.items import usable_items
from journify.outbound.session import Platform
from spotify_auth import connections
from spotify_auth.errors import NotConnectedError, ReconnectError, forbidden
from spotify_auth.models import SpotifyConnection, User
from spotify_auth.records import Artist, Play, Profile, Track
from spotify_auth.tokens import access_token

NAME = "spotify"
SEARCH_LIMIT = 10  # the most that a search may ask for since February 2026
LAST_OFFSET = 990
SHOWN = 10


@dataclass(frozen=True)
class Page:
    """Some tracks of a search, and where the next ones begin (None at the end)."""

    tracks: list[Track]
    next_offset: int | None


class SpotifyClient:
    """Spotify in the name of one listener."""

    def __init__(self, connection: SpotifyConnection) -> None:
        self.connection = connection

    @classmethod
    def of(cls, user: User) -> SpotifyClient:
        """Make a client for `user`; raises NotConnectedError without a consent."""
        connection = connections.connection_of(user) if settings.SPOTIFY_ENABLED else None
        if connection is None:
            raise NotConnectedError
        return cls(connection)

    def search(self, query: str, *, offset: int = 0) -> Page:
        """Find tracks."""
        params = {"q": query, "type": "track", "limit": SEARCH_LIMIT, "offset": offset}
        found = self._get("/v1/search", params)
        following = offset + SEARCH_LIMIT
        with Platform(NAME).reading():
            listed = mapping_of(found["tracks"])
            has_more = listed.get("next") is not None and following <= LAST_OFFSET
            tracks = usable_items(NAME, listed.get("items"), Track.from_json)
        return Page(tracks, following if has_more else None)

    def track(self, track_id: str) -> Track:
        """Read one track."""
        found = self._get(f"/v1/tracks/{track_id}", {})
        with Platform(NAME).reading():
            return Track.from_json(found)

    def profile(self) -> Profile:
        """Read who the listener is at Spotify."""
        found = self._get("/v1/me", {})
        with Platform(NAME).reading():
            return Profile.from_json(found)

    def top_tracks(self, span: str) -> list[Track]:
        """Read the tracks heard most in a span: short_term, medium_term or long_term."""
        found = self._get("/v1/me/top/tracks", {"time_range": span, "limit": SHOWN})
        with Platform(NAME).reading():
            return usable_items(NAME, found["items"], Track.from_json)

    def top_artists(self, span: str) -> list[Artist]:
        """Read the artists heard most in a span."""
        found = self._get("/v1/me/top/artists", {"time_range": span, "limit": SHOWN})
        with Platform(NAME).reading():
            return usable_items(NAME, found["items"], Artist.from_json)

    def recently_played(self) -> list[Play]:
        """Read what was played last."""
        found = self._get("/v1/me/player/recently-played", {"limit": SHOWN})
        with Platform(NAME).reading():
            return usable_items(NAME, found["items"], Play.from_json)

    def _get(self, path: str, params: dict[str, Any]) -> Any:
        """Read, and keep the outcome for the connection's page.

        Raises
        ------
        PlatformError
            One of its kinds, each with a sentence for the listener.
        """
        try:
            answer = read_api(path, params, self._token)
        except NotFoundError:
            raise
        except PlatformError as error:
            connections.note_error(self.connection, error)
            raise
        connections.note_success(self.connection)
        return answer

    def _token(self, rejected: str) -> str:
        return access_token(self.connection.pk, rejected=rejected)


def read_api(path: str, params: dict[str, Any], token_after: Any) -> Any:
    """Read `path` with a token in the header; a token that is over is refreshed once.

    Parameters
    ----------
    token_after
        Gives a token that is not the one it is handed.
    """
    platform, url = Platform(NAME), f"{settings.SPOTIFY_API_URL}{path}"
    token = ""
    for _attempt in range(2):
        token = token_after(token)
        response = platform.request(
            "GET", url, params=params, headers={"Authorization": f"Bearer {token}"}
        )
        if response.status_code != HTTPStatus.UNAUTHORIZED:
            break
    else:
        raise ReconnectError
    if response.status_code == HTTPStatus.FORBIDDEN:
        raise forbidden(response.text)
    if response.status_code == HTTPStatus.NOT_FOUND:
        raise NotFoundError(NAME)
    if response.status_code != HTTPStatus.OK:
        raise PlatformError(NAME)
    return platform.json_of(response)
