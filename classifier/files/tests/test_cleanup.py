from __future__ import annotations

from pathlib import Path

import pytest
from django.core.files.storage import FileSystemStorage
from pytest_django import DjangoCaptureOnCommitCallbacks

from classifier.models import Song
from classifier.tests.factories import SongFactory
from spotify_auth.models import User


@pytest.fixture
def song(user: User) -> Song:
    """An upload."""
    return SongFactory(owner=user)


def test_audio_is_gone_when_its_owners_account_is_deleted(
    song: Song, user: User, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    common, path = SongFactory(), Path(song.audio.path)
    with django_capture_on_commit_callbacks(execute=True):
        user.delete()
    assert not path.exists()
    assert common.has_audio


def test_audio_is_gone_when_songs_are_deleted_together(
    song: Song, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        Song.objects.all().delete()
    assert not Path(song.audio.path).exists()


def test_audio_stays_until_the_deletion_is_committed(song: Song) -> None:
    path = Path(song.audio.path)
    song.delete()
    assert path.exists()


def test_a_song_without_audio_can_be_deleted(
    user: User, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    with django_capture_on_commit_callbacks(execute=True) as callbacks:
        SongFactory(owner=user, audio="").delete()
    assert callbacks == []


def test_the_deletion_stands_when_storage_is_away(
    song: Song,
    monkeypatch: pytest.MonkeyPatch,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    def away(_storage: FileSystemStorage, _name: str) -> None:
        raise OSError("no answer")

    monkeypatch.setattr(FileSystemStorage, "delete", away)
    with django_capture_on_commit_callbacks(execute=True):
        song.delete()
    assert not Song.objects.exists()
