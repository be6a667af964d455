"""Headers of every answer, whoever gives it, and of the one that ends a session."""

from django.conf import settings
from django.http import HttpResponse

from journify.config.headers import RESPONSE_HEADERS
from journify.web.http import HttpRequest, Middleware

# A journal is nobody else's: no cache on the way may keep an answer, nor a browser that is signed
# out by then. What may be cached, as static files may, says so itself.
NOT_STORED = "private, no-store"


class HeadersMiddleware(Middleware):
    """Add `RESPONSE_HEADERS`; keep answers out of caches that they do not name themselves."""

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        for name, value in RESPONSE_HEADERS.items():
            response.headers.setdefault(name, value)
        response.headers.setdefault("Cache-Control", NOT_STORED)
        return response


class SignedOutMiddleware(Middleware):
    """Have a browser drop what it keeps of us, pages to go back to included, with its session.

    That is signing out, deleting the account, and the first request after the session ended
    elsewhere: then what was written without a connection stays, and is sent after signing in.
    https://developer.mozilla.org/en-US/docs/Web/HTTP/Reference/Headers/Clear-Site-Data
    """

    def __call__(self, request: HttpRequest) -> HttpResponse:
        was_signed_in = request.user.is_authenticated
        response = self.get_response(request)
        has_ended = was_signed_in and not request.user.is_authenticated
        if has_ended:
            response.headers["Clear-Site-Data"] = '"cache", "storage"'
        elif _names_no_session(request):
            response.headers["Clear-Site-Data"] = '"cache"'
        return response


def _names_no_session(request: HttpRequest) -> bool:
    return bool(request.COOKIES.get(settings.SESSION_COOKIE_NAME)) and request.session.is_empty()
