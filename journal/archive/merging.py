"""Write an archive into a journal: what is there already stays, and nothing comes twice."""

import datetime as dt
import logging
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import asdict, replace
from functools import partial
from pathlib import Path
from tempfile import NamedTemporaryFile
from uuid import UUID

from django.core.files import File
from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from classifier.emotions.effective import effective_in
from classifier.errors import UploadRejectedError
from classifier.files.formats import extension_of
from classifier.files.uploads import check_audio
from classifier.models import Classification, Label, PersonalLayer, Song
from classifier.queue.rows import request_classification
from classifier.quota import has_room
from classifier.serving.results import certainty_of
from journal.archive import schema
from journal.archive.fields import ArchiveRejectedError
from journal.archive.opening import OpenedArchive
from journal.emotions import renewing
from journal.models import DayFeeling, Entry, Journal, Phrase, Preferences
from journal.services import change_empty, next_position
from journify.background.jobs import lane_of
from journify.models import save_with_file, some_at_once, uuid_of, written
from spotify_auth.models import User

logger = logging.getLogger(__name__)

Progress = Callable[[int, int], None]


def merge(
    user: User, archive: schema.Archive, source: OpenedArchive, *, progress: Progress
) -> Counter[str]:
    """Add what `user` does not have yet; running it again, or after it was cut off, adds the rest.

    Returns how many songs, days, entries, labels, phrases and files were added, and files refused.
    """
    if any(song.audio and song.audio not in source.entries for song in archive.songs):
        raise ArchiveRejectedError(_("An audio file is missing in this archive."))
    work = _Merge(user, source)
    steps = _steps_of(work, archive)
    for number, step in enumerate(steps):
        # which holds the row, too: no step takes long
        progress(number, len(steps))
        step()
    progress(len(steps), len(steps))
    return +work.added  # without zeros


def _steps_of(work: "_Merge", archive: schema.Archive) -> list[Callable[[], None]]:
    songs = [row.ref for row in archive.songs]
    # so many at a time as take some seconds at most
    return [
        partial(work.add_preferences, archive),
        partial(work.add_learnt, archive),
        partial(work.know_phrases),
        *(partial(work.add_phrases, rows) for rows in some_at_once(archive.phrases, 100)),
        *(partial(work.add_song, song) for song in archive.songs),
        *(partial(work.add_labels, rows) for rows in some_at_once(archive.labels, 100)),
        *(partial(work.know_emotions, refs) for refs in some_at_once(songs)),
        *(partial(work.add_day, day) for day in archive.days),
        *(partial(work.renew, refs) for refs in some_at_once(songs)),
    ]


