"""Browsers that somebody signed in with before: no stranger's wrong guesses lock them out.

A signed cookie for each name (https://owasp.org/www-community/Slow_Down_Online_Guessing_Attacks_with_Device_Cookies);
guesses from a browser that has it count against the browser alone.
"""

import secrets

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase
from django.utils.crypto import salted_hmac

from journify.names import identity_of, skeleton_of

COOKIE = "known-"
SALT = "journify.limits.browsers"
NAME_MAX = 200  # longer than any that there is
# browsers keep none longer: https://developer.chrome.com/blog/cookie-max-age-expires
KEPT_SECONDS = 400 * 86_400


def name_key(name: str) -> str:
    """Return what is counted as one name: all spellings of it."""
    return skeleton_of(identity_of(name[:NAME_MAX].strip()))


def remember(response: HttpResponseBase, name: str) -> None:
    """Know this browser again when somebody signs in as `name`."""
    response.set_signed_cookie(
        _cookie(name),
        secrets.token_urlsafe(16),
        salt=SALT,
        max_age=KEPT_SECONDS,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )


def known_browser(request: HttpRequest, name: str) -> str:
    """Return what a browser that signed in as `name` before is counted by, or nothing."""
    cookie = _cookie(name)
    value = request.get_signed_cookie(cookie, default="", salt=SALT, max_age=KEPT_SECONDS)
    return f"{cookie}|{value}" if value else ""


def _cookie(name: str) -> str:
    digest = salted_hmac(SALT, name_key(name), algorithm="sha256").hexdigest()
    return f"{COOKIE}{digest[:16]}"
