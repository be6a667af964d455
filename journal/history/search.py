"""Past answers, found by emotion, phrase, words and dates."""

from collections.abc import Hashable, Sequence
from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import Q

from classifier.emotions.word_search import songs_with_word
from classifier.models import Song
from journal.day.feelings import dates_with_tag, tagged_days
from journal.models import Entry, EntryQuerySet
from journify.models import bare, uuid_of
from spotify_auth.models import User

PAGE = 20


def answers_page(
    user: User, wanted: dict[str, Any], *, phrases: Sequence[str], page: str
) -> Page[Hashable]:
    """Return a page of the bare keys of entries with a song, newest first.

    `wanted` is a clean form's, `phrases` are those that the user ever answered.
    """
    entries = entries_like(user, wanted, phrases).order_by("-date", "position")
    keys = entries.values_list(bare("pk"), flat=True)
    # what no index finds is searched for once, and not to count and to show it
    return Paginator(list(keys) if wanted["q"] else keys, PAGE).get_page(page)


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


def entries_like(user: User, wanted: dict[str, Any], phrases: Sequence[str]) -> EntryQuerySet:
    """Return the entries with a song that every filter of a clean form lets through."""
    entries = Entry.objects.of(user).filter(song__isnull=False)
    tagged = tagged_days(user) if wanted["q"] else []
    for word in wanted["q"].split():
        # typed as tags are elsewhere; a comma is between two of them
        tag = word.strip("#,").casefold()
        dates = [date for date, tags in tagged if tag and tag in tags]
        entries = entries.filter(_with_word(user, word, phrases) | Q(date__in=dates))
    if wanted["emotion"]:
        entries = entries.filter(emotion=wanted["emotion"])
    if wanted["word"]:
        songs = entries.order_by().values("song").distinct()
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


def _with_word(user: User, word: str, phrases: Sequence[str]) -> Q:
    """Entries with a word in what stands on them; songs and phrases are fewer than answers."""
    used = Entry.objects.of(user).filter(song__isnull=False).order_by().values("song").distinct()
    named = Q(title__icontains=word) | Q(artist__icontains=word)
    songs = Song.objects.filter(named, pk__in=used).order_by().values_list("pk", flat=True)
    folded = word.casefold()
    return (
        Q(song__in=list(songs))
        | Q(phrase_text__in=[phrase for phrase in phrases if folded in phrase.casefold()])
        | Q(note__icontains=word)
    )
