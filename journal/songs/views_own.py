"""Songs of the listener's own: those like another one, and a list for each feeling."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import reverse
from django.views.decorators.http import require_safe

from classifier.emotions.readings import FINER, WORDS
from classifier.emotions.words import LABELS
from classifier.models import Song
from journal.songs.listen_links import KEPT, token_of
from journal.songs.own import alike, as_csv, as_m3u, as_text, songs_by_feeling, songs_of
from journify.limits.requests import limited
from journify.web.http import SignedInRequest, page_or_fragment

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

PAGE = 24
MOST_EXPORTED = 5000
FORMATS: dict[str, tuple[str, Callable[[Sequence[Song], Callable[[Song], str]], str]]] = {
    "m3u": ("audio/x-mpegurl", as_m3u),
    "csv": ("text/csv", as_csv),
    "txt": ("text/plain", as_text),
}


@require_safe
@login_required
def like(request: SignedInRequest, song_id: uuid.UUID) -> HttpResponse:
    """Show the listener's songs that are nearest to one."""
    song = get_object_or_404(Song.objects.visible_to(request.user), pk=song_id)
    context = {"song": song, "songs": alike(request.user, song)}
    return page_or_fragment(request, "journal/like.html", context, partial="like")


@require_safe
@login_required
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
        "text": as_text([each.song for each in own], _address(request)),
    }
    return TemplateResponse(request, "journal/songs.html", context)


@require_safe
@login_required
@limited("render", methods=("GET",))
def export(request: SignedInRequest, kind: str) -> HttpResponse:
    """Send the list of one feeling as a file."""
    if kind not in FORMATS:
        raise Http404
    content_type, write = FORMATS[kind]
    found = songs_by_feeling(
        request.user, request.GET.get("emotion", ""), word=request.GET.get("word", "")
    )
    own = [each.song for each in songs_of(request.user, found.keys[:MOST_EXPORTED])]
    address = _player_address(request) if kind == "m3u" else _address(request)
    response = HttpResponse(write(own, address), content_type=f"{content_type}; charset=utf-8")
    response["Cache-Control"] = "private, no-store"  # its addresses open without signing in
    response["Content-Disposition"] = (
        f'attachment; filename="journify-{found.word or found.emotion}.{kind}"'
    )
    return response


def _player_address(request: SignedInRequest) -> Callable[[Song], str]:
    """Where a player that is not signed in hears a song, for a while; or at its platform."""

    def address(song: Song) -> str:
        if not song.audio:
            return song.spotify_url or song.deezer_url
        token = token_of(request.user, song)
        return request.build_absolute_uri(reverse("journal:listen", args=[token]))

    return address


def _address(request: SignedInRequest) -> Callable[[Song], str]:
    """Where a song is: at its platform, or in the journal, for who is signed in."""

    def address(song: Song) -> str:
        own = request.build_absolute_uri(reverse("journal:song_audio", args=[song.pk]))
        return song.spotify_url or song.deezer_url or own

    return address