class _Merge:
    """One archive on its way into one journal."""

    def __init__(self, user: User, source: OpenedArchive) -> None:
        self.user, self.source = user, source
        self.added: Counter[str] = Counter()
        self.songs: dict[str, Song] = {}
        self.own_phrases: dict[str, Phrase] = {}
        self.built_in: dict[str, Phrase] = {}
        self.emotions: dict[UUID, str] = {}

    def add_preferences(self, archive: schema.Archive) -> None:
        """Take over the settings of somebody who has chosen none here."""
        values = vars(archive.preferences)
        Preferences.objects.get_or_create(user=self.user, defaults=values)

    def add_learnt(self, archive: schema.Archive) -> None:
        """Take over what labels taught elsewhere, where nothing was taught here.

        A worker learns it anew from the labels that come along.
        """
        values = vars(archive.learnt)
        row, _is_new = PersonalLayer.objects.get_or_create(user=self.user, defaults=values)
        untouched = PersonalLayer.objects.filter(pk=row.pk, labels=0, forgotten_at=None, is_on=True)
        untouched.update(**values)

    def know_phrases(self) -> None:
        """Read the listener's own phrases, known by their words, and the others by their keys."""
        own = Phrase.objects.filter(owner=self.user)
        self.own_phrases = {phrase.text: phrase for phrase in own}
        built_in = Phrase.objects.filter(owner=None).exclude(key=None)
        self.built_in = {str(phrase.key): phrase for phrase in built_in}

    def add_phrases(self, rows: Sequence[schema.ArchivedPhrase]) -> None:
        for row in rows:
            if row.text not in self.own_phrases:
                self.own_phrases[row.text], is_new = Phrase.objects.get_or_create(
                    owner=self.user, text=row.text, defaults=vars(row)
                )
                self.added["phrases"] += is_new

    def add_song(self, row: schema.ArchivedSong) -> None:
        """Find the song here, or add it as the listener's own."""
        song = _shared(row) or written(partial(self._own_or_new, row))
        self.songs[row.ref] = song
        if song.owner_id == self.user.pk:
            _add_readings(song, row.readings)
            if row.audio and not song.has_audio:
                self._add_audio(song, row)

    def add_labels(self, rows: Sequence[schema.ArchivedLabel]) -> None:
        """Keep what the listener said of songs, where nothing newer was said here."""
        for row in rows:
            label, is_new = Label.objects.get_or_create(
                user=self.user,
                song=self.songs[row.song],
                defaults={"emotion": row.emotion, "word": row.word},
            )
            if is_new:
                # the model writes the time of saving, whatever it is given
                Label.objects.filter(pk=label.pk).update(updated_at=row.changed_at)
                self.added["labels"] += 1

    def know_emotions(self, refs: Sequence[str]) -> None:
        """Read what songs count as, so that each entry is right from the start."""
        for key, verdict in effective_in(self.user, self._keys(refs)).items():
            self.emotions[uuid_of(key)] = verdict.emotion

    def renew(self, refs: Sequence[str]) -> None:
        """Have entries count what was said of their songs while the others were being added."""
        renewing.renew(self._keys(refs), user=self.user.pk)

    @transaction.atomic
    def add_day(self, day: schema.ArchivedDay) -> None:
        """Add a day; into one that is here already goes only what was answered or noted."""
        journal, is_new = Journal.objects.get_or_create(user=self.user, date=day.date)
        if is_new:
            self.added["days"] += 1
        if day.is_favourite:
            Journal.objects.filter(pk=journal.pk).update(is_favourite=True)
        if day.felt is not None:
            self.added["feelings"] += self._add_feeling(day.date, day.felt)
        # somebody may have it open, and write on it meanwhile
        self.added["entries"] += written(partial(self._add_entries, journal, day))

    def _add_feeling(self, date: dt.date, felt: schema.ArchivedFeeling) -> bool:
        """Keep how a day really was, where nothing is said of it here."""
        values = {"emotions": " ".join(felt.emotions), "tags": ", ".join(felt.tags)}
        row, is_new = DayFeeling.objects.get_or_create(user=self.user, date=date, defaults=values)
        if is_new:
            return True
        unsaid = DayFeeling.objects.filter(pk=row.pk, emotions="", tags="")
        return bool(unsaid.update(**values, revision=F("revision") + 1))

    def _add_entries(self, journal: Journal, day: schema.ArchivedDay) -> int:
        here = list(journal.entries.all())
        if not here:  # new, or without transactions an earlier try was cut off
            new = [self._entry(journal, row, row.position) for row in day.entries]
            return len(Entry.objects.bulk_create(new))
        rows = [row for row in day.entries if row.song or row.note]
        added = sum(self._add_entry(journal, row, here) for row in rows)
        if added:
            _put_unanswered_last(here)
        return added

    def _add_entry(self, journal: Journal, row: schema.ArchivedEntry, here: list[Entry]) -> bool:
        """Put an answer or a note on a page, on a card that waits for it or on one of its own."""
        song, phrase = self.songs.get(row.song), self._phrase(row)
        song_id = song.pk if song else None
        same = [entry for entry in here if _is_of(entry, row, phrase)]
        if any(entry.song_id == song_id and entry.note == row.note for entry in same):
            return False
        empty = next((entry for entry in same if _is_empty(entry)), None)
        if empty is None:
            entry = self._entry(journal, row, next_position(here))
            entry.save(force_insert=True)
            here.append(entry)
            return True
        values = {"song": song, "note": row.note, "answered_at": row.answered_at}
        change_empty(empty, **values, emotion=self._emotion(song))
        return True

    def _phrase(self, row: schema.ArchivedEntry) -> Phrase | None:
        if row.phrase_key:
            return self.built_in.get(row.phrase_key)
        return self.own_phrases.get(row.phrase)

    def _entry(self, journal: Journal, row: schema.ArchivedEntry, position: int) -> Entry:
        song = self.songs.get(row.song)
        return journal.entry(
            position=position,
            phrase=self._phrase(row),
            phrase_text=row.phrase,
            song=song,
            emotion=self._emotion(song),
            note=row.note,
            answered_at=row.answered_at,
        )

    def _emotion(self, song: Song | None) -> str:
        return self.emotions.get(song.pk, "") if song else ""

    def _own_or_new(self, row: schema.ArchivedSong) -> Song:
        known = self._own(row)
        if known is not None:
            return known
        song = self._create(row)
        self.added["songs"] += 1
        return song

    def _keys(self, refs: Sequence[str]) -> list[UUID]:
        return [self.songs[ref].pk for ref in refs]

    def _own(self, row: schema.ArchivedSong) -> Song | None:
        own = Song.objects.filter(owner=self.user, audio_sha256=row.sha256)
        if not row.sha256:
            own = own.filter(title=row.title, artist=row.artist, duration_ms=row.duration_ms)
        return own.first()

    def _create(self, row: schema.ArchivedSong) -> Song:
        song = Song.objects.create(
            owner=self.user,
            title=row.title,
            artist=row.artist,
            album=row.album,
            isrc=row.isrc,
            duration_ms=row.duration_ms,
            audio_sha256=row.sha256,
            spotify_url=row.spotify_url,
            deezer_url=row.deezer_url,
        )
        Song.objects.filter(pk=song.pk).update(created_at=row.added_at or timezone.now())
        return song

    def _add_audio(self, song: Song, row: schema.ArchivedSong) -> None:
        """Keep a song's file if it is audio, as an upload is: checked in a process of its own."""
        with NamedTemporaryFile(suffix=Path(row.audio).suffix) as copy:
            self.source.audio(row.audio, copy)
            copy.flush()
            try:
                facts = check_audio(Path(copy.name))
            except UploadRejectedError as error:
                logger.info("audio of an archive refused: %s", error)
                self.added["refused"] += 1
                return
            copy.seek(0)
            song.audio = File(copy, name=f"upload.{extension_of(facts.format)}")
            song.audio_bytes = song.audio.size
            if not has_room(song):
                self.added["refused"] += 1
                return
            save_with_file(song, "audio", update_fields=["audio", "audio_bytes"])
        self.added["files"] += 1
        request_classification(song, lane=lane_of(self.user.pk))


