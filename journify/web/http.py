"""Requests as our views get them, and the one place that decides between a page and a fragment."""

import functools
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar, cast

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse, HttpResponseBase
from django.http import HttpRequest as DjangoHttpRequest
from django.template.response import TemplateResponse
from django.utils.cache import patch_vary_headers
from django.views.decorators.http import require_http_methods, require_POST, require_safe

if TYPE_CHECKING:
    from django_htmx.middleware import HtmxDetails

    from spotify_auth.models import User


View = TypeVar("View", bound=Callable[..., HttpResponseBase])


class HttpRequest(DjangoHttpRequest):
    """A request after our middleware."""

    if TYPE_CHECKING:
        htmx: HtmxDetails
        upload_too_large: bool


class SignedInRequest(HttpRequest):
    """A request behind one of the guards below."""

    if TYPE_CHECKING:
        user: User


class Middleware:
    """What requests pass through on their way to a view, and answers on their way back."""

    def __init__(self, get_response: Callable[[Any], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: Any) -> HttpResponseBase:
        return self.get_response(request)


def signed_in_get(view: View) -> View:
    """Guard a page: only read, and only by who is signed in."""
    return require_safe(login_required(view))


def signed_in_post(view: View) -> View:
    """Guard a change: only posted, and only by who is signed in."""
    return require_POST(login_required(view))


def signed_in_form(view: View) -> View:
    """Guard a page with a form that is posted to it."""
    return require_http_methods(["GET", "HEAD", "POST"])(login_required(view))


def require_setting(name: str) -> Callable[[View], View]:
    """Make a view answer 404 on a server where a setting is off."""

    def decorate(view: View) -> View:
        @functools.wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if not getattr(settings, name):
                raise Http404
            return view(request, *args, **kwargs)

        return cast("View", guarded)

    return decorate


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
