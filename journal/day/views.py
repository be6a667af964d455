"""The day: its entries, the picker, how it really was, and phrases of the listener's own."""

import datetime as dt
import uuid
from collections.abc import Callable
from functools import partial
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django_htmx.http import trigger_client_event

from classifier.errors import UploadRejectedError
from classifier.files.uploads import add_upload, too_large_message
from classifier.models import Song
from journal import forms, services
from journal.day.cards import card_of
from journal.day.context import day_context, felt_context, page_context
from journal.day.feelings import feeling_of, own_tags
from journal.day.pages import may_open, open_day, today
from journal.listening import recent
from journal.models import Entry
from journal.picker import platforms
from journal.picker.views import remote_context, wanted
from journal.site.polling import poll_of
from journal.songs.own import last_used_first, matching
from journal.songs.views_learnt import tell_learnt
from journify.limits.requests import limited, spend
from journify.outbound.errors import PlatformError
from journify.web.http import (
    SignedInRequest,
    page_or_fragment,
    signed_in_form,
    signed_in_get,
    signed_in_post,
)
from spotify_auth.models import User

RECENT_SONGS = 20


@signed_in_get
def today_page(_request: SignedInRequest) -> HttpResponse:
    """Go to today's page, by the listener's calendar."""
    return redirect("journal:day", date=today())


@signed_in_get
def day(request: SignedInRequest, date: dt.date) -> HttpResponse:
    if not may_open(request.user, date):
        raise Http404
    journal = open_day(request.user, date)
    context = page_context(request.user, date) | {"is_favourite": journal.is_favourite}
    return TemplateResponse(request, "journal/day.html", context)


@signed_in_get
def entry_card(request: SignedInRequest, entry_id: uuid.UUID) -> HttpResponse:
    """Answer a poll with the card as it is now; the day's ring comes along once it is answered."""
    poll = poll_of(request)
    entries = Entry.objects.of(request.user).with_readings(request.user)
    card = card_of(get_object_or_404(entries, pk=entry_id), poll=poll)
    if request.htmx and poll and card.state == "listening":
        return TemplateResponse(request, "journal/_changed.html", {"card": card})
    return _card_response(request, card.entry)


@signed_in_get
@limited("search", methods=("GET",))
def picker(request: SignedInRequest, entry_id: uuid.UUID) -> HttpResponse:
    """Offer songs for an entry: the listener's own, the demo songs, or a new file."""
    return _picker_response(request, _entry(request, entry_id))


@signed_in_post
@limited("classify")
def answer(request: SignedInRequest, entry_id: uuid.UUID) -> HttpResponse:
    entry = _entry(request, entry_id)
    form = forms.AnswerForm(request.POST, request.FILES)
    if not form.is_valid():
        return _picker_response(request, entry, error=_("Choose a song or a file."))
    try:
        song = _chosen_song(request, form)
    except (UploadRejectedError, PlatformError) as error:
        return _picker_response(request, entry, error=str(error))
    revision = form.cleaned_data["revision"]
    return _changed(request, entry, partial(services.answer_entry, song=song, revision=revision))


@signed_in_post
def clear(request: SignedInRequest, entry_id: uuid.UUID) -> HttpResponse:
    entry = _entry(request, entry_id)
    change = partial(services.clear_entry, revision=_revision(request))
    return _changed(request, entry, change)


@signed_in_post
def note(request: SignedInRequest, entry_id: uuid.UUID) -> HttpResponse:
    entry = _entry(request, entry_id)
    form = forms.NoteForm(request.POST, entry=entry)
    if not form.is_valid() or form.is_outdated():
        return _refused_note(request, entry, form)
    revision = form.cleaned_data["revision"]
    try:
        services.write_note(entry, form.kept(), revision=revision)
    except services.StaleEntryError:
        return _refused_note(request, entry, form)
    return _told(request, entry, _card_response(request, entry), seen=revision)


@signed_in_post
def swap(request: SignedInRequest, entry_id: uuid.UUID) -> HttpResponse:
    entry = _entry(request, entry_id)
    change = partial(services.swap_phrase, revision=_revision(request))
    try:
        return _changed(request, entry, change)
    except services.NoPhraseError:
        messages.error(
            request, _("There is no other phrase left for this day. Write one of yours below.")
        )
        return _card_response(request, entry)


