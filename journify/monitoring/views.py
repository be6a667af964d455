"""Addresses for machines: is it alive, is it fit, and the figures."""

from http import HTTPStatus

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_safe
from prometheus_client import CONTENT_TYPE_LATEST

from journify.monitoring.health import findings
from journify.monitoring.metrics import exposition, may_read

WORDS = {True: "ok", False: "unfit"}


@require_safe
def healthz(_request: HttpRequest) -> HttpResponse:
    return JsonResponse({"status": "ok"})


@require_safe
def readyz(request: HttpRequest) -> HttpResponse:
    """Say of every part whether it is fit: 200 if all are, else 503; `?exclude=` leaves one out."""
    found = findings(leave_out=request.GET.getlist("exclude"))
    is_fit = all(finding.is_fit for finding in found.values())
    body = {
        "status": WORDS[is_fit],
        "checks": {
            name: {"status": WORDS[finding.is_fit], **finding.facts}
            for name, finding in found.items()
        },
    }
    status = HTTPStatus.OK if is_fit else HTTPStatus.SERVICE_UNAVAILABLE
    return JsonResponse(body, status=status)


@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """Give the figures to whoever has the token; without one there is no such address."""
    if not may_read(request.headers.get("Authorization", "")):
        raise Http404
    return HttpResponse(exposition(), content_type=CONTENT_TYPE_LATEST)
