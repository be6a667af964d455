"""Songs of the listener's own: those like one, a list for each feeling, and a month to hear."""

import uuid
from urllib.parse import urlencode

from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse

from classifier.emotions.readings import FINER, WORDS
from classifier.emotions.words import LABELS
from classifier.models import Song
from journal.day.pages import last_day
from journal.models import Entry, EntryQuerySet
from journal.playlists.formats import songs_as_text
from journal.recap.periods import Period
from journal.songs.listen_links import KEPT
from journal.songs.own import alike, songs_by_feeling, songs_of
from journify.web.http import SignedInRequest, page_or_fragment, signed_in_get
from spotify_auth.models import User

PAGE = 12


@signed_in_get
def like(request: SignedInRequest, song_id: uuid.UUID) -> HttpResponse:
    song = get_object_or_404(Song.objects.visible_to(request.user), pk=song_id)
    context = {"song": song, "songs": alike(request.user, song)}
    return page_or_fragment(request, "journal/like.html", context, partial="like")


@signed_in_get
def songs_page(request: SignedInRequest) -> HttpResponse:
    found = songs_by_feeling(
        request.user, request.GET.get("emotion", ""), word=request.GET.get("word", "")
    )
    page = Paginator(found.keys, PAGE).get_page(request.GET.get("page", ""))
    own = songs_of(request.user, list(page.object_list))
    context = {
        "emotion": found.emotion,
        "word": LABELS[found.word] if found.word else WORDS[found.emotion],
        "finer": found.word,
        "words": next(each.words for each in FINER if each.name == found.emotion),
        "query": urlencode(
            {"emotion": found.emotion} | ({"word": found.word} if found.word else {})
        ),
        "feelings": [
            {"name": name, "word": word, "count": found.counts[name]}
            for name, word in WORDS.items()
        ],
        "page": page,
        "songs": own,
        "listed_days": KEPT.days,
        "text": songs_as_text([each.song for each in own]),
    }
    return TemplateResponse(request, "journal/songs.html", context)


# Of one page to hear; the next follow it when it was heard, or when one asks for them.
DAYS_LISTED = 7


@signed_in_get
def hear_month(request: SignedInRequest, year: int, month: int) -> HttpResponse:
    """List a month's answers in order, seven days a page, each with its button, all with one."""
    period, last = Period(year, month), last_day(request.user)
    if not period.is_a_page(last):
        raise Http404
    entries = _heard_entries(request.user, period)
    dates = list(entries.order_by("date").values_list("date", flat=True).distinct())
    page = Paginator(dates, DAYS_LISTED).get_page(request.GET.get("page", ""))
    shown = list(page.object_list)
    context = {
        "period": period,
        "next": period.next_up_to(last),
        "page": page,
        "entries": entries.between(shown[0], shown[-1]) if shown else [],
    }
    return TemplateResponse(request, "journal/hear.html", context)


def _heard_entries(user: User, period: Period) -> EntryQuerySet:
    """A period's entries with a song, in their order."""
    span = period.interval
    within = Entry.objects.of(user).answered().between(span.first, span.last)
    return within.select_related("song").order_by("date", "position")
