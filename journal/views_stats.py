"""The statistics page."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from journal.days import today
from journal.emotions import answered_days
from journal.stats.intervals import Span, interval_of
from journal.stats.page import statistics_of
from journify.http import SignedInRequest, page_or_fragment


@require_safe
@login_required
def stats(request: SignedInRequest) -> HttpResponse:
    """Show what the answers of an interval carried."""
    answered = answered_days(request.user)
    interval, form = interval_of(request.GET, today=today(), answered=answered)
    context = {
        "stats": statistics_of(
            request.user,
            interval,
            answered=answered,
            today=today(),
            zone=timezone.get_current_timezone(),
        ),
        "form": form,
        "spans": [choice for choice in Span.choices if choice[0] != Span.CUSTOM],
        "has_answers": bool(answered),
    }
    return page_or_fragment(request, "journal/stats.html", context, partial="stats")
