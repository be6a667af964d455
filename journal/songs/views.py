"""A song's page, its sound, and "was this right?"."""

import uuid
from typing import Any

from django.contrib import messages
from django.http import FileResponse, Http404, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.cache import patch_cache_control
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from classifier.emotions.readings import FINER, Reading, read
from classifier.files.playback import audio_response
from classifier.models import PersonalLayer, Song
from classifier.serving.explaining import can_be_explained, explanation_of, request_explanation
from classifier.serving.whole import arc_of, request_arc
from journal import services
from journal.forms import LabelForm, SongForm
from journal.models import Entry
from journal.site.polling import poll_of
from journal.songs import listen_links
from journal.songs.arcs import whole_song_of
from journal.songs.planes import plane_of
from journal.songs.previews import may_stream, preview_address
from journal.songs.timelines import origin_of, parts_of, timeline, why
from journal.songs.views_learnt import tell_learnt
from journal.spotify.connection import refresh_lazily
from journify.background.jobs import lane_of
from journify.limits.requests import limited, spend
from journify.outbound.errors import PlatformError
from journify.web.http import (
    HttpRequest,
    SignedInRequest,
    signed_in_form,
    signed_in_get,
    signed_in_post,
)
from spotify_auth.models import User


@signed_in_get
def song_page(request: SignedInRequest, song_id: uuid.UUID) -> HttpResponse:
    song = _song_with_readings(request.user, song_id)
    refresh_lazily(request.user, [song])
    reading = read(song)
    context = {
        "song": song,
        "reading": reading,
        "timeline": timeline(reading.segments),
        "plane": plane_of(reading),
        "choices": FINER if reading.state in {"answered", "unsure"} else [],
        "entries": Entry.objects.of(request.user).filter(song=song).order_by("-date", "position"),
        "is_own": song.owner_id == request.user.pk,
        "whole": whole_song_of(arc_of(song), reading.layer)
        if song.owner_id and song.has_audio
        else None,
    } | _sound_context(request.user, song, reading)
    return TemplateResponse(request, "journal/song.html", context)


@signed_in_form
@limited("classify")
def song_why(request: SignedInRequest, song_id: uuid.UUID) -> HttpResponse:
    """Have what carried a song's answer drawn, and say how far that is."""
    song = _song_with_readings(request.user, song_id)
    reading = read(song)
    classification = reading.classification
    if request.method == "POST" and classification and can_be_explained(classification):
        request_explanation(classification, lane=lane_of(request.user.pk))
    if not request.htmx:
        return redirect(f"{reverse('journal:song', args=[song.pk])}#why")
    context = {"song": song, "poll": poll_of(request)}
    return TemplateResponse(
        request, "journal/_why.html", context | _sound_context(request.user, song, reading)
    )


@signed_in_form
@limited("classify")
def song_whole(request: SignedInRequest, song_id: uuid.UUID) -> HttpResponse:
    """Have one of the listener's own songs heard from end to end, and say how far that is."""
    song = get_object_or_404(request.user.songs.exclude(audio=""), pk=song_id)
    if request.method == "POST":
        request_arc(song, lane=lane_of(request.user.pk))
    if not request.htmx:
        return redirect(f"{reverse('journal:song', args=[song.pk])}#whole")
    context = {
        "song": song,
        "poll": poll_of(request),
        "whole": whole_song_of(arc_of(song), PersonalLayer.objects.layer_of(request.user.pk)),
    }
    return TemplateResponse(request, "journal/_whole.html", context)


@signed_in_get
def song_picture(request: SignedInRequest, song_id: uuid.UUID) -> HttpResponseBase:
    """Send the spectrogram with what carried the answer; 404 for songs that are not theirs."""
    song = _song_with_readings(request.user, song_id)
    classification = read(song).classification
    explanation = explanation_of(classification) if classification else None
    if explanation is None or explanation.status != explanation.Status.DONE:
        raise Http404
    return FileResponse(explanation.picture.open("rb"), content_type="image/png")


