"""What the stand-in knows: its songs, its people and their tokens, and what is to go wrong."""

import base64
import json
import re
import secrets
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qs, urlencode

from tools.sandbox.catalogue import SandboxSong

CLIENT_ID = "sandbox-client"
CLIENT_SECRET = "sandbox-secret"


SWITCHES = {
    "token_seconds",
    "rotates_refresh_tokens",
    "has_audio_features",
    "has_extended_quota",
}


@dataclass(frozen=True)
class Request:
    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: bytes

    @property
    def form(self) -> dict[str, str]:
        parsed = parse_qs(self.body.decode(errors="replace"), keep_blank_values=True)
        return {name: values[0] for name, values in parsed.items()}

    def whole(self, name: str, default: int) -> int:
        """Read a whole number of the query; raises ValueError for anything else."""
        text = self.query.get(name, str(default))
        if not re.fullmatch(r"-?\d{1,18}", text, re.ASCII):
            raise ValueError(name)
        return int(text)


@dataclass
class Answer:
    """What is sent back; `cut_after` ends the connection early, `reset` before anything is sent."""

    status: int = 200
    body: bytes = b""
    content_type: str = "application/json"
    headers: dict[str, str] = field(default_factory=dict)
    delay: float = 0.0
    cut_after: int | None = None
    reset: bool = False


@dataclass
class Person:
    account_id: str
    display_name: str | None
    is_listed: bool = True


@dataclass
class Grant:
    """One consent: the refresh token and the access tokens that came of it."""

    person: Person
    scope: str
    refresh_token: str
    granted_at: float
    is_public: bool = False
    access: dict[str, float] = field(default_factory=dict)


@dataclass
class SandboxPlaylist:
    id: str
    owner: Person
    name: str
    description: str = ""
    is_public: bool = True
    uris: list[str] = field(default_factory=list)


@dataclass
class World:
    songs: Sequence[SandboxSong]
    now: Callable[[], float] = time.time
    people: dict[str, Person] = field(default_factory=dict)
    codes: dict[str, dict[str, str]] = field(default_factory=dict)
    grants: list[Grant] = field(default_factory=list)
    app_tokens: dict[str, float] = field(default_factory=dict)
    playlists: list[SandboxPlaylist] = field(default_factory=list)
    failures: list[dict[str, Any]] = field(default_factory=list)
    requests: list[dict[str, Any]] = field(default_factory=list)
    token_seconds: int = 3600
    rotates_refresh_tokens: bool = False
    has_audio_features: bool = False
    has_extended_quota: bool = False
    # how long each answer is on its way
    latency_seconds: float = 0.0
    last_played_at: float = 0.0
    preview_key: str = field(default_factory=lambda: secrets.token_hex(8))
    lock: threading.RLock = field(default_factory=threading.RLock)

    def __post_init__(self) -> None:
        self.reset()

    def reset(self) -> None:
        """Forget what was granted and what was to fail; the songs stay."""
        self.people = {
            "ada": Person("acc-ada-4f1c", "Ada"),
            "ben": Person("acc-ben-93d0", None),
            "eve": Person("acc-eve-0b7a", "Eve", is_listed=False),
        }
        self.codes, self.grants, self.app_tokens, self.playlists = {}, [], {}, []
        self.last_played_at = self.now()
        self.failures.clear()
        self.requests.clear()
        self.token_seconds, self.rotates_refresh_tokens = 3600, False
        self.has_audio_features = self.has_extended_quota = False
        self.latency_seconds = 0.0

    def set(self, values: dict[str, Any]) -> None:
        for name in SWITCHES & values.keys():
            setattr(self, name, values[name])

    def songs_at(self, platform: str) -> list[SandboxSong]:
        return [song for song in self.songs if platform in song.at]

    def song(self, **wanted: Any) -> SandboxSong | None:
        ((name, value),) = wanted.items()
        return next((song for song in self.songs if getattr(song, name) == value), None)

    def take_failure(self, platform: str, path: str) -> dict[str, Any] | None:
        """Return the failure that is switched on for this request, counting it down."""
        with self.lock:
            for failure in self.failures:
                if failure["platform"] == platform and failure.get("path", "") in path:
                    failure["times"] -= 1
                    if failure["times"] <= 0:
                        self.failures.remove(failure)
                    return failure
        return None


def as_json(value: Any, *, status: int = 200, **headers: str) -> Answer:
    return Answer(status, json.dumps(value).encode(), headers=headers)


def error(status: int, message: str, **extra: str) -> Answer:
    """Answer with the error object of Spotify's Web API.

    https://developer.spotify.com/documentation/web-api/concepts/api-calls
    """
    return as_json({"error": {"status": status, "message": message, **extra}}, status=status)


def redirect(url: str, **params: str) -> Answer:
    glue = "&" if "?" in url else "?"
    target = f"{url}{glue}{urlencode(params)}" if params else url
    return Answer(HTTPStatus.FOUND, headers={"Location": target})


def basic_credentials(header: str) -> tuple[str, str]:
    """Read an HTTP Basic header; two empty strings when it is none."""
    kind, _, encoded = header.partition(" ")
    if kind.lower() != "basic":
        return "", ""
    try:
        name, _, secret = base64.b64decode(encoded).decode().partition(":")
    except ValueError:
        return "", ""
    return name, secret
