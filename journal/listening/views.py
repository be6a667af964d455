"""What a listener listened to: import it, see how it sounded, pause that, delete it."""

from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from classifier.files.upload_handlers import takes_megabytes
from journal.listening.importing import imports
from journal.listening.models import (
    Followed,
    ListenedSong,
    Listening,
    ListeningImport,
    ListeningMonth,
)
from journal.listening.page import listening_page_of
from journal.listening.updating.following import services
from journal.site.polling import next_poll, poll_of
from journify.limits.requests import limited
from journify.web.http import SignedInRequest, page_or_fragment, signed_in_get, signed_in_post


class HistoryFileForm(forms.Form):
    history = forms.FileField(max_length=1000)


class FollowForm(forms.Form):
    """A user name at ListenBrainz or Last.fm; nothing ends it."""

    service = forms.ChoiceField(choices=Followed.Service.choices)
    name = forms.CharField(max_length=64, required=False)

    def clean_service(self) -> str:
        service: str = self.cleaned_data["service"]
        if service not in services():
            raise forms.ValidationError(_("This server does not use that service."))
        return service


@signed_in_get
def listening_page(request: SignedInRequest) -> HttpResponse:
    """Show how a history sounded, and how far its import and its hearing are."""
    row = Listening.objects.filter(user=request.user).first()
    last = ListeningImport.objects.filter(user=request.user).defer("file").first()
    followed = {row.service: row for row in Followed.objects.filter(user=request.user)}
    context: dict[str, Any] = {
        "services": [
            {"key": key, "label": Followed.Service(key).label, "followed": followed.get(key)}
            for key in services()
        ],
        "listening": row and listening_page_of(row),
        "import": last,
        "is_open": last is not None and last.status in {"queued", "running"},
        "is_outside_off": not settings.DEEZER_SEARCH,
        "max_mb": settings.HISTORY_MAX_MB,
    } | next_poll(poll_of(request))
    partial = "import" if context["is_open"] else "told"
    template = "journal/listening/page.html"
    response = page_or_fragment(request, template, context, partial=partial)
    if request.htmx.target == "import" and not context["is_open"]:
        # it has ended: not only its own place has something new to show
        response["HX-Retarget"] = "#told"
    return response


@takes_megabytes("HISTORY_MAX_MB")
@signed_in_post
@limited("archive")
def import_history(request: SignedInRequest) -> HttpResponse:
    form = HistoryFileForm(request.POST, request.FILES)
    if getattr(request, "upload_too_large", False):
        sentence = _("This file is larger than %(max)s\xa0MB.")
        messages.error(request, sentence % {"max": settings.HISTORY_MAX_MB})
    elif form.is_valid():
        imports.request_history_import(request.user, form.cleaned_data["history"])
    else:
        messages.error(request, _("Choose the file or the ZIP that you were sent."))
    return redirect("journal:listening_page")


@signed_in_post
def pause(request: SignedInRequest) -> HttpResponse:
    is_paused = request.POST.get("pause") == "yes"
    Listening.objects.filter(user=request.user).update(is_paused=is_paused)
    return redirect("journal:listening_page")


@signed_in_post
@limited("search")
def listening_follow(request: SignedInRequest) -> HttpResponse:
    """Keep the history up to date from a name at a service; an empty name ends that."""
    form = FollowForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Choose a service and a user name there."))
        return redirect("journal:listening_page")
    service, name = form.cleaned_data["service"], form.cleaned_data["name"]
    if name:
        values = {"name": name, "latest_at": None, "checked_at": None, "error": ""}
        Followed.objects.update_or_create(user=request.user, service=service, defaults=values)
        imports.keep_zone(request.user)
        messages.success(request, _("What you play there will appear here within minutes."))
    else:
        Followed.objects.filter(user=request.user, service=service).delete()
        messages.success(request, _("Disconnected. Nothing more is fetched from there."))
    return redirect("journal:listening_page")


@signed_in_post
def listening_delete(request: SignedInRequest) -> HttpResponse:
    """Delete the whole history, and files that wait to be read; the journal is not touched."""
    for row in ListeningImport.objects.filter(user=request.user):
        row.delete()
    for model in (Followed, ListeningMonth, ListenedSong, Listening):
        model._default_manager.filter(user=request.user).delete()
    messages.success(request, _("Your listening history is deleted."))
    return redirect("journal:listening_page")
