from __future__ import annotations

import csv
import dataclasses
import datetime as dt
import io
import itertools
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any
from unittest.mock import Mock

import pytest
import time_machine
from django.core.files.base import ContentFile
from django.core.management import call_command
from django.db.models import Model
from django.utils import timezone

from classifier.emotions.readings import read
from classifier.models import Classification, Label, PersonalLayer, Song
from classifier.queue import leases
from classifier.queue import rows as queue
from classifier.tests.factories import ClassificationFactory, LabelFactory
from journal.account.leaving import delete_account
from journal.archive import merging, opening, package, schema, snapshot, tables, transfers, work
from journal.emotions.tests.test_renewing import assert_kept
from journal.models import DayFeeling, Entry, Journal, Phrase, Preferences, Transfer
from journal.tests.factories import EntryFactory
from journify.background.tests.workers import work_at
from spotify_auth.models import User

Export = Callable[..., bytes]
Bring = Callable[[User, bytes], Transfer]
Unzip = Callable[[bytes], dict[str, bytes]]


def content(files: dict[str, bytes]) -> dict[str, Any]:
    """What an archive says of a journal, without whose it was and when it was packed."""
    data: dict[str, Any] = json.loads(files["journify.json"])
    del data["account"], data["exported_at"]
    return data


def everything() -> dict[str, list[dict[str, Any]]]:
    """Every row but those of transfers."""
    models = (Classification, Label, Song, Entry, Journal, DayFeeling, Phrase, Preferences)
    return {model.__name__: list(model.objects.order_by("pk").values()) for model in models}


@pytest.mark.parametrize("with_audio", [True, False])
def test_an_archive_comes_back_the_same_from_another_account(
    journal: User,
    stranger: User,
    export: Export,
    bring: Bring,
    unzipped: Unzip,
    *,
    with_audio: bool,
) -> None:
    first = unzipped(export(journal, with_audio=with_audio))
    row = bring(stranger, export(journal, with_audio=with_audio))
    assert (row.status, row.error) == ("done", "")
    second = unzipped(export(stranger, with_audio=with_audio))
    assert content(second) == content(first)
    assert second.keys() == first.keys()
    assert second["entries.csv"] == first["entries.csv"]
    for name in first:
        if name.startswith("audio/"):
            assert second[name] == first[name]


