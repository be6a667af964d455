"""Where a short link leads: the addresses of its redirects are read, nothing else is fetched.

A phone's share sheet gives link.deezer.com/s/… or spotify.link/…. Every hop must be https, at a
host that we name and at public addresses; a hop beyond the last is an error.
"""

import time
from collections.abc import Callable, Iterator, Sequence
from urllib.parse import parse_qsl, urljoin, urlsplit

import requests
from django.conf import settings

from journify.outbound import limits
from journify.outbound.errors import NotFoundError, PlatformDownError, UnsafeAddressError
from journify.outbound.previews import guarded_session, require_allowed
from journify.outbound.session import DOWN_SECONDS, require_online

MAX_HOPS = 5
MAX_SECONDS = 6.0
HOP_SECONDS = 2.0


def follow_redirects(
    platform: str, url: str, *, hosts: Sequence[str], is_goal: Callable[[str], bool]
) -> str:
    """Return the first address behind `url` for which `is_goal` holds; it is not fetched itself.

    Raises NotFoundError: the link leads to no such address; UnsafeAddressError: it leads through a
    host that is not among `hosts`; PlatformDownError, RateLimitedError, OfflineError: as in
    `Platform.request`.
    """
    require_online(platform)
    deadline = time.monotonic() + MAX_SECONDS
    try:
        with guarded_session(platform) as session:
            for _hop in range(MAX_HOPS):
                url = _location(session, platform, url, hosts)
                if goal := next(filter(is_goal, _named_in(url)), None):
                    return goal
                if time.monotonic() > deadline:
                    break
    except (requests.RequestException, ValueError):
        raise PlatformDownError(platform, retry_after=DOWN_SECONDS) from None
    raise NotFoundError(platform)


def _location(session: requests.Session, platform: str, url: str, hosts: Sequence[str]) -> str:
    """Ask for `url` and return where it sends a browser."""
    require_allowed(platform, url, hosts)
    limits.acquire(platform)
    response = session.get(
        _at_sandbox(url), stream=True, allow_redirects=False, timeout=(HOP_SECONDS, HOP_SECONDS)
    )
    response.close()
    if not response.is_redirect:
        raise NotFoundError(platform)
    try:
        return urljoin(url, response.headers["Location"])
    except ValueError:
        raise UnsafeAddressError(platform) from None


def _named_in(url: str) -> Iterator[str]:
    """The address itself, and those that its query names: …?dest=https%3A%2F%2F…"""
    yield url
    for _name, value in parse_qsl(urlsplit(url).query):
        yield value


def _at_sandbox(url: str) -> str:
    if not settings.SANDBOX_URL:
        return url
    parts = urlsplit(url)
    return f"{settings.SANDBOX_URL}/short-links/{parts.netloc}{parts.path}"
