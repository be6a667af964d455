"""Headers of every answer, whoever gives it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from django.conf import settings

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse


class HeadersMiddleware:
    """Add `RESPONSE_HEADERS`; keep pages out of caches that they do not name themselves."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer, with the headers."""
        response = self.get_response(request)
        for name, value in settings.RESPONSE_HEADERS.items():
            response.headers.setdefault(name, value)
        if response.headers.get("Content-Type", "").startswith("text/html"):
            # a journal is nobody else's: a cache on the way may not keep it, nor show an old page
            response.headers.setdefault("Cache-Control", "private, no-cache")
        return response
