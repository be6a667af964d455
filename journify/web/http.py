"""Requests as our views get them, and the one place that decides between a page and a fragment."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.http import HttpRequest as DjangoHttpRequest
from django.template.response import TemplateResponse
from django.utils.cache import patch_vary_headers

if TYPE_CHECKING:
    from django_htmx.middleware import HtmxDetails

    from spotify_auth.models import User


class HttpRequest(DjangoHttpRequest):
    """A request after our middleware."""

    if TYPE_CHECKING:
        htmx: HtmxDetails
        upload_too_large: bool


class SignedInRequest(HttpRequest):
    """A request behind `login_required`."""

    if TYPE_CHECKING:
        user: User


def page_or_fragment(
    request: HttpRequest, template: str, context: dict[str, Any], *, partial: str
) -> TemplateResponse:
    """Render the partial of `template` for htmx, the whole page for everybody else.

    Both have one address: a browser that kept one must not show it for the other, and going back
    (htmx asks then, too) needs the page.
    """
    is_fragment = bool(request.htmx) and not request.htmx.history_restore_request
    response = TemplateResponse(
        request, f"{template}#{partial}" if is_fragment else template, context
    )
    patch_vary_headers(response, ["HX-Request"])
    return response
