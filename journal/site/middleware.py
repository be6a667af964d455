"""The listener's language, time zone and theme, for everything a request says and shows."""

import datetime as dt

from django.conf import settings
from django.http import HttpResponse
from django.utils import timezone, translation

from journal.day.pages import preferences_of
from journal.models import Preferences
from journal.site.dates import zone_named
from journify.web.http import HttpRequest, Middleware

# Set by static/js/time_zone.js: the browser's own zone, used until the listener chooses one.
COOKIE = "time_zone"
THEME_COOKIE = "theme"
A_YEAR = dt.timedelta(days=365)


class LanguageMiddleware(Middleware):
    """Speak the language chosen in the settings; without one, what LocaleMiddleware found."""

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer a request in the listener's language; LocaleMiddleware names it in a header."""
        if request.user.is_authenticated and (chosen := preferences_of(request.user).language):
            translation.activate(chosen)
            request.LANGUAGE_CODE = translation.get_language() or chosen
        return self.get_response(request)


class ThemeMiddleware(Middleware):
    """Leave the chosen theme with the browser: signed out, pages look as they did signed in."""

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer a request; the cookie is only set when the choice is another one."""
        response = self.get_response(request)
        if request.user.is_authenticated:
            chosen = preferences_of(request.user).theme
            if chosen != theme_of(request):
                response.set_cookie(
                    THEME_COOKIE,
                    chosen,
                    max_age=A_YEAR,
                    secure=settings.USE_HTTPS,
                    httponly=True,
                    samesite="Lax",
                )
        return response


class TimeZoneMiddleware(Middleware):
    """Activate the zone chosen in the settings, else the browser's, else UTC."""

    def __call__(self, request: HttpRequest) -> HttpResponse:
        chosen = preferences_of(request.user).time_zone if request.user.is_authenticated else ""
        with timezone.override(zone_named(chosen, request.COOKIES.get(COOKIE))):
            return self.get_response(request)


def theme_of(request: HttpRequest) -> str:
    """Read the theme that the browser was left with; a word that is none counts as none."""
    theme = request.COOKIES.get(THEME_COOKIE, "")
    return theme if theme in Preferences.Theme.values else Preferences.Theme.AUTO
