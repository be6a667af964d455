"""The one way we call an outside API: timeouts, polite retries, turns, a log without secrets."""

import functools
import logging
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http import HTTPStatus
from http.cookiejar import DefaultCookiePolicy
from random import SystemRandom
from threading import Event, Thread
from typing import Any
from urllib.parse import urlsplit

import requests
from django.conf import settings
from requests.adapters import HTTPAdapter
from urllib3.exceptions import (
    ConnectTimeoutError,
    InvalidHeader,
    NameResolutionError,
    NewConnectionError,
)
from urllib3.util import Retry

from journify.outbound import limits
from journify.outbound.errors import (
    NotFoundError,
    OfflineError,
    PlatformDownError,
    PlatformError,
    QuotaUsedUpError,
    RateLimitedError,
)
from journify.outbound.fields import SURPRISES

logger = logging.getLogger(__name__)

VERSION = "1.0"
USER_AGENT = f"Journify/{VERSION} (music journal; self-hosted)"
CONNECT_SECONDS, READ_SECONDS = 3.05, 5.0
# … and for a name to be found and a connection to be made while somebody looks at the page
IMPATIENT_SECONDS = 1.5

# A quota answer that does not say for how long is left alone for this long.
QUOTA_SECONDS = 3600.0
DEFAULT_WAIT_SECONDS = 5.0
DOWN_SECONDS = 30.0
# A platform that cannot be reached is not tried again by anybody for so long.
BREAK_SECONDS = 20.0
# Whoever sends hours is believed, but not for ever.
LONGEST_WAIT_SECONDS = 86_400.0

TRIES = 3
JITTER_SECONDS = (0.05, 0.15)
# A name that was found just now will be found again.
NAME_SECONDS = 300.0
_names: dict[str, float] = {}


@dataclass(frozen=True)
class Platform:
    """A platform as one caller sees it."""

    name: str  # key of `journify.config.platforms.PLATFORMS`
    patience: float = 0.0  # seconds to wait for a turn: none in a web request, some in a worker
    tries: int | None = None  # of a read; by default three of a patient caller, else one
    hides_paths: bool = False  # they are secrets, which the log must not name

    def request(self, method: str, url: str, **options: Any) -> requests.Response:
        """Call the platform; answers below 500 except 429 come back for the caller to judge.

        Raises OfflineError: the operator wants nobody to be asked; RateLimitedError: our own turn
        is too far off, or the platform said 429; QuotaUsedUpError: the platform said 429 for the
        account's quota; PlatformDownError: no connection, no answer in time, or still 5xx after the
        retries.
        """
        require_online(self.name)
        response = self._tried(method, url, options)
        if response.status_code == HTTPStatus.TOO_MANY_REQUESTS:
            raise self._too_many(response)
        if response.status_code >= HTTPStatus.INTERNAL_SERVER_ERROR:
            raise PlatformDownError(self.name, retry_after=DOWN_SECONDS)
        return response

    def _tried(self, method: str, url: str, options: dict[str, Any]) -> requests.Response:
        """Call, and for reads of a patient caller call again after 5xx or a lost connection.

        Every try takes its turn. In a web request there is one try: somebody is waiting, and a
        platform that hangs must not hold the threads of the page.
        """
        tries = self.tries or (TRIES if method == "GET" and self.patience else 1)
        for attempt in range(1, tries + 1):
            limits.acquire(self.name, patience=self.patience)
            try:
                response = self._once(method, url, options)
            except PlatformDownError:
                if attempt == tries:
                    raise
            else:
                is_trouble = response.status_code >= HTTPStatus.INTERNAL_SERVER_ERROR
                if attempt == tries or not is_trouble:
                    return response
            time.sleep(SystemRandom().uniform(*JITTER_SECONDS) * 2**attempt)
        raise PlatformDownError(self.name, retry_after=DOWN_SECONDS)

    def _once(self, method: str, url: str, options: dict[str, Any]) -> requests.Response:
        started = time.monotonic()
        connect_seconds = CONNECT_SECONDS if self.patience else IMPATIENT_SECONDS
        try:
            _require_name(str(urlsplit(url).hostname), seconds=connect_seconds)
            response = _session().request(
                method,
                url,
                timeout=(connect_seconds, READ_SECONDS),
                allow_redirects=False,
                **options,
            )
        except (requests.RequestException, ValueError) as error:  # a redirect to nowhere
            self._log(method, url, type(error).__name__, started)
            if _is_unreachable(error):
                limits.block(self.name, seconds=BREAK_SECONDS, is_down=True)
            # the library's error names the address with its query, so it is not passed on
            raise PlatformDownError(self.name, retry_after=DOWN_SECONDS) from None
        self._log(method, url, str(response.status_code), started)
        return response

    @contextmanager
    def reading(self) -> Iterator[None]:
        """Turn the surprises of an answer in another shape into a PlatformError."""
        try:
            yield
        except SURPRISES:
            logger.warning("platform=%s answered in another shape", self.name, exc_info=True)
            raise PlatformError(self.name) from None

    def answer_to(self, method: str, url: str, **options: Any) -> Any:
        """Call, and read an answer that went well as JSON; PlatformError for any other."""
        response = self.request(method, url, **options)
        if response.status_code == HTTPStatus.NOT_FOUND:
            raise NotFoundError(self.name)
        if response.status_code != HTTPStatus.OK:
            raise PlatformError(self.name)
        return self.json_of(response)

    def json_of(self, response: requests.Response) -> Any:
        """Read JSON, whatever its content type says; PlatformError where it is none."""
        try:
            return response.json()
        except (ValueError, RecursionError):  # brackets nested by the thousand
            raise PlatformError(self.name) from None

    def wait_asked(self, seconds: float) -> RateLimitedError:
        """Hold every process back for `seconds`, and return the error to raise."""
        limits.block(self.name, seconds=seconds)
        return RateLimitedError(self.name, retry_after=seconds)

    def _too_many(self, response: requests.Response) -> PlatformError:
        wait = _retry_after_of(response)
        if _reason_of(response) == "QUOTA_EXCEEDED":
            limits.block(self.name, seconds=wait or QUOTA_SECONDS, is_quota=True)
            return QuotaUsedUpError(self.name)
        return self.wait_asked(wait or DEFAULT_WAIT_SECONDS)

    def _log(self, method: str, url: str, outcome: str, started: float) -> None:
        """One line a call: the path without its query, because queries hold what people type."""
        logger.info(
            "platform=%s method=%s path=%s outcome=%s ms=%d",
            self.name,
            method,
            "…" if self.hides_paths else urlsplit(url).path,
            outcome,
            1000 * (time.monotonic() - started),
        )


