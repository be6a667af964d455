"""A list of songs: seen, taken along as a file, or made a playlist at Spotify."""

from collections.abc import Callable, Sequence
from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.text import slugify
from django.views.decorators.http import require_POST

from classifier.models import Song
from journal.playlists import at_spotify, formats
from journal.playlists.lists import SongList, song_list_of
from journal.site.polling import next_poll, poll_of
from journal.songs.listen_links import KEPT, token_of
from journal.songs.own import songs_of
from journify.limits.requests import limited
from journify.web.http import SignedInRequest, page_or_fragment, signed_in_get
from spotify_auth.sign_in.views import ask_for, require_spotify
from spotify_auth.web_api.client import PLAYLIST_SCOPE

Writer = Callable[[Sequence[Song], str, Callable[[Song], formats.SongPlace]], str]

PAGE = 12
MOST_EXPORTED = 5000
FORMATS: dict[str, tuple[str, Writer]] = {
    "m3u": ("audio/x-mpegurl", formats.as_m3u),
    "xspf": ("application/xspf+xml", formats.as_xspf),
    "jspf": ("application/jspf+json", formats.as_jspf),
    "csv": ("text/csv", formats.songs_as_csv),
    "txt": ("text/plain", formats.songs_as_text),
}
# Those that a player opens, whose links end.
FOR_PLAYERS = {"m3u", "xspf", "jspf"}


@signed_in_get
def song_list(request: SignedInRequest) -> HttpResponse:
    """Show the songs that the filters of the address let through."""
    found = song_list_of(request.user, request.GET)
    page = Paginator(found.songs, PAGE).get_page(request.GET.get("page", ""))
    context = {
        "list": found,
        "page": page,
        "songs": songs_of(request.user, list(page.object_list)),
        "listed_days": KEPT.days,
    }
    context |= _at_spotify(request, found)
    return page_or_fragment(request, "journal/playlists/page.html", context, partial="spotify")


@signed_in_get
@limited("render", methods=("GET",))
def export(request: SignedInRequest, kind: str) -> HttpResponse:
    if kind not in FORMATS:
        raise Http404
    content_type, write = FORMATS[kind]
    found = song_list_of(request.user, request.GET)
    songs = [each.song for each in songs_of(request.user, found.songs[:MOST_EXPORTED])]
    place = _place(request, with_sound=kind in FOR_PLAYERS)
    text = write(songs, found.title, place)
    response = HttpResponse(text, content_type=f"{content_type}; charset=utf-8")
    response["Cache-Control"] = "private, no-store"  # its addresses open without signing in
    name = f"journify-{slugify(found.title) or 'songs'}.{kind}"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


@require_POST
@require_spotify
@login_required
@limited("archive")
def make(request: SignedInRequest) -> HttpResponse:
    """Have a list made a playlist; who has not let us yet is sent to Spotify's question first."""
    found = song_list_of(request.user, request.POST)
    page = f"{reverse('journal:song_list')}?{found.query}"
    if not at_spotify.is_offered_to(request.user):
        return redirect("journal:profile")
    if not at_spotify.may_make(request.user):
        return ask_for(request, PLAYLIST_SCOPE, next_url=page)
    if found.songs:
        at_spotify.request_playlist(request.user, found)
    return redirect(f"{page}#at-spotify")


def _at_spotify(request: SignedInRequest, found: SongList) -> dict[str, Any]:
    if not at_spotify.is_offered_to(request.user):
        return {"is_spotify_offered": False}
    playlist = request.user.playlists.filter(key=found.key).first()
    return {
        "is_spotify_offered": True,
        "may_make": at_spotify.may_make(request.user),
        "playlist": playlist,
        "is_open": playlist is not None and playlist.status in {"queued", "running"},
        "most_songs": at_spotify.MOST_SONGS,
    } | next_poll(poll_of(request))


def _place(request: SignedInRequest, *, with_sound: bool) -> Callable[[Song], formats.SongPlace]:
    """Where songs are, for whoever gets the list."""

    def place(song: Song) -> formats.SongPlace:
        sound = ""
        if song.audio and with_sound:
            token = token_of(request.user, song)
            sound = request.build_absolute_uri(reverse("journal:listen", args=[token]))
        page = request.build_absolute_uri(reverse("journal:song", args=[song.pk]))
        return formats.SongPlace(sound, song.spotify_url or song.deezer_url, page)

    return place
