"""The verbs of the journal: everything that writes an entry goes through here."""

import datetime as dt
from collections import Counter
from collections.abc import Iterable
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone

from classifier.emotions import changes
from classifier.models import Classification, Label, Song
from classifier.queue.rows import request_classification
from journal.day.pages import MOST_ENTRIES, draw_other
from journal.emotions.learning import learn_from_label
from journal.emotions.renewing import renewed
from journal.models import DayFeeling, Entry, EntryQuerySet, Journal, Phrase, Preferences
from journify.background.jobs import lane_of
from journify.models import written
from spotify_auth.models import User


class StaleEntryError(Exception):
    """What a change was made for was changed elsewhere (another tab) since the page was drawn.

    Raised by whatever is given a `revision` that is not the row's any more; nothing is written.
    """


class NoPhraseError(Exception):
    """There is no phrase that the day does not have already."""


class DayIsFullError(Exception):
    """A day's page takes no more phrases."""


@transaction.atomic
def answer_entry(entry: Entry, song: Song, *, revision: int | None = None) -> None:
    """Answer an entry with a song and ask for its emotion, in one transaction."""
    # asked for first: without transactions, an answer that nobody listens to would be worse
    request_classification(song, lane=lane_of(entry.user_id))
    with renewed([song.pk], user=entry.user_id):
        _update(entry, revision, song=song, emotion="", answered_at=timezone.now())
    entry.refresh_from_db(fields=["emotion"])


def clear_entry(entry: Entry, *, revision: int | None = None) -> None:
    """Take the song off an entry; phrase and note stay."""
    _update(entry, revision, song=None, emotion="", answered_at=None)


def write_note(entry: Entry, note: str, *, revision: int | None = None) -> None:
    _update(entry, revision, note=note)


def write_feeling(
    user: User,
    date: dt.date,
    *,
    revision: int | None = None,
    emotions: str | None = None,
    tags: str | None = None,
) -> DayFeeling:
    """Keep what a listener says of a day itself; what is None stays as it is."""
    given = {"emotions": emotions, "tags": tags}
    values = {name: value for name, value in given.items() if value is not None}
    row, _is_new = DayFeeling.objects.get_or_create(user=user, date=date)
    rows = DayFeeling.objects.filter(pk=row.pk)
    seen = rows if revision is None else rows.filter(revision=revision)
    # a double click sends the same twice: it is done already
    if not seen.update(revision=F("revision") + 1, **values) and not rows.filter(**values).exists():
        raise StaleEntryError
    row.refresh_from_db()
    return row


def swap_phrase(entry: Entry, *, revision: int | None = None) -> None:
    """Put another phrase on an entry that has no song yet; NoPhraseError where there is none."""
    journal, before = entry.journal, entry.phrase_id
    while True:
        phrase = draw_other(journal)
        if phrase is None:
            raise NoPhraseError
        rows = Entry.objects.filter(song=None)
        _update(entry, revision, rows=rows, phrase=phrase, phrase_text=phrase.wording)
        # two cards at once may have drawn the same: who sees it draws again
        if not journal.entries.filter(phrase=phrase).exclude(pk=entry.pk).exists():
            break
        revision = entry.revision
    if before and str(before) not in journal.swapped_away:
        # of two at once one may be forgotten: it would only come back too early
        swapped = " ".join([*journal.swapped_away, str(before)])
        Journal.objects.filter(pk=journal.pk).update(swapped=swapped)


def keep_phrase(user: User, text: str) -> Phrase:
    """Put a phrase of the user's own into their pool; the same words twice are one phrase."""
    phrase, _is_new = Phrase.objects.get_or_create(owner=user, text=text)
    Phrase.objects.filter(pk=phrase.pk, active=False).update(active=True)
    return phrase


def add_phrase(journal: Journal, text: str) -> Entry:
    """Put a phrase of the user's own on a day's page, after the others, and into their pool.

    One that waits on that page already is the one: a double click adds no second card.

    Raises DayIsFullError: the page has as many phrases as a page may have.
    """

    def write() -> Entry:
        phrase = keep_phrase(journal.user, text)
        entries = list(journal.entries.order_by("position"))
        waiting = [entry for entry in entries if entry.phrase_id == phrase.pk and not entry.song_id]
        if waiting:
            return waiting[0]
        if len(entries) >= MOST_ENTRIES:
            raise DayIsFullError
        entry = journal.entry(position=next_position(entries), phrase=phrase, phrase_text=text)
        entry.save(force_insert=True)
        return entry

    return written(write)


