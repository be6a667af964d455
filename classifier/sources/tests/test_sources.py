from __future__ import annotations

from pathlib import Path

import pytest
from django.core.files.storage import FileSystemStorage

from classifier.errors import NO_CLIP, NoClipError
from classifier.sources import audio_of
from classifier.tests.factories import SongFactory
from spotify_auth.models import User

pytestmark = pytest.mark.django_db


class FarStorage(FileSystemStorage):
    """Storage without local paths, as an object store is one."""

    def path(self, name: str) -> str:
        raise NotImplementedError


@pytest.fixture
def far_song(monkeypatch: pytest.MonkeyPatch) -> object:
    song = SongFactory()
    near = song.audio.storage
    far = FarStorage()
    monkeypatch.setattr(far, "exists", near.exists)
    monkeypatch.setattr(far, "_open", near._open)
    monkeypatch.setattr(song.audio, "storage", far)
    return song


def test_the_stored_file_is_used_when_it_is_local() -> None:
    song = SongFactory()
    with audio_of(song) as (path, source):
        assert path == Path(song.audio.path)
    assert source == "catalogue"


def test_source_is_upload_when_song_has_an_owner(user: User) -> None:
    with audio_of(SongFactory(owner=user)) as (_path, source):
        assert source == "upload"


def test_a_copy_is_used_when_storage_is_far(far_song: object) -> None:
    with audio_of(far_song) as (path, source):  # type: ignore[arg-type]
        assert path.read_bytes() == b"not really audio"
        assert (path.suffix, source) == (".mp3", "catalogue")
    assert not path.exists()


@pytest.mark.parametrize("error", [NotImplementedError, ValueError])
def test_the_bodys_own_error_passes_through(error: type[Exception]) -> None:
    with pytest.raises(error), audio_of(SongFactory()):
        raise error


def test_refused_when_song_has_no_audio() -> None:
    with pytest.raises(NoClipError, match=str(NO_CLIP)), audio_of(SongFactory(audio="")):
        pass


def test_refused_when_storage_lost_the_file() -> None:
    song = SongFactory()
    song.audio.storage.delete(song.audio.name)
    with pytest.raises(NoClipError), audio_of(song):
        pass
