"""A line between a browser and the app that a test can cut, for real: nobody answers then."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Iterator
from urllib.parse import urlsplit

BUFFER = 65536


class Line:
    """Forward connections from a port of its own to the app."""

    def __init__(self, to: str) -> None:
        parts = urlsplit(to)
        self._to = (str(parts.hostname), int(parts.port or 80))
        self._open: list[socket.socket] = []
        self._gate = threading.Lock()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._port = self._listener.getsockname()[1]
        self._serve()

    @property
    def address(self) -> str:
        """The app, as a browser reaches it through the line."""
        return f"http://127.0.0.1:{self._port}"

    def cut(self) -> None:
        """End every connection, and refuse new ones."""
        with self._gate:
            ends = [self._listener, *self._open]
            self._open.clear()
        for end in ends:
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
            end.close()
        # nobody else gets the port meanwhile
        self._listener = socket.socket()
        self._listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self._listener.bind(("127.0.0.1", self._port))

    def end(self) -> None:
        """End every connection for good."""
        self.cut()
        self._listener.close()

    def mend(self) -> None:
        """Take connections again."""
        self._serve()

    def _serve(self) -> None:
        self._listener.listen()
        threading.Thread(target=self._accept, args=(self._listener,), daemon=True).start()

    def _accept(self, listener: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while True:
                here, _ = listener.accept()
                try:
                    there = socket.create_connection(self._to)
                except OSError:  # the app is busy: refused, as it would be without the line
                    here.close()
                    continue
                with self._gate:
                    self._open += [here, there]
                for source, sink in ((here, there), (there, here)):
                    threading.Thread(target=_pump, args=(source, sink), daemon=True).start()


def _pump(source: socket.socket, sink: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while data := source.recv(BUFFER):
            sink.sendall(data)
    with contextlib.suppress(OSError):
        sink.shutdown(socket.SHUT_WR)


@contextlib.contextmanager
def line_to(address: str) -> Iterator[Line]:
    """Yield a line, and cut it in the end."""
    line = Line(address)
    try:
        yield line
    finally:
        line.end()
