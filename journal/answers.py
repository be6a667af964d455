"""Past answers, found by emotion, phrase, words and dates."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.core.paginator import Paginator
from django.db.models import Q

from classifier.models import Classification, Label, Song
from classifier.verdicts import verdicts_of
from journal.models import Entry
from journify.models import uuid_of

if TYPE_CHECKING:
    from uuid import UUID

    from django.core.paginator import Page

    from journal.models import EntryQuerySet
    from spotify_auth.models import User

PAGE = 20


def answers_of(user: User, wanted: dict[str, Any], *, page: str) -> Page[UUID]:
    """Return a page of the ids of entries with a song, newest first; `wanted` is a clean form's."""
    entries = _matching(user, wanted).order_by("-journal__date", "position")
    if wanted["emotion"]:
        entries = entries.filter(song__in=_carrying(user, wanted["emotion"], entries))
    return Paginator(entries.values_list("pk", flat=True), PAGE).get_page(page)


def entries_of(user: User, ids: list[UUID]) -> list[Entry]:
    """Return the entries of a page, in its order."""
    found = {entry.pk: entry for entry in Entry.objects.filter(pk__in=ids).with_readings(user)}
    return [found[pk] for pk in ids if pk in found]


def phrases_of(user: User) -> list[str]:
    """Return the phrases that the user ever answered, by their words."""
    entries = Entry.objects.of(user).filter(song__isnull=False).order_by()
    # in order here: the database would put every answer in order before it drops the doubles
    return sorted(entries.values_list("phrase_text", flat=True).distinct())


def _carrying(user: User, emotion: str, entries: EntryQuerySet) -> list[UUID]:
    """Songs of `entries` that carry an emotion; what was never said to is not looked at."""
    answers = Classification.objects.done().filter(emotion=emotion)
    labels = Label.objects.filter(user=user, emotion=emotion)
    songs = Song.objects.filter(
        Q(pk__in=answers.order_by().values("song")) | Q(pk__in=labels.order_by().values("song")),
        pk__in=entries.order_by().values("song"),
    )
    verdicts = verdicts_of(user, songs).items()
    return [uuid_of(song) for song, verdict in verdicts if verdict.emotion == emotion]


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
        entries = entries.filter(journal__date__gte=wanted["first"])
    if wanted["last"]:
        entries = entries.filter(journal__date__lte=wanted["last"])
    return entries
