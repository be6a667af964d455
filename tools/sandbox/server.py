"""One HTTP server on loopback that stands in for every platform.

/deezer, /itunes, /spotify-accounts, /spotify and /reccobeats speak as the platforms do. Below
/_sandbox it is told what is to go wrong (POST /_sandbox/failures) and says what it was asked
(GET /_sandbox/requests).
"""

import json
import logging
import socket
import struct
import sys
import time
from collections.abc import Callable
from contextlib import nullcontext
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, unquote

from typing_extensions import override

from tools.sandbox import failures
from tools.sandbox.platforms import (
    deezer,
    itunes,
    lastfm,
    listenbrainz,
    musicbrainz,
    reccobeats,
    short_links,
    spotify_accounts,
    spotify_api,
)
from tools.sandbox.world import Answer, Request, World, as_json

logger = logging.getLogger(__name__)

Platform = Callable[[World, Request, str], Answer]

PLATFORMS: dict[str, Platform] = {
    "deezer": deezer.deezer_response,
    "itunes": itunes.itunes_response,
    "lastfm": lastfm.lastfm_response,
    "listenbrainz": listenbrainz.listenbrainz_response,
    "musicbrainz": musicbrainz.musicbrainz_response,
    "spotify-accounts": spotify_accounts.spotify_accounts_response,
    "spotify": spotify_api.spotify_api_response,
    "reccobeats": reccobeats.reccobeats_response,
    "short-links": short_links.short_link_response,
}


class SandboxServer(ThreadingHTTPServer):
    """The stand-in; `world` is its state."""

    daemon_threads = True

    def __init__(self, world: World, *, port: int) -> None:
        self.world = world
        super().__init__(("127.0.0.1", port), _Handler)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing of clients that hang up, which is what tests of hanging up do."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)


def _answer_to(world: World, request: Request, base_url: str) -> Answer:
    """Find the platform that is meant and let it answer, or fail as it was told to."""
    name, *rest = request.path.removeprefix("/").split("/", 1)
    inner = Request(
        request.method, f"/{''.join(rest)}", request.query, request.headers, request.body
    )
    if name == "favicon.ico":
        return Answer(204)
    if name == "_sandbox":
        return _control(world, inner)
    platform = PLATFORMS.get(name)
    if platform is None:
        return Answer(404, b"no such platform", "text/plain")
    with world.lock:
        world.requests.append({"platform": name, "method": inner.method, "path": inner.path})
    failure = world.take_failure(name, inner.path)
    if failure is not None and failure["kind"] not in failures.SPOILERS:
        return failures.ANSWERS[failure["kind"]][1]
    # a clip takes a while to make, and changes nothing
    with nullcontext() if inner.path.startswith("/preview/") else world.lock:
        right = platform(world, inner, f"{base_url}/{name}")
    return right if failure is None else failures.spoil(failure["kind"], right)


def _control(world: World, request: Request) -> Answer:
    """Switches: what is to fail, how long tokens live, and what was asked."""
    if request.path == "/requests":
        return as_json(world.requests)
    try:
        values = dict(json.loads(request.body or b"{}"))
    except (ValueError, TypeError):
        return Answer(400, b"no JSON object", "text/plain")
    switches: dict[str, Callable[[], None]] = {
        "/failures": lambda: world.failures.append(
            {"times": 1, "path": "", "platform": ""} | values
        ),
        "/reset": world.reset,
        "/settings": lambda: world.set(values),
        "/revoke": world.grants.clear,
    }
    if request.path == "/failures" and values.get("kind") not in failures.ANSWERS:
        return Answer(400, b"no such failure", "text/plain")
    if request.path not in switches:
        return Answer(404)
    switches[request.path]()
    return as_json({"ok": True})


class _Handler(BaseHTTPRequestHandler):
    """Reads a request, writes an answer; both as plain as the protocol allows."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: SandboxServer

    def do_GET(self) -> None:
        self._serve()

    def do_POST(self) -> None:
        self._serve()

    def do_PUT(self) -> None:
        self._serve()

    def do_DELETE(self) -> None:
        self._serve()

    @override
    def log_message(self, format: str, *args: Any) -> None:
        """Keep quiet: a browser's test would drown in it."""

    def _serve(self) -> None:
        length = self.headers.get("Content-Length") or "0"
        body = self.rfile.read(int(length) if length.isdecimal() else 0)
        path, _, query = self.path.partition("?")
        request = Request(
            self.command,
            unquote(path.replace("%2F", "%252F")),  # an encoded slash is part of a name
            dict(parse_qsl(query, keep_blank_values=True)),
            {name.lower(): value for name, value in self.headers.items()},
            body,
        )
        self._send(self._answer(request))

    def _answer(self, request: Request) -> Answer:
        """Answer, or say that the stand-in itself is at fault: no connection ends without one."""
        try:
            return _answer_to(self.server.world, request, self.server.url)
        except Exception:
            logger.exception("the sandbox cannot answer %s %s", request.method, request.path)
            return Answer(500, b"the sandbox cannot answer this", "text/plain")

    def _send(self, answer: Answer) -> None:
        time.sleep(answer.delay + self.server.world.latency_seconds)
        if answer.reset:
            self._reset()
            return
        self.send_response(answer.status)
        self.send_header("Content-Type", answer.content_type)
        self.send_header("Content-Length", str(len(answer.body)))
        for name, value in answer.headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(answer.body[: answer.cut_after])
        if answer.cut_after is not None:
            self.close_connection = True

    def _reset(self) -> None:
        """Close with RST instead of FIN."""
        linger = struct.pack("ii", 1, 0)
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        self.close_connection = True
        self.connection.close()
