from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import TemporaryUploadedFile
from django.core.management import call_command
from pytest_django import Settings

from classifier.files import uploads
from classifier.files.uploads import UploadRejectedError, add_upload
from classifier.models import Song
from classifier.tests.corpus import BAD, GOOD, Corpus
from classifier.tests.fakes import FakeService
from ml.audio.decoding import Description
from spotify_auth.models import User

pytestmark = pytest.mark.any_database

ODD_NAMES = {
    "../../etc/pässwörd 🎵.mp3": "pässwörd 🎵",
    "..\\..\\windows\\win.mp3": "win",
    "<script>alert(1)</script>.mp3": "script>",
    "-rf *; rm $(HOME).mp3": "-rf *; rm $(HOME)",
    "\u202e3pm.\nexe\x00.mp3": "3pm.exe",
    f"{'a' * 296}.mp3": "a" * 200,
    "🎵" * 100 + ".mp3": "🎵" * 100,
    "no extension": "no extension",
    ".mp3": ".mp3",
    "???": "???",
}


def upload_of(path: Path, name: str | None = None) -> TemporaryUploadedFile:
    """Write a file to where the upload handler leaves it."""
    upload = TemporaryUploadedFile(name or path.name, "audio/mpeg", path.stat().st_size, None)
    upload.file.write(path.read_bytes())
    upload.seek(0)
    return upload


FOUND = Description(format="mp3", source_seconds=5.0, title="", artist="")


def stored_files(settings: Settings) -> list[Path]:
    return [path for path in Path(settings.MEDIA_ROOT).rglob("*") if path.is_file()]


def classify(*arguments: str) -> tuple[int, list[dict[str, Any]]]:
    """Run `manage.py classify --json`; return its exit code and its array."""
    out = io.StringIO()
    code = 0
    try:
        call_command("classify", "--json", *arguments, stdout=out, stderr=io.StringIO())
    except SystemExit as exit_:
        code = int(exit_.code or 0)
    return code, json.loads(out.getvalue())


class TestUpload:
    @pytest.mark.parametrize(("name", "sentence"), BAD.items())
    def test_refused_with_a_sentence_when_file_is_bad(
        self, user: User, settings: Settings, library: Corpus, name: str, sentence: str
    ) -> None:
        with upload_of(library[name]) as upload, pytest.raises(UploadRejectedError) as refusal:
            add_upload(user, upload)
        assert str(refusal.value).replace("\xa0", " ") == sentence
        assert not Song.objects.exists()
        assert stored_files(settings) == []

    @pytest.mark.parametrize(("name", "seconds"), GOOD.items())
    def test_kept_when_format_is_one_we_take(
        self, user: User, library: Corpus, name: str, seconds: float
    ) -> None:
        with upload_of(library[name]) as upload:
            song = add_upload(user, upload)
        assert song.owner == user
        assert song.duration_ms == pytest.approx(seconds * 1000, abs=200) or name == "truncated.mp3"
        assert Path(song.audio.path).read_bytes() == library[name].read_bytes()

    @pytest.mark.parametrize(("name", "title"), ODD_NAMES.items())
    def test_kept_under_a_name_of_ours_when_the_listeners_is_odd(
        self,
        user: User,
        settings: Settings,
        library: Corpus,
        monkeypatch: pytest.MonkeyPatch,
        name: str,
        title: str,
    ) -> None:
        # the check sees the temporary file, whose name is ours; one test has both
        monkeypatch.setattr(uploads, "check_audio", lambda _path: FOUND)
        with upload_of(library["song.mp3"], name) as upload:
            song = add_upload(user, upload)
        assert song.title == title
        [path] = stored_files(settings)
        assert path.parent == Path(settings.MEDIA_ROOT) / "audio"
        assert path.suffix == ".mp3"
        assert len(path.stem) == 36

    def test_kept_when_name_and_check_are_real(self, user: User, library: Corpus) -> None:
        name = "../../etc/pässwörd 🎵.mp3"
        with upload_of(library["song.mp3"], name) as upload:
            assert add_upload(user, upload).title == "pässwörd 🎵"

    def test_refused_when_upload_is_too_large(
        self, user: User, settings: Settings, library: Corpus
    ) -> None:
        settings.UPLOAD_MAX_MB = 1
        with (
            upload_of(library["96-khz.wav"]) as upload,
            pytest.raises(
                UploadRejectedError,
                match=r"^This file is larger than 1\xa0MB\. Try a shorter cut or an MP3 of it\.$",
            ),
        ):
            add_upload(user, upload)
        assert not Song.objects.exists()
        assert stored_files(settings) == []

    def test_earlier_songs_stay_when_a_later_upload_is_refused(
        self, user: User, settings: Settings, library: Corpus
    ) -> None:
        with upload_of(library["song.mp3"]) as upload:
            song = add_upload(user, upload)
        with upload_of(library["nan.wav"]) as upload, pytest.raises(UploadRejectedError):
            add_upload(user, upload)
        assert Song.objects.get() == song
        assert [str(path) for path in stored_files(settings)] == [song.audio.path]


class TestCommand:
    def test_each_bad_file_costs_one_line_and_not_the_run(
        self, service: FakeService, library: Corpus
    ) -> None:
        names = ["song.mp3", *BAD, "song.flac"]
        code, results = classify(*(str(library[name]) for name in names))
        assert code == 1
        assert [Path(result["file"]).name for result in results] == names
        errors = {Path(r["file"]).name: r["error"] for r in results if "error" in r}
        assert errors == BAD
        assert all(set(r) == {"file", "error"} for r in results if "error" in r)
        assert results[0]["emotion"] == results[-1]["emotion"] == "happy"

    def test_emotion_is_said_when_format_is_one_we_take(
        self, service: FakeService, library: Corpus
    ) -> None:
        code, results = classify(*(str(library[name]) for name in GOOD))
        assert code == 0
        assert {result["emotion"] for result in results} == {"happy"}
        heard = dict(zip(GOOD, (clip.seconds for clip in service.heard), strict=True))
        assert heard == pytest.approx(GOOD, abs=0.2)

    @pytest.mark.parametrize("name", ["../pässwörd 🎵.mp3", "-x $(y) [1].mp3", "a" * 251 + ".mp3"])
    def test_emotion_is_said_when_the_name_is_odd(
        self, service: FakeService, library: Corpus, tmp_path: Path, name: str
    ) -> None:
        (tmp_path / "below").mkdir()
        path = tmp_path / "below" / name
        path.write_bytes(library["song.mp3"].read_bytes())
        code, [result] = classify(str(path))
        assert (code, result["file"], result["emotion"]) == (0, str(path), "happy")

    def test_other_files_are_answered_when_a_name_is_no_text(
        self, service: FakeService, library: Corpus, tmp_path: Path
    ) -> None:
        (tmp_path / "na\udcefve.mp3").write_bytes(library["song.mp3"].read_bytes())
        code, [result] = classify(str(tmp_path))
        assert code == 0
        assert result["file"].encode("utf-8") == f"{tmp_path}/na\ufffdve.mp3".encode()