def _is_of(entry: Entry, row: schema.ArchivedEntry, phrase: Phrase | None) -> bool:
    """Say whether a card asks what an archived entry answers, in whichever language."""
    return entry.phrase_text == row.phrase or (phrase is not None and entry.phrase == phrase)


def _is_empty(entry: Entry) -> bool:
    return not entry.song_id and not entry.note


def _put_unanswered_last(here: list[Entry]) -> None:
    """Have a page begin with what was answered or noted, not with cards that wait."""
    here.sort(key=lambda entry: entry.position)
    full = [entry.position for entry in here if not _is_empty(entry)]
    for entry in [entry for entry in here if _is_empty(entry)]:
        if full and entry.position < full[-1]:
            change_empty(entry, position=next_position(here))


def _shared(row: schema.ArchivedSong) -> Song | None:
    """The song that every listener may use, if this machine has it."""
    shared = Song.objects.filter(owner=None)
    if row.catalogue_key:
        return shared.filter(catalogue_key=row.catalogue_key).first()
    if row.spotify_id:
        return shared.filter(spotify_id=row.spotify_id).first()
    if row.deezer_id:
        return shared.filter(deezer_id=row.deezer_id).first()
    return None


def _add_readings(song: Song, readings: list[schema.ArchivedReading]) -> None:
    """Keep what models said elsewhere of an own song, apart from what ours said."""
    known = {(row.model, row.version) for row in song.classifications.all()}
    for row in readings:
        version = row.version + schema.IMPORTED
        # a moment ahead of ours would outlast every answer given here
        moment = min(row.finished_at, timezone.now())
        if {(row.model, row.version), (row.model, version)} & known:
            continue
        Classification.objects.create(
            song=song,
            certainty=certainty_of(row.probabilities),
            status=Classification.Status.DONE,
            queued_at=moment,
            **asdict(replace(row, version=version, finished_at=moment)),
        )
        known.add((row.model, version))
