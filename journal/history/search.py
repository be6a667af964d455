"""Past answers, found by emotion, phrase, words and dates."""

from collections.abc import Hashable, Sequence
from itertools import chain
from typing import Any, NamedTuple
from uuid import UUID

from django.core.paginator import Page, Paginator
from django.db.models import Exists, OuterRef, Q

from classifier.emotions.word_search import songs_with_word
from classifier.models import Song
from journal.day.feelings import dates_with_tag, tagged_days
from journal.models import Entry, EntryQuerySet
from journify.models import as_text, bare, uuid_of
from spotify_auth.models import User

PAGE = 15


class Found(NamedTuple):
    """An answer that words were found in, bare, and where it stands."""

    date: str
    position: int
    key: Hashable
    song: Hashable


COLUMNS = (as_text("date"), "position", bare("pk"), bare("song_id"))


def answers_page(
    user: User, wanted: dict[str, Any], *, phrases: Sequence[str], page: str
) -> Page[Hashable]:
    """Return a page of the bare keys of entries with a song, newest first.

    `wanted` is a clean form's, `phrases` are those that the user ever answered.
    """
    if wanted["q"]:
        found = sorted(_with_words(user, wanted, phrases), key=lambda each: each.position)
        found.sort(key=lambda each: each.date, reverse=True)
        return Paginator([each.key for each in found], PAGE).get_page(page)
    entries = _filtered(user, wanted).answered().order_by("-date", "position")
    return Paginator(entries.values_list(bare("pk"), flat=True), PAGE).get_page(page)


def songs_like(user: User, wanted: dict[str, Any], phrases: Sequence[str]) -> list[Hashable]:
    """Return the bare keys of the songs of such entries, each once, in the order of their days."""
    if wanted["q"]:
        return list(dict.fromkeys(each.song for each in sorted(_with_words(user, wanted, phrases))))
    entries = _filtered(user, wanted).answered().order_by("date", "position")
    return list(dict.fromkeys(entries.values_list(bare("song_id"), flat=True)))


def entries_of(keys: Sequence[Hashable]) -> list[Entry]:
    """Return the entries of a page, in its order."""
    ids = [uuid_of(key) for key in keys]
    found = Entry.objects.in_bulk(ids)
    return [found[pk] for pk in ids if pk in found]


def phrases_of(user: User) -> list[str]:
    """Return the phrases that the user ever answered, by their words."""
    entries = Entry.objects.of(user).answered().order_by()
    # in order here: the database would put every answer in order before it drops the doubles
    return sorted(entries.values_list("phrase_text", flat=True).distinct())


def _filtered(user: User, wanted: dict[str, Any]) -> EntryQuerySet:
    """Return the entries that every filter of a clean form but its words lets through."""
    entries = Entry.objects.of(user)
    if wanted["emotion"]:
        entries = entries.filter(emotion=wanted["emotion"])
    if wanted["word"]:
        songs = entries.answered().order_by().values("song").distinct()
        entries = entries.filter(song__in=songs_with_word(user, songs, wanted["word"]))
    if wanted["phrase"]:
        entries = entries.filter(phrase_text=wanted["phrase"])
    if wanted.get("tag"):
        entries = entries.filter(date__in=dates_with_tag(user, wanted["tag"]))
    if wanted["first"]:
        entries = entries.filter(date__gte=wanted["first"])
    if wanted["last"]:
        entries = entries.filter(date__lte=wanted["last"])
    return entries


def _with_words(user: User, wanted: dict[str, Any], phrases: Sequence[str]) -> set[Found]:
    """Find the filtered entries with a song that have every word in what stands on them.

    Each place is asked for itself, by its index, and those without a song are left out here: one
    condition on all of it takes a database twice as long.
    """
    entries, tagged = _filtered(user, wanted).order_by(), tagged_days(user)
    of_words = []
    for word in wanted["q"].split():
        # typed as tags are elsewhere; a comma is between two of them
        tag, folded = word.strip("#,").casefold(), word.casefold()
        places = (
            Q(song__in=_songs_named(user, word)),
            Q(phrase_text__in=[phrase for phrase in phrases if folded in phrase.casefold()]),
            Q(date__in=[date for date, tags in tagged if tag and tag in tags]),
            Q(note__gt="", note__icontains=word),
        )
        rows = (entries.filter(place).values_list(*COLUMNS) for place in places)
        of_words.append({Found(*row) for row in chain.from_iterable(rows) if row[-1] is not None})
    return set.intersection(*of_words)


def _songs_named(user: User, word: str) -> list[UUID]:
    """The songs that a user answered with and that have a word in their names."""
    used = Exists(Entry.objects.of(user).filter(song=OuterRef("pk")))
    named = Q(title__icontains=word) | Q(artist__icontains=word)
    return list(Song.objects.filter(named, used).order_by().values_list("pk", flat=True))
