"""Push messages (RFC 8030): encrypted for one browser (RFC 8291), signed by this server (RFC 8292).

Written out, and held to the RFC's own example by a test: pywebpush brings aiohttp, follows
redirects, and needs http-ece, which the package index has as source only (November 2026).
"""

import functools
import hashlib
import json
import logging
import os
import time
from http import HTTPStatus
from typing import Any
from urllib.parse import urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from django.conf import settings
from django.utils.http import urlsafe_base64_decode, urlsafe_base64_encode

from journal.reminders.models import PushDevice
from journify.config.secrets import private_key_of
from journify.outbound.errors import PlatformError
from journify.outbound.session import Platform
from spotify_auth.models import User

logger = logging.getLogger(__name__)

LOOPBACK = {"127.0.0.1", "::1"}
HTTPS_PORT = 443
ENDPOINT_LENGTH = 1000
SECRET_BYTES, POINT_BYTES = 16, 65
# Encrypted it is at most 4096 bytes (RFC 8030, 7.2).
MESSAGE_BYTES = 3000
DEVICES_MAX = 10
# A device that was off gets it within so long, or not at all.
TTL_SECONDS = 3 * 3600
TOKEN_SECONDS = 3600
GONE = {HTTPStatus.NOT_FOUND, HTTPStatus.GONE}


def is_on() -> bool:
    """Whether this server sends push messages."""
    return bool(settings.PUSH_HOSTS) and not settings.OFFLINE


def is_allowed(endpoint: str) -> bool:
    """Say whether an address is one of a push service that we know.

    It comes from a browser, or from whoever says to be one, and we would call it.
    """
    try:
        parts = urlsplit(endpoint)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        return False
    if len(endpoint) > ENDPOINT_LENGTH or parts.username is not None or not is_on():
        return False
    if host in LOOPBACK:  # only where it is named in PUSH_HOSTS: a push service of tests
        return host in settings.PUSH_HOSTS and parts.scheme == "http"
    is_known = any(_fits(host, pattern) for pattern in settings.PUSH_HOSTS)
    return is_known and parts.scheme == "https" and port in {None, HTTPS_PORT}


def _fits(host: str, pattern: str) -> bool:
    return host.endswith(pattern[1:]) if pattern.startswith("*.") else host == pattern


def keep_device(user: User, *, endpoint: str, public_key: str, secret: str) -> bool:
    """Keep a browser's subscription, the newest few; False where it is none that we can use."""
    if not is_allowed(endpoint) or not _are_keys(public_key, secret):
        return False
    values = {"user": user, "endpoint": endpoint, "public_key": public_key, "secret": secret}
    PushDevice.objects.update_or_create(endpoint_sha256=_name_of(endpoint), defaults=values)
    rows = PushDevice.objects.filter(user=user).order_by("-created_at")
    PushDevice.objects.filter(pk__in=list(rows.values_list("pk", flat=True)[DEVICES_MAX:])).delete()
    return True


def forget_device(user: User, endpoint: str) -> None:
    PushDevice.objects.filter(user=user, endpoint_sha256=_name_of(endpoint)).delete()


def _name_of(endpoint: str) -> str:
    return hashlib.sha256(endpoint.encode()).hexdigest()


def _are_keys(public_key: str, secret: str) -> bool:
    try:
        public_key_point(public_key)
        return len(urlsafe_base64_decode(secret)) == SECRET_BYTES
    except ValueError:
        return False


def deliver(device: PushDevice, message: dict[str, str]) -> bool:
    """Send a message to one browser, and forget it where it is gone; whether it was taken.

    The address is judged again: what is allowed may have changed since it was kept.
    """
    if not is_allowed(device.endpoint):
        return False
    text = json.dumps(message, ensure_ascii=False).encode()
    point, secret = public_key_point(device.public_key), urlsafe_base64_decode(device.secret)
    try:
        response = Platform("push", patience=2.0, tries=2, hides_paths=True).request(
            "POST",
            device.endpoint,
            data=encrypted(text, point, secret),
            headers=_headers(device.endpoint),
        )
    except PlatformError as error:
        logger.warning("a push message was not taken: %s", type(error).__name__)
        return False
    is_taken = HTTPStatus.OK <= response.status_code < HTTPStatus.MULTIPLE_CHOICES
    if response.status_code in GONE:
        device.delete()
    elif not is_taken:
        logger.warning("a push message was refused with %d", response.status_code)
    return is_taken


def _headers(endpoint: str) -> dict[str, str]:
    return {
        "Authorization": _vapid(endpoint),
        "Content-Encoding": "aes128gcm",
        "Content-Type": "application/octet-stream",
        "TTL": str(TTL_SECONDS),
        "Topic": "daily",  # of two that wait for a device, the newer
        "Urgency": "normal",
    }


def _vapid(endpoint: str) -> str:
    """Say who sends, as RFC 8292 has it: a token for this push service, and our public key."""
    parts = urlsplit(endpoint)
    claims: dict[str, Any] = {
        "aud": f"{parts.scheme}://{parts.netloc}",
        "exp": int(time.time()) + TOKEN_SECONDS,
    }
    contact = settings.CONTACT
    if contact.startswith("https:"):
        claims["sub"] = contact
    elif "@" in contact:
        claims["sub"] = f"mailto:{contact.removeprefix('mailto:')}"
    token = jwt.encode(claims, private_key_of(settings.VAPID_KEY), algorithm="ES256")
    return f"vapid t={token}, k={server_key()}"


@functools.cache
def _public_point(key: str) -> str:
    return urlsafe_base64_encode(_point(private_key_of(key).public_key()))


def server_key() -> str:
    """Return the public key that browsers subscribe with."""
    return _public_point(settings.VAPID_KEY)


def encrypted(
    message: bytes,
    receiver: ec.EllipticCurvePublicKey,
    secret: bytes,
    *,
    salt: bytes | None = None,
    sender: ec.EllipticCurvePrivateKey | None = None,
) -> bytes:
    """Encrypt a message for a browser: RFC 8291, 3.4, in one record of RFC 8188.

    `salt` and `sender` are chance but in tests.
    """
    if len(message) > MESSAGE_BYTES:
        raise ValueError("too long for a push message")
    salt = os.urandom(16) if salt is None else salt
    sender = sender or ec.generate_private_key(ec.SECP256R1())
    ours = _point(sender.public_key())
    shared = sender.exchange(ec.ECDH(), receiver)
    info = b"WebPush: info\0" + _point(receiver) + ours
    master = _derived(shared, salt=secret, info=info, length=32)
    key = _derived(master, salt=salt, info=b"Content-Encoding: aes128gcm\0", length=16)
    nonce = _derived(master, salt=salt, info=b"Content-Encoding: nonce\0", length=12)
    header = salt + (4096).to_bytes(4, "big") + len(ours).to_bytes(1, "big") + ours
    return header + AESGCM(key).encrypt(nonce, message + b"\x02", None)


def _derived(key: bytes, *, salt: bytes, info: bytes, length: int) -> bytes:
    return HKDF(algorithm=SHA256(), length=length, salt=salt, info=info).derive(key)


def _point(key: ec.EllipticCurvePublicKey) -> bytes:
    return key.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)


def public_key_point(text: str) -> ec.EllipticCurvePublicKey:
    """Read a browser's public key; ValueError where it is none."""
    data = urlsafe_base64_decode(text)
    if len(data) != POINT_BYTES:
        raise ValueError("no uncompressed point")
    return ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), data)
