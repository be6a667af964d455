"""Fetch a clip that a platform points to, trusting neither the address nor what lies there.

Only https, only hosts of the platform, checked again after every redirect; the name is resolved
here, every address it has must be public, and the connection goes to the very address that was
checked, so that a name which changes its mind a moment later leads nowhere. Size and time are
capped, and the file is gone when the caller is done with it.
"""

import ipaddress
import logging
import socket
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from http import HTTPStatus
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import IO, Any
from urllib.parse import urljoin, urlsplit

import requests
import urllib3
from django.conf import settings
from requests.adapters import HTTPAdapter

from journify.outbound.errors import (
    BrokenPreviewError,
    PlatformDownError,
    PreviewGoneError,
    UnsafeAddressError,
)
from journify.outbound.session import CONNECT_SECONDS, DOWN_SECONDS, USER_AGENT, require_online

logger = logging.getLogger(__name__)

MAX_BYTES = 5_000_000  # 30 s of MP3 at 128 kbit/s are 0.5 MB
MAX_SECONDS = 20.0
MAX_REDIRECTS = 3
BLOCK_BYTES = 64 * 1024
HTTPS_PORT = 443
NAT64 = ipaddress.IPv6Network("64:ff9b::/96")  # RFC 6052: a gateway turns it into IPv4


@contextmanager
def fetched_preview(platform: str, url: str, *, hosts: Sequence[str]) -> Iterator[Path]:
    """Yield a temporary file with what lies at `url`.

    `hosts`: names that may be fetched from; ".dzcdn.net" stands for every name below it.
    Raises UnsafeAddressError: the address, or one that it redirects to, is not allowed;
    PreviewGoneError: the signed address ran out; BrokenPreviewError: the body broke off or is
    larger than `MAX_BYTES`; PlatformDownError: no connection or too slow; OfflineError: the
    operator wants nobody to be asked.
    """
    require_online(platform)
    deadline = time.monotonic() + MAX_SECONDS
    with NamedTemporaryFile(prefix="clip-") as file:
        try:
            with (
                guarded_session(platform) as session,
                _open(session, platform, url, hosts) as response,
            ):
                _copy(platform, response, file, deadline=deadline)
        except (requests.ConnectionError, requests.Timeout):
            raise PlatformDownError(platform, retry_after=DOWN_SECONDS) from None
        except (requests.RequestException, urllib3.exceptions.HTTPError, ValueError):
            # ValueError: requests reads where a redirect leads even when it does not follow
            raise BrokenPreviewError(platform) from None
        file.flush()
        yield Path(file.name)


def guarded_session(platform: str) -> requests.Session:
    """Make a session that connects to public addresses only, and knows nothing of this machine."""
    session = requests.Session()
    _prepare(session, platform)
    return session


class PinnedAdapter(HTTPAdapter):
    """Connects to a public address of the host and checks the certificate for the host's name."""

    def __init__(self, platform: str) -> None:
        self.platform = platform
        super().__init__()

    def get_connection_with_tls_context(
        self, request: requests.PreparedRequest, verify: Any, proxies: Any = None, cert: Any = None
    ) -> Any:
        """Resolve the name once, here, and connect to what was checked."""
        target, pool = self.build_connection_pool_key_attributes(request, verify, cert)
        host = str(target["host"])
        target["host"] = public_address(self.platform, host)
        names = {"server_hostname": host, "assert_hostname": host}
        return self.poolmanager.connection_from_host(**target, pool_kwargs={**pool, **names})

    def add_headers(self, request: requests.PreparedRequest, **_options: Any) -> None:
        """Name the host, which the address in the connection does not."""
        request.headers["Host"] = urlsplit(str(request.url)).netloc


