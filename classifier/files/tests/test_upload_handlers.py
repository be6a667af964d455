from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.files.uploadedfile import TemporaryUploadedFile
from django.core.handlers.wsgi import WSGIRequest
from django.urls import resolve, reverse
from pytest_django import Settings

from classifier.files.decoding import get_decoder
from spotify_auth.models import User

BOUNDARY = "notes"
MEGABYTE = 1_000_000


class Body(io.RawIOBase):
    """A request's body that is made while it is read."""

    def __init__(self, parts: Iterator[bytes]) -> None:
        self.parts = parts
        self.rest = memoryview(b"")

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:
        self.rest = self.rest or memoryview(next(self.parts, b""))
        size = min(len(buffer), len(self.rest))
        buffer[:size], self.rest = self.rest[:size], self.rest[size:]
        return size


def posted(*files: tuple[str, int]) -> WSGIRequest:
    """A form with a field, then files of the given names and megabytes."""
    tail = f"--{BOUNDARY}--\r\n".encode()
    field = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="revision"\r\n\r\n7\r\n'.encode()
    heads = [
        f"--{BOUNDARY}\r\nContent-Disposition: form-data; "
        f'name="audio"; filename="{name}"\r\n\r\n'.encode()
        for name, _megabytes in files
    ]

    def parts() -> Iterator[bytes]:
        yield field
        for head, (_name, megabytes) in zip(heads, files, strict=True):
            yield head
            for _ in range(megabytes):
                yield bytes(MEGABYTE)
            yield b"\r\n"
        yield tail

    size = sum(megabytes * MEGABYTE + 2 for _name, megabytes in files)
    length = len(field) + sum(map(len, heads)) + size + len(tail)
    return WSGIRequest(
        {
            "REQUEST_METHOD": "POST",
            "CONTENT_TYPE": f"multipart/form-data; boundary={BOUNDARY}",
            "CONTENT_LENGTH": str(length),
            "wsgi.input": io.BufferedReader(Body(parts())),
        }
    )


@pytest.fixture(autouse=True)
def temporary(settings: Settings, own_folder: Path) -> Path:
    """The folder of temporary files, empty at first."""
    folder = own_folder / "temporary"
    folder.mkdir()
    settings.FILE_UPLOAD_TEMP_DIR = str(folder)
    return folder


def test_file_lies_on_disk_when_it_is_small_enough(settings: Settings, temporary: Path) -> None:
    settings.UPLOAD_MAX_MB = 1
    request = posted(("song.mp3", 1))
    with request.FILES["audio"] as upload:
        assert isinstance(upload, TemporaryUploadedFile)
        assert (upload.name, upload.size) == ("song.mp3", MEGABYTE)
        assert Path(upload.temporary_file_path()).parent == temporary
    assert not hasattr(request, "upload_too_large")


def test_request_says_so_when_file_is_too_large(settings: Settings, temporary: Path) -> None:
    settings.UPLOAD_MAX_MB = 1
    request = posted(("song.mp3", 2))
    assert list(request.FILES) == []
    assert request.POST["revision"] == "7"
    assert request.upload_too_large is True
    assert list(temporary.iterdir()) == []


def test_two_hundred_megabytes_are_dropped_as_they_come(temporary: Path) -> None:
    request = posted(("song.wav", 200))
    assert list(request.FILES) == []
    assert request.upload_too_large is True
    assert list(temporary.iterdir()) == []
    assert request.environ["wsgi.input"].read(1) == b""


def test_the_cap_is_on_all_files_together(settings: Settings, temporary: Path) -> None:
    settings.UPLOAD_MAX_MB = 3
    request = posted(("a.mp3", 2), ("b.mp3", 2))
    assert request.POST["revision"] == "7"
    assert request.upload_too_large is True
    request.close()
    assert list(temporary.iterdir()) == []


@pytest.mark.parametrize(
    "name",
    ["../../etc/pässwörd 🎵.mp3", "a" * 296 + ".mp3", "a." + "b" * 298, "a." + "🎵" * 200],
)
def test_file_is_taken_when_its_name_is_odd(name: str, temporary: Path) -> None:
    with posted((name, 1)).FILES["audio"] as upload:
        assert upload.size == MEGABYTE
        assert "/" not in upload.name
        assert len(upload.name) <= 255
        assert Path(upload.temporary_file_path()).parent == temporary


def test_no_file_when_none_was_chosen() -> None:
    assert list(posted(("", 0)).FILES) == []


def test_what_checks_a_song_is_started_as_a_listeners_begins_to_arrive() -> None:
    decoder = get_decoder()
    for user, children in ((AnonymousUser(), 0), (User(), 1)):
        decoder.close()
        request = posted(("song.mp3", 1))
        request.user = user
        assert request.FILES
        assert len(decoder._idle) == children
        request.close()
    decoder.close()


def test_nothing_is_started_for_what_is_no_song() -> None:
    get_decoder().close()
    request = posted(("archive.zip", 1))
    request.user, request.resolver_match = User(), resolve(reverse("journal:import_data"))
    assert request.FILES
    assert get_decoder()._idle == []
    request.close()


def test_visitors_send_no_more_than_a_try_out_whatever_the_address(
    settings: Settings, temporary: Path
) -> None:
    """A form is read to look for its token, before anybody is asked to sign in."""
    settings.UPLOAD_MAX_MB, settings.TRY_OUT_MAX_MB = 4, 1
    for user, is_taken in ((AnonymousUser(), False), (User(), True)):
        request = posted(("song.mp3", 2))
        request.user = user
        assert bool(request.FILES) == is_taken
        assert getattr(request, "upload_too_large", False) != is_taken
        request.close()
    assert list(temporary.iterdir()) == []
