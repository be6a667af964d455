from __future__ import annotations

import datetime as dt
from pathlib import Path
from unittest.mock import Mock

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import FileSystemStorage
from pytest_django import DjangoCaptureOnCommitCallbacks, Settings

from classifier.errors import NO_MODEL, NoModelError
from classifier.files import tryouts
from classifier.files.tests.test_bad_input import upload_of
from classifier.models import Song, TryOut
from classifier.tests.corpus import Corpus
from classifier.tests.fakes import FakeService
from journify.background.tests.workers import work_at

pytestmark = pytest.mark.django_db

Status = TryOut.Status


def waiting(library: Corpus, *, since: dt.timedelta = dt.timedelta(0)) -> TryOut:
    content = ContentFile(library["song.flac"].read_bytes(), name="song.flac")
    row = TryOut.objects.create(audio=content, title="My song")
    row.created_at -= since + dt.timedelta(seconds=1)
    row.save()
    return row


def files(settings: Settings) -> list[Path]:
    return [path for path in Path(settings.MEDIA_ROOT).rglob("*") if path.is_file()]


def test_a_file_is_heard_and_gone(
    library: Corpus, service: FakeService, settings: Settings
) -> None:
    tryout = waiting(library)
    assert len(files(settings)) == 1
    work_at(tryout)
    tryout.refresh_from_db()
    assert (tryout.status, tryout.result["emotion"], tryout.title) == ("done", "happy", "My song")
    assert files(settings) == []
    assert not tryout.audio
    assert Song.objects.count() == 0


@pytest.mark.parametrize("accident", [NoModelError(str(NO_MODEL)), KeyError("oh")])
def test_the_file_goes_whatever_comes_of_it(
    library: Corpus, service: FakeService, settings: Settings, accident: Exception
) -> None:
    service.script = [accident]
    tryout = waiting(library)
    work_at(tryout)
    tryout.refresh_from_db()
    assert tryout.status == Status.FAILED
    assert tryout.error
    assert files(settings) == []


def test_a_file_that_could_not_be_deleted_goes_with_its_row(
    library: Corpus,
    service: FakeService,
    settings: Settings,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    tryout = waiting(library)
    with monkeypatch.context() as broken:
        broken.setattr(FileSystemStorage, "delete", Mock(side_effect=OSError("no storage")))
        assert work_at(tryout)
    assert "no storage" in caplog.text
    tryout.refresh_from_db()
    assert tryout.status == Status.DONE
    with django_capture_on_commit_callbacks(execute=True):
        tryout.delete()
    assert files(settings) == []


def test_only_one_worker_hears_it(library: Corpus, service: FakeService) -> None:
    tryout = waiting(library)
    assert work_at(tryout)
    assert not work_at(tryout)
    assert len(service.heard) == 1


def test_a_visitor_does_not_wait_for_the_clearing_up(library: Corpus) -> None:
    old = waiting(library, since=2 * tryouts.FORGOTTEN_AFTER)
    with upload_of(library["song.flac"]) as upload:
        tryouts.begin_tryout(upload)
    old.refresh_from_db()
    assert old.status == Status.QUEUED
    assert TryOut.objects.count() == 2


def test_whoever_waits_for_long_is_told_that_nobody_came(
    library: Corpus, settings: Settings
) -> None:
    tryout = waiting(library, since=tryouts.FORGOTTEN_AFTER)
    assert tryouts.forget_old_tryouts() == 0
    tryout.refresh_from_db()
    assert (tryout.status, tryout.error) == (Status.FAILED, str(TryOut.GIVEN_UP))
    assert files(settings) == []


def test_what_nobody_came_back_for_is_forgotten(
    library: Corpus,
    settings: Settings,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    row = waiting(library)
    assert tryouts.forget_old_tryouts() == 0
    long_ago = row.created_at - 2 * tryouts.FORGOTTEN_AFTER
    TryOut.objects.update(created_at=long_ago)
    with django_capture_on_commit_callbacks(execute=True):
        assert tryouts.forget_old_tryouts() == 1
    assert files(settings) == []
    assert TryOut.objects.count() == 0
