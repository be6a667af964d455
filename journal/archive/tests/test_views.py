from __future__ import annotations

import datetime as dt
import io
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING
from unittest.mock import Mock
from zipfile import ZipFile

import pytest
import time_machine
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from journal.archive import transfers, work
from journal.models import Transfer
from journify.background import endings, jobs
from journify.background.tests.workers import claimed
from journify.operations import housekeeping
from spotify_auth.models import User

if TYPE_CHECKING:
    from pytest_django import Settings

DATA, EXPORT, IMPORT = "/settings/data/", "/settings/data/export/", "/settings/data/import/"


def carried_out(kind: str = "export") -> Transfer:
    row = claimed(Transfer.objects.get(kind=kind))
    assert row is not None
    work.carry_out(row)
    row.refresh_from_db()
    return row


def files_in(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


class TestExport:
    def test_a_listener_packs_waits_and_saves(self, listener: Client) -> None:
        assert "Export my journal" in listener.get(DATA).content.decode()
        page = listener.post(EXPORT, follow=True).content.decode()
        assert "Waiting for its turn…" in page
        assert "hx-get" in page
        row = carried_out()
        page = listener.get(DATA).content.decode()
        assert "hx-get" not in page
        path = reverse("journal:export_file", args=[row.pk])
        assert path in page
        response = listener.get(path)
        assert response.headers["Content-Disposition"].endswith('.zip"')
        assert response.headers["Cache-Control"] == "private, no-store"
        with ZipFile(io.BytesIO(response.getvalue())) as archive:
            assert archive.testzip() is None

    def test_a_worker_is_woken(
        self, listener: Client, django_capture_on_commit_callbacks: Callable[..., list[object]]
    ) -> None:
        with django_capture_on_commit_callbacks() as callbacks:
            listener.post(EXPORT)
        assert len(callbacks) == 1

    def test_htmx_gets_the_part_that_changes(self, listener: Client) -> None:
        listener.post(EXPORT)
        text = listener.get(DATA, {"n": "3"}, headers={"HX-Request": "true"}).content.decode()
        assert "<html" not in text
        assert "?n=4" in text

    def test_asking_twice_packs_once_and_a_new_one_replaces_the_old(
        self,
        listener: Client,
        own_folder: Path,
        django_capture_on_commit_callbacks: Callable[..., object],
    ) -> None:
        listener.post(EXPORT)
        listener.post(EXPORT)
        first = carried_out()
        with django_capture_on_commit_callbacks(execute=True):
            listener.post(EXPORT)
        second = carried_out()
        assert first.pk != second.pk
        assert [path.name for path in files_in(own_folder / "media")] == [
            Path(str(second.file.name)).name
        ]

    def test_it_is_nobody_elses_and_not_for_ever(
        self,
        listener: Client,
        stranger: User,
        browser_of: Callable[[User], Client],
        own_folder: Path,
        django_capture_on_commit_callbacks: Callable[..., object],
    ) -> None:
        listener.post(EXPORT)
        row = carried_out()
        path = reverse("journal:export_file", args=[row.pk])
        assert browser_of(stranger).get(path).status_code == 404
        assert Client().get(path).status_code == 302
        with time_machine.travel(timezone.now() + dt.timedelta(days=8), tick=False):
            assert listener.get(path).status_code in {302, 404}
            with django_capture_on_commit_callbacks(execute=True):
                housekeeping.keep_all_rules()
        assert not Transfer.objects.exists()
        assert files_in(own_folder / "media") == []

    def test_nothing_stays_when_its_owner_left_meanwhile(
        self, listener: Client, user: User, own_folder: Path
    ) -> None:
        listener.post(EXPORT)
        row = claimed(Transfer.objects.get())
        assert row is not None
        Transfer.objects.all().delete()
        work.carry_out(row)
        assert files_in(own_folder / "media") == []

    def test_nothing_stays_when_its_owner_left_after_its_worker_died(
        self,
        listener: Client,
        user: User,
        own_folder: Path,
        monkeypatch: pytest.MonkeyPatch,
        django_capture_on_commit_callbacks: Callable[..., object],
    ) -> None:
        listener.post(EXPORT)
        with monkeypatch.context() as dying:
            dying.setattr(endings, "end", Mock(side_effect=KeyboardInterrupt))
            with pytest.raises(KeyboardInterrupt):
                carried_out()
        row = Transfer.objects.get()
        assert (row.status, row.file.storage.exists(row.file.name)) == ("running", True)
        assert listener.get(reverse("journal:export_file", args=[row.pk])).status_code == 404
        with django_capture_on_commit_callbacks(execute=True):
            user.delete()
        assert files_in(own_folder / "media") == []

    def test_an_accident_is_told_and_the_worker_goes_on(
        self, listener: Client, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        listener.post(EXPORT)
        monkeypatch.setattr(work, "write_archive", lambda *_args, **_options: 1 / 0)
        row = carried_out()
        assert (row.status, row.error) == ("failed", "Something went wrong. Please try again.")
        assert "Something went wrong" in listener.get(DATA).content.decode()


class TestDroppedWork:
    def test_work_of_a_dead_worker_is_taken_up_again(
        self, user: User, django_capture_on_commit_callbacks: Callable[..., list[object]]
    ) -> None:
        row = transfers.request_export(user, with_audio=False)
        dead = claimed(row)
        assert dead is not None
        jobs.sweep()
        assert claimed(row) is None, "its lease lasts"
        Transfer.objects.update(lease_until=timezone.now() - dt.timedelta(seconds=1))
        with django_capture_on_commit_callbacks() as callbacks:
            jobs.sweep()
        assert len(callbacks) == 1
        assert claimed(row) is not None
        with pytest.raises(endings.LostError):
            transfers.note_progress(dead, 1, 2)

    def test_it_is_given_up_after_three_times(self, user: User, settings: Settings) -> None:
        row = transfers.request_import(user, ContentFile(b"x", name="x.zip"))
        for _ in range(settings.CLASSIFY_MAX_ATTEMPTS):
            assert claimed(row) is not None
            Transfer.objects.update(lease_until=timezone.now() - dt.timedelta(seconds=1))
            jobs.sweep()
        row.refresh_from_db()
        assert row.status == "failed"
        assert "interrupted too often" in row.error
        assert not row.file


class TestImport:
    def test_an_export_is_brought_here(self, listener: Client, own_folder: Path) -> None:
        listener.post(EXPORT)
        with carried_out().file.open("rb") as file:
            upload = SimpleUploadedFile("journify.zip", file.read())
        page = listener.post(IMPORT, {"archive": upload}, follow=True).content.decode()
        assert "Waiting for its turn…" in page
        assert carried_out("import").status == "done"
        assert "Everything in it was here already." in listener.get(DATA).content.decode()

    def test_the_archive_is_gone_when_it_is_read(
        self,
        listener: Client,
        own_folder: Path,
        django_capture_on_commit_callbacks: Callable[..., object],
    ) -> None:
        listener.post(IMPORT, {"archive": SimpleUploadedFile("x.zip", b"no")})
        with django_capture_on_commit_callbacks(execute=True):
            row = carried_out("import")
        assert row.error == "This is not a ZIP file."
        assert files_in(own_folder / "media") == []

    def test_a_file_is_asked_for(self, listener: Client) -> None:
        page = listener.post(IMPORT, follow=True).content.decode()
        assert "Choose the ZIP file of an export." in page
        assert not Transfer.objects.exists()

    def test_an_archive_may_be_larger_than_a_song_but_not_than_allowed(
        self, listener: Client, settings: Settings
    ) -> None:
        settings.UPLOAD_MAX_MB, settings.IMPORT_MAX_MB = 1, 2
        upload = SimpleUploadedFile("x.zip", b"x" * 1_500_000)
        listener.post(IMPORT, {"archive": upload})
        assert Transfer.objects.get().file.size == 1_500_000
        Transfer.objects.all().delete()
        upload = SimpleUploadedFile("x.zip", b"x" * 2_500_000)
        page = listener.post(IMPORT, {"archive": upload}, follow=True).content.decode()
        assert "This archive is larger than 2\xa0MB." in page
        assert not Transfer.objects.exists()