def require_online(platform: str) -> None:
    """Raise OfflineError where OFFLINE switches every outside service off."""
    if settings.OFFLINE:
        raise OfflineError(platform)


def _is_unreachable(error: Exception) -> bool:
    """Whether there was no way to the other side at all: no name, no route, nobody there."""
    cause = error.args[0] if error.args else error
    reason = getattr(cause, "reason", cause)
    return isinstance(reason, NewConnectionError | ConnectTimeoutError | NameResolutionError)


def _require_name(host: str, *, seconds: float) -> None:
    """Raise ConnectionError unless a host's name is found in time.

    Time limits of a connection do not hold for that: without a network, a resolver may think about
    each of its servers for many seconds, while somebody waits.
    """
    if _names.get(host, 0.0) > time.monotonic():
        return
    found = Event()
    Thread(target=_find_name, args=(host, found), daemon=True).start()
    if not found.wait(seconds):
        raise requests.ConnectionError(ConnectTimeoutError(f"{host} was not found in time"))


def _find_name(host: str, found: Event) -> None:
    try:
        socket.getaddrinfo(host, None)
    except (OSError, UnicodeError):
        pass  # the connection says so itself, and at once
    else:
        _names[host] = time.monotonic() + NAME_SECONDS
    found.set()


def _retry_after_of(response: requests.Response) -> float | None:
    """Return the seconds that a `Retry-After` asks for, as a number or a date; None without one."""
    value = response.headers.get("Retry-After")
    if value is None:
        return None
    try:
        return min(Retry().parse_retry_after(value), LONGEST_WAIT_SECONDS)
    except InvalidHeader:
        return None


def _reason_of(response: requests.Response) -> str:
    """Return the `reason` in the body of an error (Web API, July 2026), or nothing."""
    try:
        return str(response.json()["error"]["reason"])
    except (ValueError, LookupError, TypeError, RecursionError):
        return ""


@functools.cache
def _session() -> requests.Session:
    """Make this process's session: it keeps connections, and nothing else.

    `trust_env` is off because a `.netrc` would replace our Authorization headers.
    """
    session = requests.Session()
    session.trust_env = False
    session.headers["User-Agent"] = USER_AGENT
    session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
    for scheme in ("http://", "https://"):
        session.mount(scheme, HTTPAdapter(pool_maxsize=16, max_retries=0))
    return session
