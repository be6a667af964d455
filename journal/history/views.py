"""The history page: a year in colour, past answers, and on this day."""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING, Any

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from journal import services
from journal.day.cards import line_of
from journal.day.pages import first_day, preferences_of, today
from journal.emotions.renewing import pages_may_be_old
from journal.forms import HistoryForm
from journal.history.memories import memories_of
from journal.history.search import answers_of, entries_of, phrases_of
from journal.history.year import year_of
from journal.models import add_songs
from journify.web.http import SignedInRequest

if TYPE_CHECKING:
    from django.http import QueryDict


@require_safe
@login_required
def history(request: SignedInRequest) -> HttpResponse:
    """Show a year in colour, and the answers that the filters of the URL let through."""
    phrases = phrases_of(request.user)
    form = HistoryForm(request.GET, phrases=phrases)
    # what is wrong is told beside its field, and everything else still filters
    form.is_valid()
    wanted = {name: form.cleaned_data.get(name) or "" for name in form.fields}
    page = answers_of(request.user, wanted, phrases=phrases, page=request.GET.get("page", ""))
    entries = entries_of(list(page.object_list))
    gentle = preferences_of(request.user).leave_hard_days_out
    memories = memories_of(request.user, today(), without_hard=gentle)
    add_songs(request.user, chain(entries, *(memory.entries for memory in memories)))
    context = {
        "year": year_of(request.user, _year(request), today=today()),
        "form": form,
        "is_filtered": any(wanted.values()),
        "page": page,
        "cards": [line_of(entry) for entry in entries],
        "rest_of_query": _without_page(request.GET),
        "memories": memories,
        "is_gentle": gentle,
        "is_recounting": pages_may_be_old(),
    }
    return TemplateResponse(request, "journal/history.html", context)


@require_POST
@login_required
def gentle(request: SignedInRequest) -> HttpResponse:
    """Leave hard days out of "on this day", or show them again."""
    services.save_preferences(request.user, leave_hard_days_out=request.POST.get("gentle") == "on")
    return redirect(f"{reverse('journal:history')}#on-this-day")


def _year(request: SignedInRequest) -> int:
    """The year of the URL, if the listener has pages in it; else this one."""
    asked, this = request.GET.get("year", ""), today().year
    if not (asked.isascii() and asked.isdecimal() and len(asked) == len(str(this))):
        return this
    return min(max(int(asked), first_day(request.user).year), this)


def _without_page(query: QueryDict) -> str:
    kept: dict[str, Any] = query.copy()
    kept.pop("page", None)
    return kept.urlencode()  # type: ignore[attr-defined, no-any-return]
