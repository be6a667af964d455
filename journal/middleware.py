"""The listener's language and time zone, for everything a request says and does with dates."""

from __future__ import annotations

import datetime as dt
import zoneinfo
from collections.abc import Callable
from typing import TYPE_CHECKING

from django.utils import timezone, translation

from journal.days import preferences_of
from journal.zones import known_zones

if TYPE_CHECKING:
    from django.http import HttpResponse

    from journify.http import HttpRequest

# Set by static/js/time_zone.js: the browser's own zone, used until the listener chooses one.
COOKIE = "time_zone"


class LanguageMiddleware:
    """Speak the language chosen in the settings; without one, what LocaleMiddleware found."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer a request in the listener's language; LocaleMiddleware names it in a header."""
        if request.user.is_authenticated and (chosen := preferences_of(request.user).language):
            translation.activate(chosen)
            request.LANGUAGE_CODE = translation.get_language() or chosen
        return self.get_response(request)


class TimeZoneMiddleware:
    """Activate the zone chosen in the settings, else the browser's, else UTC."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer a request within the listener's zone."""
        with timezone.override(zone_of(request)):
            return self.get_response(request)


def zone_of(request: HttpRequest) -> dt.tzinfo:
    """Find the zone of a request; a name that does not exist counts as none."""
    chosen = preferences_of(request.user).time_zone if request.user.is_authenticated else ""
    for name in (chosen, request.COOKIES.get(COOKIE, "")):
        if name and name in known_zones():
            return zoneinfo.ZoneInfo(name)
    return dt.UTC
