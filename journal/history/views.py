"""The history page: a year in colour, past answers, and on this day."""

import datetime as dt
import secrets
from itertools import chain

from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.views.decorators.cache import never_cache

from journal import services
from journal.day.cards import line_of
from journal.day.feelings import own_tags
from journal.day.pages import first_day, preferences_of, today
from journal.emotions.renewing import pages_may_be_old
from journal.forms import HistoryForm
from journal.history.memories import favourites_of, memories_of, past_days
from journal.history.search import answers_page, entries_of, phrases_of
from journal.history.year import year_of
from journal.models import add_songs
from journify.web.http import SignedInRequest, signed_in_get, signed_in_post

MONTH_AND_WORDS = {"q", "first", "last"}


@signed_in_get
def history(request: SignedInRequest) -> HttpResponse:
    """Show a year in colour, and the answers that the filters of the URL let through."""
    phrases = phrases_of(request.user)
    form = HistoryForm(request.GET, phrases=phrases, tags=own_tags(request.user))
    # what is wrong is told beside its field, and everything else still filters
    form.is_valid()
    wanted = {name: form.cleaned_data.get(name) or "" for name in form.fields}
    page = answers_page(request.user, wanted, phrases=phrases, page=request.GET.get("page", ""))
    entries = entries_of(list(page.object_list))
    gentle = preferences_of(request.user).leave_hard_days_out
    memories = memories_of(request.user, today(), without_hard=gentle)
    add_songs(request.user, chain(entries, *(memory.entries for memory in memories)))
    year = year_of(request.user, _year(request), today=today(), is_whole="year" in request.GET)
    context = {
        "year": year,
        "shown_from": wanted["first"],
        "shown_to": wanted["last"],
        "form": form,
        "is_filtered": any(wanted.values()),
        # a month's days stand in the band and above the list
        "is_narrowed": any(value for name, value in wanted.items() if name not in MONTH_AND_WORDS),
        "page": page,
        "cards": [line_of(entry) for entry in entries],
        "memories": memories,
        "favourites": favourites_of(request.user),
        "is_gentle": gentle,
        "is_recounting": pages_may_be_old(),
    }
    return TemplateResponse(request, "journal/history.html", context)


@signed_in_post
def gentle(request: SignedInRequest) -> HttpResponse:
    """Leave hard days out of "on this day", or show them again."""
    services.save_preferences(request.user, leave_hard_days_out=request.POST.get("gentle") == "on")
    return redirect(f"{reverse('journal:history')}#on-this-day")


@signed_in_get
@never_cache
def random_day(request: SignedInRequest) -> HttpResponse:
    """Open one of the answered days, whichever; no hard one where those are left out."""
    gentle = preferences_of(request.user).leave_hard_days_out
    dates = past_days(request.user, before=today(), without_hard=gentle)
    if not dates:
        return redirect("journal:history")
    return redirect("journal:day", secrets.choice(dates))


@signed_in_post
def favourite(request: SignedInRequest, date: dt.date) -> HttpResponse:
    is_favourite = request.POST.get("favourite") == "on"
    if not services.mark_favourite(request.user, date, is_favourite=is_favourite):
        raise Http404
    if not request.htmx:
        return redirect("journal:day", date)
    context = {"day": date, "is_favourite": is_favourite}
    return TemplateResponse(request, "journal/_favourite.html", context)


def _year(request: SignedInRequest) -> int:
    """The year of the URL, if the listener has pages in it; else this one."""
    asked, this = request.GET.get("year", ""), today().year
    if not (asked.isascii() and asked.isdecimal() and len(asked) == len(str(this))):
        return this
    return min(max(int(asked), first_day(request.user).year), this)
