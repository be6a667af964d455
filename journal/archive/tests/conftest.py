from __future__ import annotations

import datetime as dt
import hashlib
import io
from collections.abc import Callable
from pathlib import Path
from zipfile import ZipFile

import pytest
from django.core.files.base import ContentFile
from django.utils import timezone

from classifier.models import Label, PersonalLayer
from classifier.tests.factories import ClassificationFactory, SongFactory
from journal.archive import transfers
from journal.models import DayFeeling, Entry, Phrase, Preferences, Transfer
from journal.tests.factories import EntryFactory, JournalFactory, PhraseFactory
from journify.background.tests.workers import work_at
from ml.tests.sounds import music, write
from spotify_auth.models import User

Carry = Callable[[Transfer], Transfer]


@pytest.fixture
def carry(django_capture_on_commit_callbacks: Callable[..., object]) -> Carry:
    """Carry a transfer out as a worker would."""

    def run(row: Transfer) -> Transfer:
        with django_capture_on_commit_callbacks(execute=True):
            assert work_at(row)
        row.refresh_from_db()
        return row

    return run


@pytest.fixture
def export(carry: Carry) -> Callable[..., bytes]:
    """The bytes of somebody's archive."""

    def make(user: User, *, with_audio: bool = False) -> bytes:
        row = carry(transfers.request_export(user, with_audio=with_audio))
        assert row.status == "done", row.error
        with row.file.open("rb") as file:
            return file.read()

    return make


@pytest.fixture
def bring(carry: Carry) -> Callable[[User, bytes], Transfer]:
    """Read an archive into somebody's journal."""

    def run(user: User, data: bytes) -> Transfer:
        return carry(transfers.request_import(user, ContentFile(data, name="archive.zip")))

    return run


@pytest.fixture
def tune(tmp_path: Path) -> bytes:
    """A short piece of music as a file."""
    return write(tmp_path / "tune.mp3", music(4.0), codec="libmp3lame").read_bytes()


@pytest.fixture
def journal(user: User, tune: bytes) -> User:
    """A listener with everything that a journal can hold."""
    Preferences.objects.create(
        user=user,
        time_zone="Asia/Tokyo",
        theme="dark",
        language="de",
        leave_hard_days_out=True,
        phrases_per_day=7,
        large_phrases=5,
    )
    built_in = PhraseFactory(key="first-hot-sip", text="The first sip…")
    own_phrase = Phrase.objects.create(owner=user, text="=My own phrase…", theme="own")
    own = SongFactory(
        owner=user,
        title="Mine 🎵",
        audio=ContentFile(tune, name="song.mp3"),
        audio_sha256=hashlib.sha256(tune).hexdigest(),
    )
    ClassificationFactory(
        song=own, emotion="sad", clip_source="upload", word_odds={"lonely": 1.25, "tender": -0.5}
    )
    shared = SongFactory(catalogue_key="canon-in-d", title="Canon", audio="")
    ClassificationFactory(song=shared)
    unused = SongFactory(owner=user, title="Never used", audio_sha256="b" * 64, audio="")
    when = dt.datetime(2026, 11, 20, 21, 30, 15, 123456, tzinfo=dt.UTC)
    day = JournalFactory(user=user, date=dt.date(2026, 11, 21), is_favourite=True)
    rows = [
        EntryFactory(journal=day, phrase=built_in, song=own, answered_at=when, note="a\nb *c*"),
        EntryFactory(journal=day, phrase=own_phrase, song=shared, answered_at=when),
        EntryFactory(journal=day, phrase=None, phrase_text="A deleted phrase…"),
    ]
    JournalFactory(user=user, date=dt.date(2019, 2, 28))
    DayFeeling.objects.create(
        user=user, date=day.date, emotions="calm sad", tags="Åse, the sea", revision=3
    )
    for song in (own, unused):
        Label.objects.create(user=user, song=song, emotion="energetic", word="fierce")
    Label.objects.update(updated_at=timezone.now() - dt.timedelta(days=3))
    learnt = {"arousal": -0.01, "valence": 0.02, "scale": 1.01, "strength": 0.75, "labels": 2}
    forgotten = timezone.now() - dt.timedelta(days=9)
    PersonalLayer.objects.filter(user=user).update(**learnt, before=1, forgotten_at=forgotten)
    assert Entry.objects.count() == len(rows)
    return user


@pytest.fixture
def unzipped() -> Callable[[bytes], dict[str, bytes]]:
    """The files of an archive."""

    def read(data: bytes) -> dict[str, bytes]:
        with ZipFile(io.BytesIO(data)) as source:
            return {name: source.read(name) for name in source.namelist()}

    return read
