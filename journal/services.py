"""The verbs of the journal: everything that writes an entry goes through here."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from classifier.models import Classification, Label, Song
from classifier.queue import request_classification
from journal.models import Entry, Preferences

if TYPE_CHECKING:
    from spotify_auth.models import User


class StaleEntryError(Exception):
    """The entry was changed elsewhere (another tab) since this page was drawn."""


@transaction.atomic
def answer_entry(entry: Entry, song: Song, *, revision: int | None = None) -> None:
    """Answer an entry with a song and ask for its emotion, in one transaction.

    Raises
    ------
    StaleEntryError
        `revision` is given and is not the entry's any more: nothing is written.
    """
    _update(entry, revision, song=song, answered_at=timezone.now())
    request_classification(song)


def clear_entry(entry: Entry, *, revision: int | None = None) -> None:
    """Take the song off an entry; phrase and note stay.

    Raises
    ------
    StaleEntryError
        As in `answer_entry`.
    """
    _update(entry, revision, song=None, answered_at=None)


def write_note(entry: Entry, note: str, *, revision: int | None = None) -> None:
    """Put a note on an entry.

    Raises
    ------
    StaleEntryError
        As in `answer_entry`.
    """
    _update(entry, revision, note=note)


def retry(song: Song) -> Classification:
    """Listen to a song again after a failure."""
    return request_classification(song)


def set_label(user: User, song: Song, emotion: str) -> None:
    """Keep what `user` says of a song; an empty emotion takes the label back."""
    if emotion:
        Label.objects.update_or_create(song=song, user=user, defaults={"emotion": emotion})
    else:
        Label.objects.filter(song=song, user=user).delete()


def save_preferences(user: User, **values: str | int) -> Preferences:
    """Write some of the user's preferences."""
    preferences, _ = Preferences.objects.update_or_create(user=user, defaults=values)
    user.preferences = preferences
    return preferences


def _update(entry: Entry, revision: int | None, **values: object) -> None:
    rows = Entry.objects.filter(pk=entry.pk)
    if revision is not None:
        rows = rows.filter(revision=revision)
    if not rows.update(revision=F("revision") + 1, **values):
        raise StaleEntryError
    entry.refresh_from_db()
