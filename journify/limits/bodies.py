"""How many requests of one address may be sending a body at once, counted before it is read.

A body that comes slowly holds a thread until it is here. The limits in the database count requests
that were read; this one keeps an address from holding all threads of a process. Against many
addresses helps a proxy in front that buffers: deploy/nginx.conf, deploy/Caddyfile.

What a view leaves unread is read here and dropped, while the request still counts: gunicorn would
do it after the answer, for as long as bytes drip, or reset the line so that a proxy says 502.
"""

import contextlib
import logging
import socket
import threading
from collections import Counter
from collections.abc import Callable
from http import HTTPStatus

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from journify.limits.addresses import client_address, network_of

logger = logging.getLogger(__name__)

RETRY_SECONDS = 5
CHUNK_BYTES = 65_536


class BodyMiddleware:
    """Answer 429 to a further body of an address that is sending enough of them."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response
        self._sending: Counter[str] = Counter()
        self._lock = threading.Lock()

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not settings.RATE_LIMIT_FACTOR or not _has_body(request):
            return self.get_response(request)
        network = network_of(client_address(request))
        most = max(1, settings.BODIES_AT_ONCE * settings.RATE_LIMIT_FACTOR)
        with self._lock:
            is_too_many = self._sending[network] >= most
            self._sending[network] += not is_too_many
        if is_too_many:
            return _refuse(request)
        try:
            response = self.get_response(request)
            _drop_the_rest(request)
            return response
        finally:
            with self._lock:
                self._sending[network] -= 1
                if not self._sending[network]:
                    del self._sending[network]


def _has_body(request: HttpRequest) -> bool:
    length = request.META.get("CONTENT_LENGTH") or "0"
    return length != "0" or "HTTP_TRANSFER_ENCODING" in request.META


def _drop_the_rest(request: HttpRequest) -> None:
    if "HTTP_TRANSFER_ENCODING" in request.META:  # of no announced length: Django reads none of it
        _read_no_more(request)
    with contextlib.suppress(OSError):  # the client left
        while request.read(CHUNK_BYTES):
            pass


def _read_no_more(request: HttpRequest) -> None:
    if (connection := request.META.get("gunicorn.socket")) is not None:
        with contextlib.suppress(OSError):
            connection.shutdown(socket.SHUT_RD)


def _refuse(request: HttpRequest) -> HttpResponse:
    """Say so, and have gunicorn read no more of it: it would wait for the rest before the next."""
    _read_no_more(request)
    logger.warning("limit action=body by=address wait=%d", RETRY_SECONDS)
    return HttpResponse(
        "Too many uploads at once; please try again in a moment.\n",
        content_type="text/plain",
        status=HTTPStatus.TOO_MANY_REQUESTS,
        headers={"Retry-After": str(RETRY_SECONDS)},
    )
