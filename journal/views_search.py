"""Songs of other platforms in the picker."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.views.decorators.http import require_GET

from journal import platforms
from journal.links import NAMES
from journal.models import Entry
from journify.http import SignedInRequest
from journify.limits.requests import limited

if TYPE_CHECKING:
    from typing import Any

    from spotify_auth.models import User

QUERY_LENGTH = 200


@require_GET
@login_required
@limited("search", methods=("GET",))
def remote(request: SignedInRequest, entry_id: uuid.UUID) -> HttpResponse:
    """Answer with what one platform has for a search; a browser without htmx gets the picker."""
    entry = get_object_or_404(Entry.objects.of(request.user), pk=entry_id)
    query, platform, offset = wanted(request)
    if not request.htmx:
        parameters = urlencode({"q": query, "in": platform, "offset": offset})
        return redirect(f"{reverse('journal:picker', args=[entry.pk])}?{parameters}")
    context = {"entry": entry, "query": query} | _found(request.user, query, platform, offset)
    if context["results"] is None:
        return HttpResponse()
    name = "journal/_remote.html#rows" if offset else "journal/_remote.html"
    return TemplateResponse(request, name, context)


def remote_context(request: SignedInRequest) -> dict[str, Any]:
    """Say what the picker shows of other platforms: a list to come, or the list itself."""
    query, platform, offset = wanted(request)
    choices = platforms.available(request.user)
    context: dict[str, Any] = {
        "platforms": [{"key": key, "name": NAMES[key]} for key in choices],
        "platform": platform if platform in choices else next(iter(choices), ""),
        "is_searchable": len(query) >= platforms.MIN_QUERY
        and (bool(choices) or platforms.names_one_song(query)),
    }
    if context["is_searchable"] and not request.htmx:
        context |= _found(request.user, query, context["platform"], offset)
    return context


def wanted(request: SignedInRequest) -> tuple[str, str, int]:
    """Read the query, the platform and how many results are there already."""
    offset = request.GET.get("offset", "")
    return (
        # no database takes a NUL, and PostgreSQL says so
        request.GET.get("q", "").replace("\0", " ").strip()[:QUERY_LENGTH],
        request.GET.get("in", ""),
        min(int(offset), 990) if offset.isascii() and offset.isdecimal() else 0,
    )


def _found(user: User, query: str, platform: str, offset: int) -> dict[str, Any]:
    is_asked = platform in platforms.available(user) or platforms.names_one_song(query)
    if not is_asked or len(query) < platforms.MIN_QUERY:
        return {"results": None}
    return {"results": platforms.find(user, query, platform=platform, offset=offset)}
