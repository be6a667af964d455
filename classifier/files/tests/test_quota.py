"""Room for files: each listener's and the server's, whatever comes at the same moment."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from django.core.files.uploadedfile import TemporaryUploadedFile
from django.test import Client

from classifier import quota
from classifier.errors import UploadRejectedError
from classifier.files import uploads
from classifier.models import Song
from classifier.tests.factories import SongFactory
from spotify_auth.models import User

if TYPE_CHECKING:
    from pytest_django import Settings

SIZE = 600_000


@pytest.fixture(autouse=True)
def _checked(monkeypatch: pytest.MonkeyPatch) -> None:
    def facts(upload: TemporaryUploadedFile) -> uploads.Facts:
        name, upload.name = upload.name or "", "upload.mp3"
        return uploads.Facts(title=name, artist="", duration_ms=30_000, sha256=name)

    monkeypatch.setattr(uploads, "examine", facts)


def add(user: User, name: str) -> Song:
    with TemporaryUploadedFile(name, "audio/mpeg", SIZE, None) as file:
        file.write(b"x" * SIZE)
        file.seek(0)
        return uploads.add_upload(user, file)


def files(folder: Path) -> int:
    return len(list((folder / "media").rglob("*.mp3")))


@pytest.mark.django_db
class TestQuota:
    def test_a_file_beyond_it_is_refused_and_goes(
        self,
        user: User,
        stranger: User,
        settings: Settings,
        own_folder: Path,
        django_capture_on_commit_callbacks: object,
    ) -> None:
        settings.STORAGE_QUOTA_MB = 1
        add(user, "a")
        with (
            django_capture_on_commit_callbacks(execute=True),  # type: ignore[operator]
            pytest.raises(UploadRejectedError, match="may take 1\xa0MB"),
        ):
            add(user, "b")
        assert (Song.objects.count(), files(own_folder)) == (1, 1)
        add(user, "a")  # it is here
        add(stranger, "b")  # each has their own

    def test_all_listeners_share_the_servers(
        self, user: User, stranger: User, settings: Settings
    ) -> None:
        settings.STORAGE_SERVER_MB = 1
        SongFactory(owner=None, audio_bytes=5_000_000)
        add(user, "a")
        with pytest.raises(UploadRejectedError, match="This server has no room"):
            add(stranger, "b")

    def test_settings_show_it(self, user: User, listener: Client, settings: Settings) -> None:
        settings.STORAGE_QUOTA_MB = 20
        SongFactory(owner=user, audio_bytes=4_200_000)
        page = listener.get("/settings/").content.decode()
        assert "Your files take 5 of 20&nbsp;MB." in page
        assert '<meter id="room" min="0" max="20" value="5">' in page


@pytest.mark.django_db
def test_none_slips_through_beside_another(user: User, settings: Settings) -> None:
    """Two at the same moment are both written before either is counted: each sees the other."""
    settings.STORAGE_QUOTA_MB = 1
    pair = [SongFactory(owner=user, audio_bytes=SIZE) for _ in range(2)]
    with pytest.raises(UploadRejectedError):
        quota.refuse_beyond(pair[0])
    quota.refuse_beyond(pair[1])
    assert Song.objects.get() == pair[1]
