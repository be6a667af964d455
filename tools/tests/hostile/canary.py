"""Traps for a decoder that opens what a file names: a song of ours, and an address of ours."""

import ctypes
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

IN_ACCESS, IN_OPEN, IN_NONBLOCK = 0x1, 0x20, 0o4000


class Canary:
    """Counts who opened the file or asked the address.

    `file`: real audio, which would be heard if it was followed to; `url`: where the same is served.
    """

    def __init__(self, file: Path, url: str, watch: int, requests: list[str]) -> None:
        self.file, self.url = file, url
        self._watch, self._requests = watch, requests

    def sung(self) -> list[str]:
        """Say what was opened or asked for since the last time."""
        found, self._requests[:] = list(self._requests), []
        try:
            while os.read(self._watch, 4096):
                found.append(str(self.file))
        except BlockingIOError:
            pass
        return found


@contextmanager
def canary(folder: Path, content: bytes) -> Iterator[Canary]:
    """Set the traps for as long as the block lasts."""
    file = folder / "named.wav"
    file.write_bytes(content)
    requests: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            requests.append(self.path)
            self.send_response(200)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_args: Any) -> None:
            """Keep quiet."""

    class Server(ThreadingHTTPServer):
        def verify_request(self, _request: Any, _address: Any) -> bool:
            requests.append("a connection")
            return True

    libc = ctypes.CDLL(None, use_errno=True)
    watch = libc.inotify_init1(IN_NONBLOCK)
    if libc.inotify_add_watch(watch, os.fsencode(file), IN_ACCESS | IN_OPEN) < 0:
        raise OSError(ctypes.get_errno(), "the file cannot be watched")
    with Server(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield Canary(file, f"http://127.0.0.1:{server.server_port}/named.wav", watch, requests)
        finally:
            server.shutdown()
            os.close(watch)
