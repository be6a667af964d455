"""The figures of a machine that serves no pages: a worker answers at a port of its own."""

import logging
import threading
from collections.abc import Iterable
from wsgiref.simple_server import WSGIRequestHandler, make_server
from wsgiref.types import StartResponse, WSGIEnvironment

from django.conf import settings
from django.db import connections
from prometheus_client import CONTENT_TYPE_LATEST
from typing_extensions import override

from journify.monitoring.metrics import exposition, may_read

logger = logging.getLogger(__name__)


class _SilentHandler(WSGIRequestHandler):
    @override
    def log_message(self, format: str, *args: object) -> None:
        pass


def serve_metrics() -> threading.Thread | None:
    """Answer at METRICS_PORT from a thread, if there is a token and a port."""
    if not (settings.METRICS_TOKEN and settings.METRICS_PORT):
        return None
    address = (settings.METRICS_HOST, settings.METRICS_PORT)
    try:
        server = make_server(*address, _application, handler_class=_SilentHandler)
    except OSError as error:
        # two workers on one machine share their figures: the first one's port tells of both
        logger.warning("no metrics at %s port %d: %s", *address, error.strerror)
        return None
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    return thread


def _application(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
    """Answer with the figures to whoever has the token, whatever the path."""
    if not may_read(environ.get("HTTP_AUTHORIZATION", "")):
        start_response("404 Not Found", [("Content-Type", "text/plain")])
        return [b"Not found\n"]
    try:
        content = exposition()
    finally:
        connections.close_all()  # this thread's: between two scrapes nobody needs it
    start_response("200 OK", [("Content-Type", CONTENT_TYPE_LATEST)])
    return [content]
