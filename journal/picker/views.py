"""Songs of other platforms in the picker."""

import uuid
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.views.decorators.http import require_GET

from journal import consent, services
from journal.models import Entry
from journal.picker import platforms
from journal.picker.links import DEEZER, MUSICBRAINZ, NAMES
from journify.limits.requests import limited, spend
from journify.web.http import SignedInRequest, signed_in_post

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
    context = {"entry": entry, "query": query} | _found(request, query, platform, offset)
    if context["results"] is None:
        return HttpResponse()
    name = "journal/_remote.html#rows" if offset else "journal/_remote.html"
    return TemplateResponse(request, name, context)


def remote_context(request: SignedInRequest) -> dict[str, Any]:
    """Say what the picker shows of other platforms: a list to come, or the list itself."""
    query, platform, offset = wanted(request)
    choices = platforms.available(request.user)
    is_musicbrainz = platform == MUSICBRAINZ and platforms.may_ask_musicbrainz(request.user)
    context: dict[str, Any] = {
        "platforms": [{"key": key, "name": NAMES[key]} for key in choices],
        "platform": platform if platform in choices else next(iter(choices), ""),
        "is_searchable": len(query) >= platforms.MIN_QUERY
        and (bool(choices) or platforms.names_one_song(query)),
        "must_ask": consent.must_ask(request.user),
        "only_own": settings.DEEZER_SEARCH and not choices and not consent.must_ask(request.user),
    }
    if context["is_searchable"] and not request.htmx:
        asked = MUSICBRAINZ if is_musicbrainz else context["platform"]
        context |= _found(request, query, asked, offset)
    return context


@signed_in_post
def choose_search(request: SignedInRequest, entry_id: uuid.UUID | None = None) -> HttpResponse:
    """Keep whether songs may be searched for outside, and go on in the picker or with the share."""
    choice, query = request.POST.get("search", ""), request.POST.get("q", "")
    page = reverse("journal:share"), urlencode({"text": query})
    if entry_id is not None:
        entry = get_object_or_404(Entry.objects.of(request.user), pk=entry_id)
        page = reverse("journal:picker", args=[entry.pk]), urlencode({"q": query[:QUERY_LENGTH]})
    if choice in consent.Search.values:
        services.save_preferences(request.user, search=choice)
    return redirect("?".join(page))


def wanted(request: SignedInRequest) -> tuple[str, str, int]:
    """Read the query, the platform and how many results are there already."""
    offset = request.GET.get("offset", "")
    return (
        # no database takes a NUL, and PostgreSQL says so
        request.GET.get("q", "").replace("\0", " ").strip()[:QUERY_LENGTH],
        request.GET.get("in", ""),
        min(int(offset), 990) if offset.isascii() and offset.isdecimal() else 0,
    )


def _found(request: SignedInRequest, query: str, platform: str, offset: int) -> dict[str, Any]:
    user = request.user
    is_musicbrainz = platform == MUSICBRAINZ and platforms.may_ask_musicbrainz(user)
    is_asked = is_musicbrainz or platform in platforms.available(user)
    if len(query) < platforms.MIN_QUERY or not (is_asked or platforms.names_one_song(query)):
        return {"results": None}
    if is_musicbrainz:
        spend(request, "musicbrainz")
    return {
        "results": platforms.find(user, query, platform=platform, offset=offset),
        "may_ask_musicbrainz": platform == DEEZER and platforms.may_ask_musicbrainz(user),
    }
