"""A visitor lets one file, or one song by its name, be heard, without an account."""

import uuid
from typing import Any

from django.conf import settings
from django.core.files.uploadedfile import TemporaryUploadedFile
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from classifier.emotions.readings import read_answer
from classifier.errors import UploadRejectedError
from classifier.files import tryouts
from classifier.files.playback import audio_response
from classifier.models import Classification, Song, TryOut
from classifier.sentences import translated
from classifier.serving.results import certainty_of
from classifier.sources.deezer import DeezerClient
from journal.forms import TryOutForm
from journal.picker import platforms
from journal.site.polling import next_poll, poll_of
from journal.songs.timelines import timeline
from journify.limits.requests import limited
from journify.outbound.errors import PlatformError
from journify.web.http import HttpRequest, require_setting

QUERY_LENGTH = 200


@require_POST
@require_setting("TRYOUTS")
@limited("try-out")
def begin(request: HttpRequest) -> HttpResponse:
    form = TryOutForm(request.POST, request.FILES)
    try:
        tryout = _begun(request, form)
    except (UploadRejectedError, PlatformError) as error:
        return _response(request, {"error": str(error)})
    if request.htmx:
        return _response(request, _context(tryout, poll=0))
    return redirect("journal:try_out", tryout_id=tryout.pk)


@require_safe
@require_setting("TRYOUTS")
def try_out(request: HttpRequest, tryout_id: uuid.UUID) -> HttpResponse:
    """Say how far a file is; once its answer was shown, nothing of it is left."""
    tryout = TryOut.objects.filter(pk=tryout_id).first()
    if tryout is None:
        return _response(request, {"state": "gone"})
    context = _context(tryout, poll=poll_of(request))
    if context["state"] != "listening" and request.method == "GET":
        tryout.delete()
    return _response(request, context)


@require_safe
@require_setting("TRYOUTS")
@limited("try-search", methods=("GET",))
def tryout_songs(request: HttpRequest) -> HttpResponse:
    """Search Deezer for a visitor, who was told so beside the button; never while they type."""
    if not settings.DEEZER_SEARCH:
        raise Http404
    query = request.GET.get("q", "").replace("\0", " ").strip()[:QUERY_LENGTH]
    if len(query) < platforms.MIN_QUERY:
        return _response(request, {})
    return _response(request, {"query": query, "results": platforms.find_to_try(query)})


@require_safe
def sample_audio(request: HttpRequest, key: str) -> HttpResponseBase:
    """Play a song that comes with the journal to anybody."""
    song = get_object_or_404(Song.objects.catalogue(), catalogue_key=key, owner=None)
    return audio_response(request, song)


def _begun(request: HttpRequest, form: TryOutForm) -> TryOut:
    """Hand a song of Deezer's or a file on; errors have a sentence for the visitor."""
    track = form.cleaned_data.get("track") if form.is_valid() else ""
    if track and settings.DEEZER_SEARCH:
        found = DeezerClient().track(track.removeprefix("deezer:"))
        return tryouts.begin_with_song(found)
    return tryouts.begin_tryout(_upload(request, form))


def _upload(request: HttpRequest, form: TryOutForm) -> TemporaryUploadedFile:
    if getattr(request, "upload_too_large", False):
        raise UploadRejectedError(tryouts.too_large_to_try())
    if not form.is_valid() or not form.cleaned_data["audio"]:
        raise UploadRejectedError(_("Choose a file first."))
    upload: TemporaryUploadedFile = form.cleaned_data["audio"]
    return upload


def _context(tryout: TryOut, *, poll: int) -> dict[str, Any]:
    context: dict[str, Any] = {"tryout": tryout}
    if tryout.status in {TryOut.Status.QUEUED, TryOut.Status.RUNNING}:
        return context | {"state": "listening"} | next_poll(poll)
    if tryout.status == TryOut.Status.FAILED:
        return context | {"state": "form", "error": translated(tryout.error)}
    names = ("emotion", "probabilities", "segments", "clip_start", "is_middle")
    answer = {name: tryout.result[name] for name in names if name in tryout.result}
    certainty = certainty_of(answer["probabilities"])
    heard = Classification(**answer, certainty=certainty, clip_source="upload")
    reading = read_answer(heard)
    return context | {
        "state": "answered",
        "reading": reading,
        "timeline": timeline(reading.segments),
    }


def _response(request: HttpRequest, context: dict[str, Any]) -> HttpResponse:
    name = "journal/_try_out.html" if request.htmx else "journal/try_out.html"
    return TemplateResponse(request, name, {"max_mb": settings.TRY_OUT_MAX_MB} | context)
