"""A push service of our own on loopback, and the browser behind it that reads what arrives."""

from __future__ import annotations

import contextlib
import http.server
import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from django.utils.http import urlsafe_base64_encode

from journal.reminders.push import public_key_point

HEADER = 16 + 4 + 1 + 65


@dataclass
class PushService:
    """Takes messages for one browser and decrypts them, as RFC 8291 has it for the receiver."""

    address: str = ""
    status: int = 201
    location: str = ""
    got: list[dict[str, Any]] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    key: ec.EllipticCurvePrivateKey = field(
        default_factory=lambda: ec.generate_private_key(ec.SECP256R1())
    )
    secret: bytes = b"sixteen letters!"

    @property
    def endpoint(self) -> str:
        """The browser's address."""
        return f"{self.address}/push/a-browser"

    @property
    def point(self) -> bytes:
        """The browser's public key."""
        return self.key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)

    @property
    def subscription(self) -> dict[str, str]:
        """What the browser tells a page of itself."""
        return {
            "endpoint": self.endpoint,
            "p256dh": urlsafe_base64_encode(self.point),
            "auth": urlsafe_base64_encode(self.secret),
        }

    def read(self, body: bytes) -> bytes:
        """Decrypt a message."""
        salt, theirs, sealed = body[:16], body[21:HEADER], body[HEADER:]
        shared = self.key.exchange(ec.ECDH(), public_key_point(urlsafe_base64_encode(theirs)))
        info = b"WebPush: info\0" + self.point + theirs
        master = HKDF(algorithm=SHA256(), length=32, salt=self.secret, info=info).derive(shared)
        key = HKDF(
            algorithm=SHA256(), length=16, salt=salt, info=b"Content-Encoding: aes128gcm\0"
        ).derive(master)
        nonce = HKDF(
            algorithm=SHA256(), length=12, salt=salt, info=b"Content-Encoding: nonce\0"
        ).derive(master)
        text = AESGCM(key).decrypt(nonce, sealed, None)
        assert text.endswith(b"\x02")
        return text[:-1]


@contextlib.contextmanager
def push_service() -> Iterator[PushService]:
    """Run one."""
    service = PushService()

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            service.headers.append(dict(self.headers))
            service.got.append(json.loads(service.read(body)))
            self.send_response(service.status)
            if service.location:
                self.send_header("Location", service.location)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_args: object) -> None:
            """Say nothing."""

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    service.address = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield service
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