@signed_in_get
def song_audio(request: SignedInRequest, song_id: uuid.UUID) -> HttpResponseBase:
    """Play a song of the catalogue or the listener's own upload; 404 for everybody else's.

    Where we hold no sound of it, its clip is streamed from Deezer, if the listener allowed that.
    """
    song = get_object_or_404(Song.objects.visible_to(request.user), pk=song_id)
    if song.audio or not may_stream(request.user, song):
        return audio_response(request, song)
    spend(request, "search")
    try:
        response = redirect(preview_address(song))
    except PlatformError as error:
        raise Http404(str(error)) from error
    patch_cache_control(response, private=True, no_store=True)
    return response


@require_safe
@cache_control(private=True, no_store=True)
def shared_audio(request: HttpRequest, token: str) -> HttpResponseBase:
    """Play a song to whoever has a signed address of it, as in a list for a player."""
    song = listen_links.song_of_token(token)
    if song is None:
        raise Http404
    return audio_response(request, song)


@signed_in_form
def song_edit(request: SignedInRequest, song_id: uuid.UUID) -> HttpResponse:
    song = get_object_or_404(request.user.songs, pk=song_id)
    form = SongForm(request.POST or None, instance=song)
    if request.method == "POST" and form.is_valid():
        services.rename_song(song, **form.cleaned_data)
        messages.success(request, _("The song has its new name."))
        return redirect("journal:song", song_id=song.pk)
    return TemplateResponse(request, "journal/song_edit.html", {"song": song, "form": form})


@signed_in_form
def song_delete(request: SignedInRequest, song_id: uuid.UUID) -> HttpResponse:
    """Say what goes with one of the listener's own songs, and delete it."""
    song = get_object_or_404(request.user.songs, pk=song_id)
    if request.method == "POST":
        services.delete_song(song)
        messages.success(request, _("The song is deleted, and its file."))
        return redirect("journal:songs")
    context = {"song": song, "count": Entry.objects.of(request.user).filter(song=song).count()}
    return TemplateResponse(request, "journal/song_delete.html", context)


@signed_in_post
def song_label(request: SignedInRequest, song_id: uuid.UUID) -> HttpResponse:
    song = get_object_or_404(Song.objects.visible_to(request.user), pk=song_id)
    form = LabelForm(request.POST)
    if form.is_valid():
        try:
            tell_learnt(request, services.set_label(request.user, song, **form.cleaned_data))
        except services.StaleEntryError:
            messages.error(
                request,
                _(
                    "You labelled this song in another window meanwhile. Here is what you said; "
                    "change it if you still want to."
                ),
            )
    return redirect("journal:song", song_id=song.pk)


@signed_in_post
@limited("classify")
def song_retry(request: SignedInRequest, song_id: uuid.UUID) -> HttpResponse:
    song = get_object_or_404(Song.objects.visible_to(request.user), pk=song_id)
    services.retry_song(request.user, song)
    return redirect("journal:song", song_id=song.pk)


def _song_with_readings(user: User, song_id: uuid.UUID) -> Song:
    return get_object_or_404(Song.objects.visible_to(user).with_readings(user), pk=song_id)


def _sound_context(user: User, song: Song, reading: Reading) -> dict[str, Any]:
    """What can be played of a song, its parts, and what carried its answer."""
    streams, has_audio = may_stream(user, song), song.has_audio
    origin = origin_of(reading, has_audio=has_audio, streams_clip=streams)
    context = {
        "can_play": has_audio or streams,
        "is_clip": streams and not has_audio,
        "parts": parts_of(reading, origin=origin),
        "why": None,
    }
    classification = reading.classification
    if classification is None or not can_be_explained(classification):
        return context
    explanation = explanation_of(classification)
    seen = why(explanation, reading, origin=origin)
    return context | {"why": seen, "explanation": explanation}
