"""Songs of the listener's own: those like another one, and a list for each feeling."""

from __future__ import annotations

import uuid
from urllib.parse import urlencode

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse

from classifier.emotions.readings import FINER, WORDS
from classifier.emotions.words import LABELS
from classifier.models import Song
from journal.playlists.formats import as_text
from journal.songs.listen_links import KEPT
from journal.songs.own import alike, songs_by_feeling, songs_of
from journify.web.http import SignedInRequest, page_or_fragment, signed_in_get

PAGE = 24


@signed_in_get
def like(request: SignedInRequest, song_id: uuid.UUID) -> HttpResponse:
    """Show the listener's songs that are nearest to one."""
    song = get_object_or_404(Song.objects.visible_to(request.user), pk=song_id)
    context = {"song": song, "songs": alike(request.user, song)}
    return page_or_fragment(request, "journal/like.html", context, partial="like")


@signed_in_get
def songs(request: SignedInRequest) -> HttpResponse:
    """List the listener's songs that carry one feeling."""
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
        "text": as_text([each.song for each in own]),
    }
    return TemplateResponse(request, "journal/songs.html", context)
