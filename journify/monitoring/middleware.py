"""Every request: its id, how long it took, and what came of it."""

import logging
import time

from django.http import HttpRequest, HttpResponseBase

from journify.monitoring import metrics
from journify.monitoring.context import accepted_or_new, bound
from journify.monitoring.hosts import PROBES
from journify.web.http import Middleware

logger = logging.getLogger("journify.access")

HEADER = "X-Request-ID"
QUIET = PROBES  # machines that look in every few seconds


class RequestMiddleware(Middleware):
    """Name a request in the log and in the answer, measure it, and write it down.

    Paths are left out: with the ids in them they would say who wrote on which day.
    """

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        request_id = accepted_or_new(request.headers.get(HEADER, ""))
        with bound(request=request_id):
            started = time.perf_counter()
            response = self.get_response(request)
            seconds = time.perf_counter() - started
            response[HEADER] = request_id
            _note(request, response, seconds)
        return response


def _note(request: HttpRequest, response: HttpResponseBase, seconds: float) -> None:
    """Count the request and write it down, files of the design left out."""
    match = request.resolver_match
    if match is None and response.status_code in {200, 304}:
        return
    view = (match.view_name or "other") if match else "none"
    method = request.method if request.method in metrics.METHODS else "other"
    status = f"{response.status_code // 100}xx"
    metrics.HTTP_SECONDS.labels(view, method, status).observe(seconds)
    if view in QUIET:
        return
    facts = {"view": view, "method": method, "status": response.status_code}
    facts |= {"seconds": round(seconds, 4)}
    line = f"{method} {view} {response.status_code} in {1000 * seconds:.0f} ms"
    if refused := getattr(request, "refused", ""):
        logger.warning("%s: %s", line, refused, extra=facts | {"refused": refused})
    else:
        logger.info(line, extra=facts)
