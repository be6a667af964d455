"""A listener's own phrases: written on a day or into the pool, kept there until deleted."""

from __future__ import annotations

import datetime as dt
import uuid

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from journal import services
from journal.day.pages import may_open, open_day
from journal.forms import PhraseForm
from journify.web.http import SignedInRequest, signed_in_form, signed_in_post


@signed_in_form
def phrases(request: SignedInRequest) -> HttpResponse:
    """List the listener's own phrases, and take a new one into the pool."""
    form = PhraseForm(request.POST or None)
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
    form = PhraseForm(request.POST)
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
    """Take a phrase of the listener's own out of the pool."""
    services.delete_phrase(get_object_or_404(request.user.phrases, pk=phrase_id))
    messages.success(request, _("The phrase is deleted. Past days keep it."))
    return redirect("journal:phrases")
