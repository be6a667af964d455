"""A song's page, its sound, and "was this right?"."""

from __future__ import annotations

import uuid

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_POST, require_safe

from classifier.models import Song
from classifier.playback import audio_response
from classifier.readings import read
from journal import services
from journal.forms import LabelForm
from journal.models import Entry
from journal.spotify import refresh_lazily
from journify.http import SignedInRequest
from journify.limits.requests import limited


@require_safe
@login_required
def song_page(request: SignedInRequest, song_id: uuid.UUID) -> HttpResponse:
    """Show a song: its emotion, its segments, and where it was used."""
    song = get_object_or_404(
        Song.objects.visible_to(request.user).with_readings(request.user), pk=song_id
    )
    refresh_lazily(request.user, [song])
    context = {
        "song": song,
        "reading": read(song),
        "entries": Entry.objects.of(request.user)
        .filter(song=song)
        .select_related("journal")
        .order_by("-journal__date"),
        "can_play": song.has_audio,
    }
    return TemplateResponse(request, "journal/song.html", context)


@require_safe
@login_required
@cache_control(private=True, max_age=3600)
def song_audio(request: SignedInRequest, song_id: uuid.UUID) -> HttpResponseBase:
    """Play a song of the catalogue or the listener's own upload; 404 for everybody else's."""
    song = get_object_or_404(Song.objects.visible_to(request.user), pk=song_id)
    return audio_response(request, song)


@require_POST
@login_required
def song_label(request: SignedInRequest, song_id: uuid.UUID) -> HttpResponse:
    """Keep what the listener says of a song."""
    song = get_object_or_404(Song.objects.visible_to(request.user), pk=song_id)
    form = LabelForm(request.POST)
    if form.is_valid():
        services.set_label(request.user, song, form.cleaned_data["emotion"])
    return redirect("journal:song", song_id=song.pk)


@require_POST
@login_required
@limited("classify")
def song_retry(request: SignedInRequest, song_id: uuid.UUID) -> HttpResponse:
    """Listen to a song again."""
    song = get_object_or_404(Song.objects.visible_to(request.user), pk=song_id)
    services.retry(song)
    return redirect("journal:song", song_id=song.pk)