def public_address(platform: str, host: str) -> str:
    """Return an address of `host`, provided that all of them are on the public internet.

    Raises UnsafeAddressError: one of them is private, on this machine, reserved, or a way around
    that; PlatformDownError: the name cannot be resolved.
    """
    try:
        found = socket.getaddrinfo(host, HTTPS_PORT, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):  # UnicodeError: a label of more than 63 characters
        raise PlatformDownError(platform, retry_after=DOWN_SECONDS) from None
    addresses = [str(entry[4][0]) for entry in found]
    if not addresses or not all(map(_is_public, addresses)):
        logger.warning("platform=%s host=%s resolves to an address we refuse", platform, host)
        raise UnsafeAddressError(platform)
    return addresses[0]


def require_allowed(platform: str, url: str, hosts: Sequence[str]) -> None:
    """Raise UnsafeAddressError unless `url` is https at one of `hosts`, or at the sandbox."""
    try:
        # judge the very reading that will be connected to: parsers differ over odd addresses
        parts = urlsplit(str(requests.Request("GET", url).prepare().url))
        port = parts.port
    except ValueError:  # also what requests and urllib3 raise of addresses they cannot read
        raise UnsafeAddressError(platform) from None
    if settings.SANDBOX_URL and f"{parts.scheme}://{parts.netloc}" == settings.SANDBOX_URL:
        return
    host = parts.hostname or ""
    is_known = any(host == known or (known[0] == "." and host.endswith(known)) for known in hosts)
    has_extras = parts.username is not None or port not in {None, HTTPS_PORT}
    if parts.scheme != "https" or not is_known or has_extras:
        logger.warning("platform=%s host=%s is no host to fetch clips from", platform, host)
        raise UnsafeAddressError(platform)


def _is_public(address: str) -> bool:
    ip = ipaddress.ip_address(address.split("%", maxsplit=1)[0])
    if isinstance(ip, ipaddress.IPv6Address) and _leads_elsewhere(ip):
        return False
    return ip.is_global and not ip.is_multicast and not ip.is_reserved


def _leads_elsewhere(ip: ipaddress.IPv6Address) -> bool:
    """Whether an IPv4 address is wrapped in it, or it is of a site: "global" to the library."""
    wraps = ip.sixtofour or ip.teredo or ip.ipv4_mapped or ip in NAT64
    return bool(wraps or ip.is_site_local)


def _prepare(session: requests.Session, platform: str) -> None:
    session.trust_env = False
    session.headers.update({"User-Agent": USER_AGENT, "Accept-Encoding": "identity"})
    session.mount("https://", PinnedAdapter(platform))


def _open(
    session: requests.Session, platform: str, url: str, hosts: Sequence[str]
) -> requests.Response:
    """Follow redirects ourselves, each checked before it is followed."""
    for _ in range(MAX_REDIRECTS + 1):
        require_allowed(platform, url, hosts)
        response = session.get(
            url, stream=True, allow_redirects=False, timeout=(CONNECT_SECONDS, CONNECT_SECONDS)
        )
        if not response.is_redirect:
            return _judged(platform, response)
        response.close()
        try:
            url = urljoin(url, response.headers["Location"])
        except ValueError:
            raise UnsafeAddressError(platform) from None
    raise UnsafeAddressError(platform)


def _judged(platform: str, response: requests.Response) -> requests.Response:
    status = response.status_code
    if status == HTTPStatus.OK:
        return response
    response.close()
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR or status == HTTPStatus.TOO_MANY_REQUESTS:
        raise PlatformDownError(platform, retry_after=DOWN_SECONDS)
    raise PreviewGoneError(platform)


def _copy(platform: str, response: requests.Response, file: IO[bytes], *, deadline: float) -> None:
    """Copy the body; `read1` returns what has come, so that a trickle cannot outlast the cap."""
    left = MAX_BYTES
    while block := response.raw.read1(BLOCK_BYTES, decode_content=False):
        left -= len(block)
        if left < 0:
            raise BrokenPreviewError(platform)
        if time.monotonic() > deadline:
            raise PlatformDownError(platform, retry_after=DOWN_SECONDS)
        file.write(block)
