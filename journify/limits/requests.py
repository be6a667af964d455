"""The seam for views: `spend(request, "upload")` within one, or `@limited("upload")` around it."""

import functools
import logging
from collections.abc import Callable, Collection, Iterator, Mapping
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase
from django.utils.crypto import salted_hmac

from journify.limits.addresses import address_in_log, client_address, network_of, site_of
from journify.limits.allowances import Rate, take
from journify.limits.browsers import known_browser, name_key

View = Callable[..., "HttpResponseBase"]

logger = logging.getLogger(__name__)

SITE_FACTOR = 3


class TooManyRequestsError(Exception):
    """Somebody asked too often; `journify.limits.middleware` answers it with 429."""

    def __init__(self, action: str, *, retry_after: float) -> None:
        self.retry_after = retry_after  # seconds until the next request would be answered
        super().__init__(action)


def spend(request: HttpRequest, action: str, *, name: str = "") -> None:
    """Count one `action` of `settings.RATE_LIMITS` against who asks and where from.

    `name`: what somebody calls themselves who is not signed in, such as a user name to guess for.
    Raises TooManyRequestsError: one of them is used up.
    """
    limits = settings.RATE_LIMITS[action]
    for kind, subject in _subjects(request, name, limits):
        limit = _limit_of_site(limits) if kind == "site" else limits.get(kind)
        if limit is None or not settings.RATE_LIMIT_FACTOR:
            continue
        times, seconds = limit
        key = salted_hmac("journify.limits", f"{action}|{kind}|{subject}", algorithm="sha256")
        rate = Rate(max(1.0, times * settings.RATE_LIMIT_FACTOR), seconds)
        if wait := take(key.hexdigest(), rate):
            address = address_in_log(request)
            logger.warning(
                "limit action=%s by=%s wait=%.0f address=%s", action, kind, wait, address
            )
            raise TooManyRequestsError(action, retry_after=wait)


def limited(
    action: str, *, methods: tuple[str, ...] = ("POST",), name_field: str = ""
) -> Callable[[View], View]:
    """Make a view spend one `action` for each request of `methods`.

    `name_field`: the field of the form that holds the name to count against.
    """

    def decorate(view: View) -> View:
        @functools.wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            # a HEAD is answered as a GET is, and costs as much
            if ("GET" if request.method == "HEAD" else request.method) in methods:
                name = request.POST.get(name_field, "") if name_field else ""
                spend(request, action, name=name)
            return view(request, *args, **kwargs)

        return guarded

    return decorate


def _limit_of_site(limits: Mapping[str, tuple[int, int]]) -> tuple[int, int] | None:
    """All networks of a site together may do as much as a few of them."""
    if "address" not in limits:
        return None
    times, seconds = limits["address"]
    return SITE_FACTOR * times, seconds


def _subjects(
    request: HttpRequest, name: str, limits: Collection[str]
) -> Iterator[tuple[str, str]]:
    """What is counted, in this order: what one place used up costs nobody elsewhere anything."""
    if name and "browser" in limits and (browser := known_browser(request, name)):
        yield "browser", browser
        return
    if request.user.is_authenticated:
        yield "user", str(request.user.pk)
    asker = client_address(request)
    address = network_of(asker)
    yield "address", address
    site = site_of(asker)
    if site:
        yield "site", site
    if name:
        key = name_key(name)
        yield "name-here", f"{key}|{site or address}"
        yield "name", key
