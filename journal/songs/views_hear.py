"""A month of answers, to be heard one after the other."""

from __future__ import annotations

from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.template.response import TemplateResponse

from journal.day.pages import last_day
from journal.models import Entry
from journal.recap.periods import Period
from journify.web.http import SignedInRequest, signed_in_get
from spotify_auth.models import User

# Two full pages a day, every day; what is more is on its day's page.
MOST_LISTED = 750


@signed_in_get
def hear_month(request: SignedInRequest, year: int, month: int) -> HttpResponse:
    """List a month's answers in order, each with its button, all with one."""
    period, last = Period(year, month), last_day(request.user)
    if not period.is_a_page(last):
        raise Http404
    context = {
        "period": period,
        "next": period.next_up_to(last),
        "entries": heard_entries(request.user, period)[:MOST_LISTED],
    }
    return TemplateResponse(request, "journal/hear.html", context)


def heard_entries(user: User, period: Period) -> QuerySet[Entry]:
    """A period's entries with a song, in their order."""
    span = period.interval
    answered = Entry.objects.of(user).filter(song__isnull=False)
    within = answered.filter(date__gte=span.first, date__lte=span.last)
    return within.select_related("song").order_by("date", "position")