def test_a_journal_too_large_for_one_file_goes_on_in_others(
    journal: User,
    stranger: User,
    export: Export,
    bring: Bring,
    unzipped: Unzip,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    whole = unzipped(export(journal))
    size = len(whole["journify.json"])
    monkeypatch.setattr(package, "PART_BYTES", size // 8)
    monkeypatch.setattr(opening, "MAIN_MAX_BYTES", size // 2)
    first = unzipped(export(journal))
    parts = [name for name in first if name.endswith(".json")]
    assert parts == [schema.part_name(number) for number in range(1, len(parts) + 1)]
    assert len(parts) > 2
    for kind in ("songs", "labels", "days"):
        rows = [row for name in parts for row in json.loads(first[name])[kind]]
        assert rows == content(whole)[kind]
    row = bring(stranger, export(journal))
    assert (row.status, row.error) == ("done", "")
    monkeypatch.undo()
    assert content(unzipped(export(stranger))) == content(whole)


def test_a_part_is_never_too_large_to_be_read(journal: User) -> None:
    """Whatever is in a journal: line breaks make a part larger than its rows were counted."""
    archive = snapshot.snapshot(journal, with_audio=True)
    texts = package.files_as_json(archive, account={})
    [part] = package._parts(archive)
    counted = len(json.dumps(part, default=str))
    assert (
        len(texts["journify.json"].encode()) / counted < schema.MAIN_MAX_BYTES / package.PART_BYTES
    )


def test_an_archive_holds_what_the_listener_put_in(
    journal: User, export: Export, unzipped: Unzip, tune: bytes
) -> None:
    files = unzipped(export(journal, with_audio=True))
    data = content(files)
    assert [len(day["entries"]) for day in data["days"]] == [0, 3]
    assert {song["title"] for song in data["songs"]} == {"Mine 🎵", "Canon", "Never used"}
    assert [label["emotion"] for label in data["labels"]] == ["energetic", "energetic"]
    assert {label["word"] for label in data["labels"]} == {"fierce"}
    assert data["preferences"]["time_zone"] == "Asia/Tokyo"
    assert [phrase["text"] for phrase in data["phrases"]] == ["=My own phrase…"]
    assert [name for name in files if files[name] == tune] == [
        song["audio"] for song in data["songs"] if song["audio"]
    ]


# what an archive leaves out, or says in other words
LEFT_OUT = {
    PersonalLayer: {"id", "user", "model", "version", "fitted_at", "is_stale"}
    | {"asked_on", "asked_song"},
    Preferences: {"id", "user"},
    DayFeeling: {"id", "user", "date", "revision"},
    Phrase: {"id", "owner", "key", "seasons", "weekdays"},
    Journal: {"id", "user", "swapped"},
    Entry: {"id", "journal", "user", "date", "revision", "phrase", "phrase_text", "emotion"}
    | {"mark"},
    Label: {"id", "user", "updated_at"},
    Song: {
        "id",
        "owner",
        "audio_sha256",
        "created_at",
        "artwork_url",
        "metadata_fetched_at",
        "unused_since",
        "audio_bytes",
    },
    Classification: {
        *("id", "song", "status", "stage", "attempts", "owner", "lease_until", "revision"),
        *("error", "reason", "queued_at", "answered_at", "ready_at", "turn_at", "lane", "retry_at"),
        *("embedding", "request_id", "certainty", "clip_sha256"),
    },
}
WRITTEN_AS = {
    PersonalLayer: schema.ArchivedLearnt,
    Preferences: schema.ArchivedPreferences,
    DayFeeling: schema.ArchivedFeeling,
    Phrase: schema.ArchivedPhrase,
    Journal: schema.ArchivedDay,
    Entry: schema.ArchivedEntry,
    Label: schema.ArchivedLabel,
    Song: schema.ArchivedSong,
    Classification: schema.ArchivedReading,
}


@pytest.mark.parametrize("model", WRITTEN_AS)
def test_a_new_column_is_taken_along(model: type[Model]) -> None:
    columns = {field.name for field in model._meta.get_fields() if field.concrete}
    written = {field.name for field in dataclasses.fields(WRITTEN_AS[model])}
    assert columns - written - LEFT_OUT[model] == set()


def test_bringing_it_twice_changes_nothing(
    journal: User, stranger: User, export: Export, bring: Bring
) -> None:
    data = export(journal, with_audio=True)
    first = bring(stranger, data)
    assert first.counts == {
        "days": 2,
        "entries": 3,
        "feelings": 1,
        "files": 1,
        "labels": 2,
        "phrases": 1,
        "songs": 2,
    }
    before = everything()
    assert bring(stranger, data).counts == {}
    assert everything() == before


def test_bringing_it_to_the_account_it_came_from_changes_nothing(
    journal: User, export: Export, bring: Bring
) -> None:
    data = export(journal, with_audio=True)
    before = everything()
    assert bring(journal, data).status == "done"
    assert everything() == before


def test_what_is_there_already_stays_and_the_rest_is_added(
    journal: User, stranger: User, export: Export, bring: Bring
) -> None:
    data = export(journal)
    bring(stranger, data)
    here = Entry.objects.of(stranger).get(phrase_text="The first sip…")
    Entry.objects.filter(pk=here.pk).update(note="written here")
    elsewhere = Entry.objects.of(stranger).get(phrase_text="=My own phrase…")
    Entry.objects.filter(pk=elsewhere.pk).update(song=None)
    bring(stranger, data)
    notes = Entry.objects.of(stranger).filter(phrase_text="The first sip…").values_list("note")
    assert {note for (note,) in notes} == {"written here", "a\nb *c*"}
    assert Entry.objects.of(stranger).get(phrase_text="=My own phrase…").song is not None


def test_what_is_brought_into_an_open_day_comes_before_the_cards_that_wait(
    journal: User, stranger: User, export: Export, bring: Bring
) -> None:
    date = Entry.objects.of(journal).earliest("date").date
    day = Journal.objects.create(user=stranger, date=date)
    fifth = EntryFactory.create_batch(12, journal=day)[4]
    Entry.objects.filter(pk=fifth.pk).update(note="written here")
    bring(stranger, export(journal))
    cards = list(Entry.objects.of(stranger).filter(date=day.date))
    full = [bool(card.song_id or card.note) for card in cards]
    assert full == [True] * 3 + [False] * 11
    assert cards[0].pk == fifth.pk
    assert len({card.position for card in cards}) == 14


def test_a_card_that_waits_in_another_language_takes_the_answer(
    journal: User, stranger: User, export: Export, bring: Bring
) -> None:
    answered = Entry.objects.of(journal).get(phrase_text="The first sip…")
    day = Journal.objects.create(user=stranger, date=answered.date)
    EntryFactory(journal=day, phrase=answered.phrase, phrase_text="Der erste Schluck…")
    bring(stranger, export(journal))
    card = Entry.objects.of(stranger).get(phrase=answered.phrase)
    assert (card.phrase_text, card.note) == ("Der erste Schluck…", "a\nb *c*")


def test_what_is_brought_counts_as_it_did(
    journal: User, stranger: User, export: Export, bring: Bring
) -> None:
    bring(stranger, export(journal))
    theirs = Entry.objects.of(journal).filter(song__owner=journal)
    carried = theirs.values_list("date", "phrase_text", "emotion")
    brought = Entry.objects.of(stranger).values_list("date", "phrase_text", "emotion")
    assert any(emotion for *_names, emotion in carried)
    assert set(carried) <= set(brought)
    assert_kept()
    elsewhere = brought.get(phrase_text="=My own phrase…")
    Entry.objects.of(stranger).filter(phrase_text=elsewhere[1]).update(song=None, emotion="")
    bring(stranger, export(journal))
    assert brought.get(phrase_text="=My own phrase…") == elsewhere
    assert_kept()


def test_what_was_said_of_a_day_here_stays(
    journal: User, stranger: User, export: Export, bring: Bring
) -> None:
    date = DayFeeling.objects.get(user=journal).date
    here = DayFeeling.objects.create(user=stranger, date=date, emotions="happy")
    bring(stranger, export(journal))
    here.refresh_from_db()
    assert (here.emotions, here.tags, here.revision) == ("happy", "", 0)
    DayFeeling.objects.filter(pk=here.pk).update(emotions="")
    bring(stranger, export(journal))
    here.refresh_from_db()
    assert (here.emotions, here.tags, here.revision) == ("calm sad", "Åse, the sea", 1)


def test_a_day_that_was_begun_and_cut_off_is_filled(
    journal: User, stranger: User, export: Export, bring: Bring, unzipped: Unzip
) -> None:
    for page in Journal.objects.filter(user=journal):
        Journal.objects.create(user=stranger, date=page.date)
    bring(stranger, export(journal))
    assert content(unzipped(export(stranger)))["days"] == content(unzipped(export(journal)))["days"]


def test_what_is_written_during_an_export_does_not_end_it(
    journal: User, export: Export, unzipped: Unzip, monkeypatch: pytest.MonkeyPatch
) -> None:
    read, songs_of = content(unzipped(export(journal))), snapshot._songs_of

    def answered_meanwhile(user: User) -> list[Song]:
        songs = songs_of(user)
        EntryFactory(journal__user=user, song=LabelFactory(user=user).song)
        return songs

    monkeypatch.setattr(snapshot, "_songs_of", answered_meanwhile)
    data = content(unzipped(export(journal)))
    assert (data["songs"], data["labels"]) == (read["songs"], read["labels"])
    [new] = [day for day in data["days"] if day not in read["days"]]
    assert [entry["song"] for entry in new["entries"]] == [""]


def test_days_before_the_account_can_be_opened(
    journal: User,
    stranger: User,
    export: Export,
    bring: Bring,
    browser_of: Callable[[User], Any],
) -> None:
    assert browser_of(stranger).get("/journal/2019-02-28/").status_code == 404
    bring(stranger, export(journal))
    assert browser_of(stranger).get("/journal/2019-02-28/").status_code == 200


def test_an_answer_from_elsewhere_is_told_apart_from_ours(
    journal: User, stranger: User, export: Export, bring: Bring
) -> None:
    bring(stranger, export(journal))
    brought = Classification.objects.get(song__owner=stranger)
    assert brought.certainty == max(brought.probabilities.values())
    assert brought.version == "test+import"
    assert brought.emotion == "sad"
    assert brought.word_odds == {"lonely": 1.25, "tender": -0.5}


def test_nothing_of_a_song_that_all_may_use_comes_from_an_archive(
    journal: User, stranger: User, export: Export, bring: Bring
) -> None:
    data = export(journal)
    shared = Song.objects.get(catalogue_key="canon-in-d")
    shared.classifications.all().delete()
    Song.objects.filter(pk=shared.pk).update(title="As it is called here")
    bring(stranger, data)
    shared.refresh_from_db()
    assert shared.title == "As it is called here"
    assert not shared.classifications.exists()
    assert Entry.objects.of(stranger).filter(song=shared).exists()


def test_a_shared_song_that_is_unknown_here_becomes_the_listeners_own(
    journal: User, stranger: User, export: Export, bring: Bring
) -> None:
    data = export(journal)
    Song.objects.get(catalogue_key="canon-in-d").delete()
    bring(stranger, data)
    own = Song.objects.get(title="Canon")
    assert (own.owner, own.catalogue_key) == (stranger, None)
    assert own.classifications.get().emotion == "calm"
    before = everything()
    bring(stranger, data)
    assert everything() == before


def test_the_table_is_harmless_in_a_spreadsheet(
    journal: User, export: Export, unzipped: Unzip
) -> None:
    text = unzipped(export(journal))["entries.csv"].decode()
    rows = list(csv.DictReader(io.StringIO(text)))
    assert list(rows[0]) == tables.COLUMNS
    assert rows[0]["emotion"] == "energetic"
    assert rows[0]["said_by"] == "you"
    assert (rows[0]["felt"], rows[0]["tags"]) == ("calm sad", "Åse, the sea")
    assert rows[1]["phrase"] == "'=My own phrase…"
    assert (rows[1]["emotion"], rows[1]["said_by"]) == ("calm", "model")


def test_the_text_has_a_heading_for_every_day_with_something(
    journal: User, export: Export, unzipped: Unzip
) -> None:
    text = unzipped(export(journal))["journal.md"].decode()
    headings = [line for line in text.splitlines() if line.startswith("#")]
    assert headings == ["# The journal of alice", "## Saturday, 21 November 2026"]
    assert "*Mine 🎵* – Somebody · energetic (your label) · " in text
    assert "> a\n> b \\*c\\*" in text
    assert "\ncalm, sad · Åse, the sea\n" in text


@pytest.mark.slow
def test_the_years_of_a_busy_listener_fit(
    stranger: User, user: User, export: Export, bring: Bring, unzipped: Unzip
) -> None:
    """A journal is bounded by what is allowed in, or its owner could not bring it anywhere."""
    call_command("load_phrases", verbosity=0)
    with time_machine.travel("2026-11-25"):
        days = Journal.objects.bulk_create(
            Journal(user=user, date=f"{year}-{month:02}-{day:02}")
            for year in (2024, 2025)
            for month in range(1, 13)
            for day in range(1, 29)
        )
        phrases = list(Phrase.objects.all()[:12])
        Entry.objects.bulk_create(
            day.entry(position=n, phrase=phrase, phrase_text=phrase.text, note="x" * 500)
            for day in days
            for n, phrase in enumerate(phrases)
        )
        data = export(user)
        assert bring(stranger, data).status == "done"
        assert content(unzipped(export(stranger))) == content(unzipped(data))


def test_nothing_comes_into_a_journal_that_was_left_meanwhile(
    journal: User,
    stranger: User,
    export: Export,
    own_folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    django_capture_on_commit_callbacks: Callable[..., object],
) -> None:
    """A database without foreign keys would keep it, with nobody who could delete it."""
    archive, add_phrases = export(journal, with_audio=True), merging._Merge.add_phrases
    before, files = everything(), sorted((own_folder / "media").rglob("*.*"))

    def leave_meanwhile(work: merging._Merge, archive: schema.Archive) -> None:
        delete_account(User.objects.get(pk=stranger.pk))
        add_phrases(work, archive)

    monkeypatch.setattr(merging._Merge, "add_phrases", leave_meanwhile)
    row = transfers.request_import(stranger, ContentFile(archive, name="archive.zip"))
    with django_capture_on_commit_callbacks(execute=True):
        assert work_at(row)
    assert everything() == before
    assert sorted((own_folder / "media").rglob("*.*")) == files


def many_labels(count: int) -> schema.Archive:
    """An archive of so many songs, each with what its listener said of it."""
    moment = dt.datetime(2026, 11, 1, tzinfo=dt.UTC)
    names = {field.name: "" for field in dataclasses.fields(schema.ArchivedSong)}
    unknown = {"duration_ms": None, "deezer_id": None, "added_at": None, "readings": []}
    refs = [f"song-{number}" for number in range(count)]
    return schema.Archive(
        preferences=schema.ArchivedPreferences(
            "", "", "auto", 12, 3, leave_hard_days_out=False, search=""
        ),
        phrases=[schema.ArchivedPhrase(ref, "", active=True) for ref in refs],
        songs=[schema.ArchivedSong(**(names | unknown | {"ref": r, "title": r})) for r in refs],
        labels=[schema.ArchivedLabel(ref, "sad", moment) for ref in refs],
        days=[],
    )


@pytest.mark.parametrize("model", [Label, Phrase, Song])
@pytest.mark.slow
def test_no_long_loop_of_an_import_outlives_its_lease(user: User, model: type[Model]) -> None:
    """The row is held anew, as `progress` does, after a bounded number of rows of any kind."""
    counts: list[int] = []

    def progress(done: int, total: int) -> None:
        assert done <= total
        counts.append(model._default_manager.count())

    merging.merge(user, many_labels(250), Mock(entries={}), progress=progress)
    assert counts[-1] == 250
    assert max(after - before for before, after in itertools.pairwise(counts)) <= 100


def test_a_worker_s_sweep_holds_an_import_within_a_step(
    journal: User, stranger: User, export: Export, bring: Bring, monkeypatch: pytest.MonkeyPatch
) -> None:
    renewed, merge = [], merging.merge

    def slow(*args: Any, **kwargs: Any) -> Any:
        Transfer.objects.update(lease_until=timezone.now())
        renewed.append(leases.renew_leases())
        assert Transfer.objects.expired().count() == 0
        return merge(*args, **kwargs)

    monkeypatch.setattr(work, "merge", slow)
    assert bring(stranger, export(journal)).status == "done"
    assert renewed == [1]
    assert leases.renew_leases() == 0


UNSURE = {"sad": 0.4, "happy": 0.1, "energetic": 0.15, "calm": 0.35}


def heard(user: User, title: str, **values: Any) -> Song:
    """A song that the user answered with, and what a model said of it."""
    song: Song = ClassificationFactory(song__title=title, **values).song
    EntryFactory(journal=user.journals.latest("date"), song=song)
    return song


def test_an_export_says_what_the_pages_say(journal: User, export: Export, unzipped: Unzip) -> None:
    heard(journal, "Doubtful", emotion="sad", probabilities=UNSURE)
    LabelFactory(
        song=heard(journal, "Told", emotion="sad", probabilities=UNSURE),
        user=journal,
        emotion="happy",
    )
    queue.requeue(heard(journal, "Again", emotion="calm").classifications.get())
    best = heard(journal, "Twice", emotion="happy")
    ClassificationFactory(song=best, model="ann", emotion="sad")
    heard(journal, "Waiting", emotion="", status="queued")
    expected = {
        "Doubtful": ("not sure", "model"),
        "Told": ("happy", "you"),
        "Again": ("calm", "model"),
        "Twice": ("happy", "model"),
        "Waiting": ("", ""),
    }
    files = unzipped(export(journal))
    songs = {song["title"]: song for song in content(files)["songs"]}
    assert {t: (songs[t]["emotion"], songs[t]["said_by"]) for t in expected} == expected
    rows = csv.DictReader(io.StringIO(files["entries.csv"].decode()))
    in_table = {row["title"]: (row["emotion"], row["said_by"]) for row in rows}
    assert {title: in_table[title] for title in expected} == expected
    lines = [line for line in files["journal.md"].decode().splitlines() if "Doubtful" in line]
    assert lines == ["*Doubtful* – Somebody · not sure: sad or calm"]
    for song in Song.objects.filter(title__in=expected).with_readings(journal):
        reading = read(song)
        word = "not sure" if reading.state == "unsure" else reading.emotion
        assert word == expected[song.title][0]
        assert (reading.is_labelled, bool(word)) == (
            expected[song.title][1] == "you",
            bool(expected[song.title][1]),
        )
