"""How a day really was, as the listener says it."""

from __future__ import annotations

import datetime as dt

from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from journal import services
from journal.day.context import felt_context, page_context
from journal.day.feelings import feeling_of, own_tags
from journal.day.pages import may_open, open_day
from journal.forms import FeelingForm
from journify.web.http import SignedInRequest, signed_in_post


@signed_in_post
def felt(request: SignedInRequest, date: dt.date) -> HttpResponse:
    """Keep one or two feelings and some tags for a day."""
    if not may_open(request.user, date):
        raise Http404
    open_day(request.user, date)
    form = FeelingForm(request.POST, known_tags=own_tags(request.user))
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
