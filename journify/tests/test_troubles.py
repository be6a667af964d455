"""Faults injected below the pages: what a person sees, and that nothing is half written."""

from __future__ import annotations

import errno
import gc
import hashlib
import resource
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import DatabaseError, InterfaceError, OperationalError, connection
from django.test import Client
from django.urls import reverse

from classifier.files import tryouts
from classifier.files.tests.test_bad_input import upload_of
from classifier.files.uploads import add_upload
from classifier.models import Classification, Song
from classifier.tests.corpus import Corpus
from journal.archive import transfers
from journal.models import Entry
from journal.tests.factories import EntryFactory
from journify.web.troubles import DATABASE_AWAY, DISK_FULL, trouble_of
from spotify_auth.models import User

if TYPE_CHECKING:
    from pytest_django.fixtures import SettingsWrapper

LOCKED = OperationalError("database is locked")
GONE = OperationalError("connection to server at 127.0.0.1, port 5432 failed")
FULL = OperationalError("database or disk is full")


@pytest.fixture(scope="session")
def library(tmp_path_factory: pytest.TempPathFactory) -> Corpus:
    return Corpus(tmp_path_factory.mktemp("corpus"))


@pytest.fixture
def entry(user: User) -> Entry:
    return EntryFactory(journal__user=user, note="kept")


@pytest.fixture
def browser(user: User) -> Client:
    """A client that is shown the page of an error, as a browser is."""
    client = Client(raise_request_exception=False)
    client.force_login(user)
    return client


def add_again(user: User, upload: Any) -> Song:
    """Bring a file whose song is known and which storage has lost."""
    digest = hashlib.sha256(upload.read()).hexdigest()
    Song.objects.create(owner=user, title="Known", audio_sha256=digest)
    return add_upload(user, upload)


@contextmanager
def failing(error: Exception, *, on: str = "") -> Iterator[None]:
    """Have every statement that contains `on` fail, where it would have reached the database."""

    def fail(execute: Any, sql: str, params: Any, many: Any, context: Any) -> Any:
        if on in sql:
            raise error
        return execute(sql, params, many, context)

    with connection.execute_wrapper(fail):
        yield


