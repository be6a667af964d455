"""The statistics page."""

from django.http import HttpResponse
from django.utils import timezone

from classifier.emotions.readings import FINER
from classifier.emotions.words import LABELS
from journal.day.pages import today
from journal.emotions.counting import ends_of
from journal.emotions.renewing import pages_may_be_old
from journal.stats.intervals import Span, interval_of
from journal.stats.page import statistics_of
from journify.web.http import SignedInRequest, page_or_fragment, signed_in_get


@signed_in_get
def stats(request: SignedInRequest) -> HttpResponse:
    ends = ends_of(request.user)
    interval, form = interval_of(request.GET, today=today(), ends=ends)
    zone = timezone.get_current_timezone()
    word = request.GET.get("word", "")
    word = word if word in LABELS else ""
    context = {
        "stats": statistics_of(request.user, interval, today=today(), zone=zone, word=word),
        "word": word,
        "word_label": LABELS.get(word, ""),
        "words": FINER,
        "form": form,
        "spans": [choice for choice in Span.choices if choice[0] != Span.CUSTOM],
        "has_answers": bool(ends),
        "is_recounting": pages_may_be_old(),
    }
    return page_or_fragment(request, "journal/stats.html", context, partial="stats")
