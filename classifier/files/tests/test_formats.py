from __future__ import annotations

from pathlib import Path

import pytest
from django.core.files.uploadedfile import TemporaryUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils.html import escape

from classifier.files.formats import FORMATS, UNHEARD, accepted, explained, extension_of, media_type
from classifier.files.uploads import UploadRejectedError, add_upload
from classifier.terminal.batch import classify_files
from classifier.tests.corpus import Corpus
from classifier.tests.fakes import FakeService
from ml.audio.source import DEMUXERS
from spotify_auth.models import User

MIDI = b"MThd\x00\x00\x00\x06\x00\x01\x00\x01\x00\x60MTrk\x00\x00\x00\x04\x00\xff\x2f\x00"
SENTENCE = "MIDI files cannot be heard here; convert this one to MP3 or FLAC first."


@pytest.mark.parametrize("container", DEMUXERS.split(","))
def test_every_container_that_is_heard_has_an_extension_and_a_type(container: str) -> None:
    name = f"song.{extension_of(container)}"
    assert media_type(name).startswith("audio/")
    assert f".{extension_of(container)}" in accepted().split(",")


def test_no_kind_is_both_heard_and_not() -> None:
    assert not FORMATS.keys() & UNHEARD.keys()


@pytest.mark.django_db
def test_the_form_for_a_file_takes_what_is_heard(client: Client) -> None:
    page = client.get(reverse("home")).content.decode()
    assert f'accept="{escape(accepted())}"' in page
    assert {".m4b", ".mpga", ".3gp", ".dsf"} <= set(accepted().split(","))


class TestExplained:
    def test_a_kind_that_nothing_decodes_is_named(self) -> None:
        assert explained("unreadable", "No.", "song.MID") == SENTENCE
        assert explained("no-decoder", "No.", "song.tak").startswith("TAK files cannot be heard")

    @pytest.mark.parametrize(
        ("code", "name"), [("unreadable", "song.mp3"), ("empty", "song.mid"), ("silent", "a.tak")]
    )
    def test_other_reasons_stay(self, code: str, name: str) -> None:
        assert explained(code, "No.", name) == "No."

    def test_classify_names_it(self, service: FakeService, tmp_path: Path) -> None:
        path = tmp_path / "song.mid"
        path.write_bytes(MIDI)
        [result] = classify_files([path], models=["ann"])
        assert result == {"file": str(path), "error": SENTENCE}

    def test_what_is_named_so_and_can_be_heard_is_heard(
        self, service: FakeService, library: Corpus, tmp_path: Path
    ) -> None:
        path = tmp_path / "song.rm"
        path.write_bytes(library["song.mp3"].read_bytes())
        [result] = classify_files([path], models=["ann"])
        assert result["emotion"] == "happy"

    @pytest.mark.django_db
    def test_an_upload_is_told(self, user: User) -> None:
        with TemporaryUploadedFile("song.mid", "audio/midi", len(MIDI), None) as upload:
            upload.file.write(MIDI)
            upload.seek(0)
            with pytest.raises(UploadRejectedError, match=f"^{SENTENCE}$"):
                add_upload(user, upload)
