"""A song that comes from elsewhere asks which of today's phrases it answers.

The installed app is a share target: a phone's share sheet posts a link, some words or an audio
file. Such a post comes from no page of ours and has no token. Another site's is told by
`Sec-Fetch-Site`, and has no session: the cookie is SameSite=Lax. https://w3c.github.io/web-share-target/
"""

import uuid
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import TemporaryUploadedFile
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_http_methods

from classifier.errors import UploadRejectedError
from classifier.files.uploads import add_upload, too_large_message
from journal import consent
from journal.day.pages import open_day, today
from journal.models import Entry
from journal.picker import platforms
from journal.picker.links import ADDRESS
from journify.limits.requests import limited, spend
from journify.outbound.errors import PlatformError
from journify.web.http import SignedInRequest, signed_in_get

TEXT_LENGTH = 1000
# What a browser sends with a request that no other site made; every one with share targets does.
FROM_NO_OTHER_SITE = {"none", "same-origin"}


@require_GET
@login_required
@limited("search", methods=("GET",))
def add_to_today(request: SignedInRequest) -> HttpResponse:
    """Ask which of today's phrases a track answers."""
    try:
        result = platforms.look_up(request.user, request.GET.get("track", ""))
    except PlatformError as error:
        messages.error(request, str(error))
        return redirect("journal:today")
    if result is None:
        raise Http404
    return _which_phrase(request, track=result)


@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
@limited("search", methods=("GET", "POST"))
def share(request: SignedInRequest) -> HttpResponse:
    """Take what another app shares, and ask which of today's phrases it answers."""
    if request.method == "POST":
        return _receive(request)
    if not request.user.is_authenticated:
        return redirect_to_login(request.get_full_path())
    return _shared_words(request, request.GET.get("text", "").replace("\0", " ")[:TEXT_LENGTH])


@signed_in_get
def share_file(request: SignedInRequest, song_id: uuid.UUID) -> HttpResponse:
    """Ask which of today's phrases a file answers that was shared a moment ago."""
    song = get_object_or_404(request.user.songs, pk=song_id)
    return _which_phrase(request, song=song)


def _receive(request: SignedInRequest) -> HttpResponse:
    if request.headers.get("Sec-Fetch-Site") not in FROM_NO_OTHER_SITE:
        raise PermissionDenied
    parts = [request.POST.get(name, "") for name in ("url", "text", "title")]
    words = " ".join(part for part in dict.fromkeys(parts) if part)[:TEXT_LENGTH]
    page = f"{reverse('journal:share')}?{urlencode({'text': words})}"
    if not request.user.is_authenticated:
        return redirect_to_login(page)
    is_too_large = getattr(request, "upload_too_large", False)
    file = request.FILES.get("audio")
    if file is None and not is_too_large:
        return redirect(page)
    spend(request, "upload")
    try:
        if not isinstance(file, TemporaryUploadedFile):
            raise UploadRejectedError(too_large_message())
        song = add_upload(request.user, file)
    except UploadRejectedError as error:
        messages.error(request, str(error))
        return redirect("journal:today")
    return redirect("journal:share_file", song_id=song.pk)


def _shared_words(request: SignedInRequest, text: str) -> HttpResponse:
    """Find the song of a link, or offer what is called so."""
    user = request.user
    is_one = platforms.names_one_song(text)
    choices, must_ask = platforms.available(user), consent.must_ask(user)
    results = None
    if is_one or (choices and len(text.strip()) >= platforms.MIN_QUERY):
        results = platforms.find(user, text, platform=next(iter(choices), ""))
    if results and is_one and results.items:
        return _which_phrase(request, track=results.items[0])
    context = {
        "results": results,
        # without the address: what is left is how the other app calls it
        "words": " ".join(ADDRESS.sub(" ", text).split())[:200],
        "shared": text,
        "must_ask": must_ask,
        "is_own_only": bool(text.strip()) and not choices and not is_one and not must_ask,
        "can_search_outside": settings.DEEZER_SEARCH,
    }
    return TemplateResponse(request, "journal/share.html", context)


def _which_phrase(request: SignedInRequest, **shared: Any) -> HttpResponse:
    date = today()
    open_day(request.user, date)
    entries = Entry.objects.of(request.user).filter(date=date, song=None)
    return TemplateResponse(request, "journal/add.html", shared | {"entries": entries})