@contextmanager
def small_disk(size: int) -> Iterator[None]:
    """No file may grow above so many bytes: the kernel refuses as it does on a full disk."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@pytest.mark.parametrize(
    ("error", "trouble"),
    [
        (LOCKED, DATABASE_AWAY),
        (GONE, DATABASE_AWAY),
        (InterfaceError("connection already closed"), DATABASE_AWAY),
        (FULL, DISK_FULL),
        (OperationalError("disk I/O error"), DISK_FULL),
        (OSError(errno.ENOSPC, "No space left on device"), DISK_FULL),
        (OSError(errno.EDQUOT, "Disk quota exceeded"), DISK_FULL),
        (OSError(errno.ENOENT, "No such file"), None),
        (DatabaseError("syntax error"), None),
        (ValueError("a mistake of ours"), None),
        (None, None),
    ],
)
def test_what_an_error_means_for_a_person(error: Exception | None, trouble: Any) -> None:
    assert trouble_of(error) == trouble


@pytest.mark.django_db
def test_an_accident_of_ours_has_a_page_in_the_readers_language(browser: Client) -> None:
    with failing(KeyError("oh"), on="journal_entry"):
        response = browser.get("/history/", headers={"Accept-Language": "de"})
    text = response.content.decode().strip()
    assert response.status_code == 500
    assert text.startswith('<!DOCTYPE html>\n<html lang="de"')
    assert text.count("Die Nadel ist gesprungen") == 2, "above the window, and on the page"


class TestDatabase:
    @pytest.mark.parametrize("error", [LOCKED, GONE])
    def test_503_with_when_to_come_back(
        self, error: Exception, browser: Client, entry: Entry
    ) -> None:
        path = reverse("journal:day", args=[entry.journal.date])
        with failing(error):
            response = browser.get(path)
        page = response.content.decode()
        assert response.status_code == 503
        assert response["Retry-After"] == "10"
        assert "One moment, please" in page
        assert str(error) not in page
        assert response["Content-Security-Policy"]
        assert browser.get(path).status_code == 200

    @pytest.mark.django_db(transaction=True)
    @pytest.mark.parametrize("on", ["UPDATE", "INSERT", "SELECT"])
    def test_an_answer_is_written_whole_or_not_at_all(
        self, on: str, browser: Client, entry: Entry
    ) -> None:
        song = Song.objects.create(title="A demo song")
        before = Entry.objects.values().get()
        with failing(LOCKED, on=on):
            response = browser.post(
                reverse("journal:answer", args=[entry.pk]), {"song": song.pk, "revision": 0}
            )
        assert response.status_code == 503
        assert Entry.objects.values().get() == before
        assert not Classification.objects.exists()

    @pytest.mark.django_db(transaction=True)
    def test_the_answer_is_undone_when_the_queue_cannot_be_written(
        self, browser: Client, entry: Entry
    ) -> None:
        song = Song.objects.create(title="A demo song")
        with failing(LOCKED, on='INSERT INTO "classifier_classification"'):
            response = browser.post(
                reverse("journal:answer", args=[entry.pk]), {"song": song.pk, "revision": 0}
            )
        assert response.status_code == 503
        assert Entry.objects.get().song is None

    @pytest.mark.parametrize(
        ("on", "keep"),
        [
            ('INSERT INTO "classifier_song"', add_upload),
            ('UPDATE "classifier_song"', add_again),
            ('INSERT INTO "classifier_tryout"', lambda _user, upload: tryouts.begin_tryout(upload)),
            ('INSERT INTO "journal_transfer"', transfers.request_import),
        ],
        ids=["upload", "upload that was lost", "try-out", "archive"],
    )
    @pytest.mark.parametrize("error", [GONE, InterfaceError("closed"), KeyError("ours")], ids=repr)
    def test_no_file_is_left_without_its_row(
        self,
        on: str,
        keep: Callable[[User, Any], object],
        error: Exception,
        user: User,
        library: Corpus,
        settings: SettingsWrapper,
    ) -> None:
        with (
            failing(error, on=on),
            upload_of(library["song.mp3"]) as upload,
            pytest.raises(type(error)),
        ):
            keep(user, upload)
        assert files_below(settings.MEDIA_ROOT) == []

    def test_signing_in_says_so_too(self, db: None) -> None:
        with failing(GONE):
            response = Client(raise_request_exception=False).post(
                reverse("account_login"), {"login": "alice", "password": "x"}
            )
        assert response.status_code == 503


class TestDisk:
    @pytest.fixture(autouse=True)
    def _own_temporary_folder(self, settings: SettingsWrapper, tmp_path: Path) -> None:
        (tmp_path / "arriving").mkdir()
        settings.FILE_UPLOAD_TEMP_DIR = str(tmp_path / "arriving")

    def test_507_when_an_upload_does_not_fit(
        self, browser: Client, entry: Entry, settings: SettingsWrapper
    ) -> None:
        upload = SimpleUploadedFile("long.wav", b"RIFF" + bytes(3_000_000))
        before = Entry.objects.values().get()
        with small_disk(1_000_000):
            response = browser.post(
                reverse("journal:answer", args=[entry.pk]), {"audio": upload, "revision": 0}
            )
        assert response.status_code == 507
        assert "The disk is full" in response.content.decode()
        assert Entry.objects.values().get() == before
        assert not Song.objects.exists()
        del response
        gc.collect()
        assert files_below(settings.MEDIA_ROOT) == []
        assert files_below(settings.FILE_UPLOAD_TEMP_DIR) == []

    def test_half_a_file_is_not_kept(self, settings: SettingsWrapper) -> None:
        with small_disk(1_000_000), pytest.raises(OSError, match="too large"):
            default_storage.save("audio/half.mp3", ContentFile(bytes(3_000_000)))
        assert files_below(settings.MEDIA_ROOT) == []

    @pytest.mark.django_db(transaction=True)
    def test_507_when_the_database_has_no_room(self, browser: Client, entry: Entry) -> None:
        with failing(FULL, on="UPDATE"):
            response = browser.post(
                reverse("journal:note", args=[entry.pk]), {"note": "new", "revision": 0}
            )
        assert response.status_code == 507
        assert Entry.objects.get().note == "kept"


def files_below(folder: str | Path) -> list[Path]:
    return [path for path in Path(folder).rglob("*") if path.is_file()]
