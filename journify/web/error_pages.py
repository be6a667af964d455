"""The page of last resort."""

from __future__ import annotations

import sys

from django.http import HttpRequest, HttpResponse
from django.template import loader
from django.views import defaults

from journify.web.troubles import trouble_of


def server_error(request: HttpRequest) -> HttpResponse:
    """Answer what went wrong: a database that is away or a full disk as such, all else with 500.

    Here and not in a middleware, because sessions and accounts are read before any view.
    """
    trouble = trouble_of(sys.exc_info()[1])
    if trouble is None:
        return defaults.server_error(request)
    context = {
        "status": int(trouble.status),
        "heading": trouble.heading,
        "sentence": trouble.sentence,
    }
    # without the request: what every page knows may need the database
    content = loader.get_template("503.html").render(context)
    response = HttpResponse(content, status=trouble.status)
    response["Retry-After"] = str(trouble.retry_after)
    return response