def next_position(entries: Iterable[Entry]) -> int:
    """The place behind all entries of a page; unique there, so that one of two at once gets it."""
    return max((entry.position for entry in entries), default=-1) + 1


def change_empty(entry: Entry, **values: object) -> None:
    """Write on a card that waits, unless somebody did so meanwhile; to be used within `written`.

    Raises IntegrityError: the card was changed since `entry` was read.
    """
    rows = Entry.objects.filter(pk=entry.pk, revision=entry.revision)
    if not rows.update(revision=F("revision") + 1, **values):
        raise IntegrityError(f"entry {entry.pk} was changed meanwhile")
    entry.revision += 1
    for name, value in values.items():
        setattr(entry, name, value)


def retry_song(user: User, song: Song) -> Classification:
    return request_classification(song, lane=lane_of(user.pk))


def rename_song(song: Song, *, title: str, artist: str) -> None:
    """Give a listener's own song other names; what it sounds like stays."""
    Song.objects.filter(pk=song.pk).update(title=title, artist=artist)
    changes.tell_renamed([song.pk])


def delete_song(song: Song) -> None:
    """Delete a listener's own song for good: its file, and all that was said and drawn of it.

    Cards that it answered are open again; their notes stay.
    """
    song.delete()


def retry_answer(entry: Entry, *, revision: int | None, song: UUID | None = None) -> None:
    """Listen again to the song that the card showed.

    Raises StaleEntryError: the entry has another revision, or another song than `song`, by now.
    """
    retry_song(entry.user, _seen_song(entry, revision, song))


def label_answer(
    entry: Entry,
    emotion: str,
    *,
    revision: int | None,
    song: UUID | None = None,
    said: str | None = None,
    word: str | None = None,
) -> Counter[str]:
    """Keep what the listener says of the song that the card showed, and learn from it."""
    return set_label(entry.user, _seen_song(entry, revision, song), emotion, said=said, word=word)


def set_label(
    user: User, song: Song, emotion: str, *, said: str | None = None, word: str | None = None
) -> Counter[str]:
    """Keep what `user` says of a song, and learn from it; an empty emotion takes the label back.

    Returns what `learn_from_label` does.

    `word` is a finer word of that emotion, or empty for none. Where it is not given, the finer word
    of the same emotion stays.

    Raises StaleEntryError: `said`, the label that the page showed (empty for none), is given and is
    not the label any more: nothing is written.
    """
    labels = Label.objects.filter(song=song, user=user)
    if said is None:
        said = labels.values_list("emotion", flat=True).first() or ""
    if emotion and not said:
        new = {"emotion": emotion, "word": word or ""}
        Label.objects.get_or_create(song=song, user=user, defaults=new)
    elif not emotion:
        labels.filter(emotion=said).delete()
    elif labels.filter(emotion=said).update(
        emotion=emotion,
        word=F("word") if word is None and said == emotion else word or "",
        updated_at=timezone.now(),
    ):
        changes.tell(song.pk, user=user.pk)
    if (labels.values_list("emotion", flat=True).first() or "") != emotion:
        raise StaleEntryError
    return learn_from_label(user.pk, song.pk) if emotion != said else Counter()


def mark_favourite(user: User, date: dt.date, *, is_favourite: bool) -> bool:
    """Make a page a favourite, or no longer; says whether there is such a page."""
    days = Journal.objects.filter(user=user, date=date)
    return bool(days.update(is_favourite=is_favourite))


def save_preferences(user: User, **values: str | int | bool) -> Preferences:
    preferences, _ = Preferences.objects.update_or_create(user=user, defaults=values)
    user.preferences = preferences
    return preferences


def _seen_song(entry: Entry, revision: int | None, song: UUID | None) -> Song:
    """The entry's song, if the card showed the entry as it is."""
    is_seen = revision in {None, entry.revision} and song in {None, entry.song_id}
    if entry.song is None or not is_seen:
        raise StaleEntryError
    return entry.song


def _update(
    entry: Entry, revision: int | None, *, rows: EntryQuerySet | None = None, **values: object
) -> None:
    rows = (Entry.objects.all() if rows is None else rows).filter(pk=entry.pk)
    if revision is not None:
        rows = rows.filter(revision=revision)
    if not rows.update(revision=F("revision") + 1, **values):
        # a double click sends the same twice: it is done already
        given = values.keys() - {"answered_at", "emotion"}
        wanted = {name: values[name] for name in given}
        if not Entry.objects.filter(pk=entry.pk, **wanted).exists():
            raise StaleEntryError
    entry.refresh_from_db()