@signed_in_post
@limited("classify")
def retry(request: SignedInRequest, entry_id: uuid.UUID) -> HttpResponse:
    entry = _entry(request, entry_id)
    form = forms.SeenSongForm(request.POST)
    if not form.is_valid():
        return _card_response(request, entry)
    return _changed(request, entry, partial(services.retry_answer, **form.cleaned_data))


@signed_in_post
def label(request: SignedInRequest, entry_id: uuid.UUID) -> HttpResponse:
    entry = _entry(request, entry_id)
    form = forms.AnswerLabelForm(request.POST)
    if not form.is_valid():
        return _card_response(request, entry)

    def change(entry: Entry) -> None:
        tell_learnt(request, services.label_answer(entry, **form.cleaned_data))

    return _changed(request, entry, change)


def _revision(request: SignedInRequest) -> int | None:
    form = forms.RevisionForm(request.POST)
    form.full_clean()
    revision: int | None = form.cleaned_data["revision"]
    return revision


def _entry(request: SignedInRequest, entry_id: uuid.UUID) -> Entry:
    entries = Entry.objects.of(request.user).select_related("journal", "song")
    return get_object_or_404(entries, pk=entry_id)


def _changed(
    request: SignedInRequest, entry: Entry, change: Callable[[Entry], None]
) -> HttpResponse:
    """Change an entry and show it, or say that another window was quicker."""
    seen = entry.revision
    try:
        change(entry)
    except services.StaleEntryError:
        messages.error(
            request,
            _(
                "This card was changed in another window meanwhile. Here it is as it stands now; "
                "do it again if you still want to."
            ),
        )
        return _card_response(request, entry)
    return _told(request, entry, _card_response(request, entry), seen=seen)


def _told(
    request: SignedInRequest, entry: Entry, response: HttpResponse, *, seen: int | None
) -> HttpResponse:
    """Have the window's other forms of a card follow a change that this window made itself."""
    if request.htmx and seen is not None and entry.revision == seen + 1:
        change = {"entry": str(entry.pk), "before": seen, "after": entry.revision}
        trigger_client_event(response, "card-changed", change)
    return response


def _refused_note(request: SignedInRequest, entry: Entry, form: forms.NoteForm) -> HttpResponse:
    """Keep a note that is not saved on the page, beside the one that is; who wrote them chooses."""
    entries = Entry.objects.of(request.user).with_readings(request.user)
    card = card_of(get_object_or_404(entries, pk=entry.pk))
    context = {"card": card, "refused": form, "error": next(iter(form.errors.values()), [""])[0]}
    template = "journal/_changed.html" if request.htmx else "journal/note.html"
    return TemplateResponse(request, template, context)


def _chosen_song(request: SignedInRequest, form: forms.AnswerForm) -> Song:
    """Find or store the song of an answer; raises an error with a sentence for the listener."""
    if getattr(request, "upload_too_large", False):
        raise UploadRejectedError(too_large_message())
    if form.cleaned_data["audio"]:
        spend(request, "upload")
        return add_upload(request.user, form.cleaned_data["audio"])
    if form.cleaned_data["heard"]:
        song = recent.catalogue_song_of(request.user, form.cleaned_data["heard"])
    elif form.cleaned_data["track"]:
        song = platforms.song_of(request.user, form.cleaned_data["track"])
    else:
        song = Song.objects.visible_to(request.user).filter(pk=form.cleaned_data["song"]).first()
    if song is None:
        raise UploadRejectedError(_("Choose a song or a file."))
    return song


def _card_response(request: SignedInRequest, entry: Entry) -> HttpResponse:
    """The card for htmx, with the day's ring beside it; the day's page for everybody else."""
    if not request.htmx:
        return redirect(f"{reverse('journal:day', args=[entry.date])}#entry-{entry.pk}")
    context = day_context(request.user, entry.date)
    card = next((card for card in context["cards"] if card.entry.pk == entry.pk), None)
    if card is None:
        raise Http404
    context |= {"card": card, "with_ring": True}
    return TemplateResponse(request, "journal/_changed.html", context)


