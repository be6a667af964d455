"""The answer to whoever asks too often."""

import math
from http import HTTPStatus

from django.http import HttpResponse
from django.shortcuts import render

from journify.limits.requests import TooManyRequestsError
from journify.web.http import HttpRequest, Middleware


class LimitMiddleware(Middleware):
    """Turn `TooManyRequestsError` into a page, or for htmx into its sentence."""

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if not isinstance(exception, TooManyRequestsError):
            return None
        seconds = math.ceil(exception.retry_after)
        context = {"minutes": math.ceil(seconds / 60)}
        template = "ui/_too_many.html" if request.htmx else "429.html"
        response = render(request, template, context, status=HTTPStatus.TOO_MANY_REQUESTS)
        response["Retry-After"] = str(seconds)
        return response
