"""Past answers, found by emotion, phrase, words and dates."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.core.paginator import Paginator
from django.db.models import Q

from journal.models import Entry
from journify.models import bare, uuid_of

if TYPE_CHECKING:
    from collections.abc import Hashable, Mapping, Sequence

    from django.core.paginator import Page

    from journal.models import EntryQuerySet
    from spotify_auth.models import User

PAGE = 20


def answers_of(
    user: User, wanted: dict[str, Any], *, emotions: Mapping[Hashable, str], page: str
) -> Page[Hashable]:
    """Return a page of the bare keys of entries with a song, newest first.

    `wanted` is a clean form's, `emotions` are those of the user's songs.
    """
    entries = _matching(user, wanted).order_by("-date", "position")
    if wanted["emotion"]:
        carrying = [uuid_of(song) for song, name in emotions.items() if name == wanted["emotion"]]
        entries = entries.filter(song__in=carrying)
    keys = entries.values_list(bare("pk"), flat=True)
    # what has to be searched for is searched once, and not to count and to show it
    return Paginator(list(keys) if any(wanted.values()) else keys, PAGE).get_page(page)


def entries_of(keys: Sequence[Hashable]) -> list[Entry]:
    """Return the entries of a page, in its order."""
    ids = [uuid_of(key) for key in keys]
    found = Entry.objects.in_bulk(ids)
    return [found[pk] for pk in ids if pk in found]


def phrases_of(user: User) -> list[str]:
    """Return the phrases that the user ever answered, by their words."""
    entries = Entry.objects.of(user).filter(song__isnull=False).order_by()
    # in order here: the database would put every answer in order before it drops the doubles
    return sorted(entries.values_list("phrase_text", flat=True).distinct())


def _matching(user: User, wanted: dict[str, Any]) -> EntryQuerySet:
    entries = Entry.objects.of(user).filter(song__isnull=False)
    for word in wanted["q"].split():
        entries = entries.filter(
            Q(song__title__icontains=word)
            | Q(song__artist__icontains=word)
            | Q(phrase_text__icontains=word)
            | Q(note__icontains=word)
        )
    if wanted["phrase"]:
        entries = entries.filter(phrase_text=wanted["phrase"])
    if wanted["first"]:
        entries = entries.filter(date__gte=wanted["first"])
    if wanted["last"]:
        entries = entries.filter(date__lte=wanted["last"])
    return entries