def _picker_response(request: SignedInRequest, entry: Entry, *, error: str = "") -> HttpResponse:
    query = wanted(request)[0]
    uploads = Song.objects.filter(owner=request.user)
    context = {
        "entry": entry,
        "songs": last_used_first(request.user, matching(uploads, query), count=RECENT_SONGS),
        "demo_songs": matching(Song.objects.catalogue().order_by("artist", "title"), query),
        "query": query,
        "error": error,
        "max_mb": settings.UPLOAD_MAX_MB,
    } | remote_context(request)
    if not query:
        context |= _heard(request.user, entry.date)
    response = page_or_fragment(request, "journal/picker.html", context, partial="picker")
    if error and request.htmx:
        # the form aims at the card; what it gets belongs into the dialog
        response["HX-Retarget"] = "#picker"
        response["HX-Reswap"] = "innerHTML"
    return response


def _heard(user: User, date: dt.date) -> dict[str, Any]:
    """What was heard lately, or on a past day: each an answer in one tap."""
    is_today = date == today()
    return {
        "heard_songs": recent.recent_songs(user, date, is_today=is_today),
        "heard_title": _("Heard lately") if is_today else _("Heard on this day"),
    }


@signed_in_post
def felt(request: SignedInRequest, date: dt.date) -> HttpResponse:
    if not may_open(request.user, date):
        raise Http404
    open_day(request.user, date)
    form = forms.FeelingForm(request.POST, known_tags=own_tags(request.user))
    if not form.is_valid():
        error = str(next(iter(form.errors.values()))[0])
        return _refused(request, date, error)
    try:
        services.write_feeling(request.user, date, **form.cleaned_data)
    except services.StaleEntryError:
        saved = feeling_of(request.user, date)
        error = _("Changed in another window. Saved there: %(tags)s.") % {"tags": saved.tags or "–"}
        return _refused(request, date, error, replaced=saved.revision)
    if not request.htmx:
        return redirect(f"{reverse('journal:day', args=[date])}#felt")
    context = felt_context(request.user, date) | {"was_felt_saved": True}
    return TemplateResponse(request, "journal/_felt.html", context)


def _refused(
    request: SignedInRequest, date: dt.date, error: str, **context: object
) -> HttpResponse:
    """Say why nothing was saved; what was typed stays in its field, and as old as it is."""
    context |= {
        "felt_error": error,
        "felt_revision": request.POST.get("revision", ""),
        "typed_tags": request.POST.get("tags", ""),
    }
    if request.htmx:
        context = felt_context(request.user, date) | context
        return TemplateResponse(request, "journal/_felt.html", context)
    context = page_context(request.user, date) | context
    return TemplateResponse(request, "journal/day.html", context)


@signed_in_form
def phrases(request: SignedInRequest) -> HttpResponse:
    form = forms.PhraseForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        services.keep_phrase(request.user, form.cleaned_data["text"])
        messages.success(request, _("Your phrase is saved. It will turn up on a page some day."))
        return redirect("journal:phrases")
    own = request.user.phrases.filter(active=True)
    return TemplateResponse(request, "journal/phrases.html", {"form": form, "phrases": own})


@signed_in_post
def add(request: SignedInRequest, date: dt.date) -> HttpResponse:
    """Put a phrase of the listener's own on a day's page, and into the pool."""
    if not may_open(request.user, date):
        raise Http404
    form = forms.PhraseForm(request.POST)
    if not form.is_valid():
        messages.error(request, str(next(iter(form.errors.values()))[0]))
        return redirect(f"{reverse('journal:day', args=[date])}#own-phrase")
    try:
        entry = services.add_phrase(open_day(request.user, date), form.cleaned_data["text"])
    except services.DayIsFullError:
        messages.error(request, _("This page is full. Your phrase would fit on another day."))
        return redirect("journal:day", date=date)
    return redirect(f"{reverse('journal:day', args=[date])}#entry-{entry.pk}")


@signed_in_post
def delete(request: SignedInRequest, phrase_id: uuid.UUID) -> HttpResponse:
    get_object_or_404(request.user.phrases, pk=phrase_id).delete()
    messages.success(request, _("The phrase is deleted. Past days keep it."))
    return redirect("journal:phrases")
