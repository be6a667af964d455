"""By which name a request calls us: one of ours, or a probe of this machine, which needs none."""

import ipaddress
from http import HTTPStatus

from django.conf import settings
from django.core.exceptions import DisallowedHost
from django.http import HttpRequest, HttpResponse
from django.urls import Resolver404, resolve

from journify.web.http import Middleware

PROBES = {"healthz", "readyz", "metrics"}
LONGEST_SHOWN = 100


class HostMiddleware(Middleware):
    """Refuse other names with a word; the log's line of the request says which, and nothing else.

    Left to Django, every scanner that calls us by our address leaves a traceback in the log.
    """

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if _is_local_probe(request):
            request.META["HTTP_HOST"] = _own_name()
        try:
            request.get_host()
        except DisallowedHost:
            name = request.META.get("HTTP_HOST", "")[:LONGEST_SHOWN]
            vars(request)["refused"] = f"host {name!r} is not in ALLOWED_HOSTS"
            return HttpResponse(
                "Nothing here has that name.\n",
                content_type="text/plain",
                status=HTTPStatus.BAD_REQUEST,
            )
        return self.get_response(request)


def _is_local_probe(request: HttpRequest) -> bool:
    """Whether this machine asks for its health; what a proxy hands on is asked by somebody else."""
    if "HTTP_X_FORWARDED_FOR" in request.META or not _is_loopback(request.META["REMOTE_ADDR"]):
        return False
    try:
        return resolve(request.path_info).view_name in PROBES
    except Resolver404:
        return False


def _is_loopback(address: str) -> bool:
    try:
        return ipaddress.ip_address(address).is_loopback
    except ValueError:  # a Unix socket has none
        return not address


def _own_name() -> str:
    """Return a name that is ours: of a domain with all below it, its own."""
    first = next(iter(settings.ALLOWED_HOSTS), "localhost")
    return "localhost" if first == "*" else first.removeprefix(".")
