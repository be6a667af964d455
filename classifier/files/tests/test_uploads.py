from __future__ import annotations

import io
from pathlib import Path

import pytest

from classifier.files.decoding import get_decoder
from classifier.files.naming import title_from
from classifier.files.tests.test_bad_input import upload_of
from classifier.files.uploads import UploadRejectedError, add_upload, check_audio
from classifier.models import Song
from classifier.tests.corpus import Corpus
from ml.audio import decoding
from ml.errors import SENTENCES, ClipError
from ml.tests.sounds import music, write
from spotify_auth.models import User


def add(user: User, path: Path, name: str | None = None) -> Song:
    with upload_of(path, name) as upload:
        return add_upload(user, upload)


class TestAddUpload:
    def test_one_song_when_the_same_audio_comes_twice(self, user: User, library: Corpus) -> None:
        first = add(user, library["song.mp3"])
        assert add(user, library["song.mp3"], "renamed.mp3") == first
        assert len(list(Path(first.audio.path).parent.iterdir())) == 1

    def test_the_audio_is_kept_again_when_storage_lost_it(
        self, user: User, library: Corpus
    ) -> None:
        first = add(user, library["song.mp3"])
        Path(first.audio.path).unlink()
        assert add(user, library["song.mp3"]) == first
        first.refresh_from_db()
        assert first.has_audio

    def test_two_songs_when_two_people_upload_the_same(
        self, user: User, stranger: User, library: Corpus
    ) -> None:
        assert add(user, library["song.mp3"]) != add(stranger, library["song.mp3"])

    def test_title_and_artist_come_from_the_tags(self, user: User, tmp_path: Path) -> None:
        path = _with_tags(tmp_path, title="Gymnopédie No. 1", artist="Satie\nErik")
        song = add(user, path, "track01.mp3")
        assert (song.title, song.artist) == ("Gymnopédie No. 1", "Satie Erik")

    def test_title_comes_from_the_name_when_there_are_no_tags(
        self, user: User, library: Corpus
    ) -> None:
        song = add(user, library["song.wav"], "my_own_song.wav")
        assert (song.title, song.artist) == ("my own song", "")
        assert song.duration_ms == 5000

    @pytest.mark.parametrize(
        ("name", "called", "extension"),
        [
            ("song.mp3", "song", ".mp3"),
            ("song.flac", "song.mp3", ".flac"),
            ("song.opus", "song.opus", ".ogg"),
            ("song.m4a", "song.mov", ".m4a"),
            ("song.aiff", "song.aiff", ".aiff"),
            ("song.webm", "song.webm", ".webm"),
        ],
    )
    def test_the_file_is_called_what_it_is(
        self, user: User, library: Corpus, *, name: str, called: str, extension: str
    ) -> None:
        song = add(user, library[name], called)
        assert Path(song.audio.path).suffix == extension
        assert song.title == "song"
        song.full_clean()

    def test_long_tags_fit_the_database(self, user: User, tmp_path: Path) -> None:
        song = add(user, _with_tags(tmp_path, title="t" * 500, artist="a" * 500))
        song.full_clean(exclude=["audio"])
        assert song.title == "t" * 200


class TestCheckAudio:
    @pytest.mark.parametrize(
        ("code", "sentence"),
        [
            ("too-slow", "took too long"),
            ("too-heavy", "more memory"),
            ("crashed", "cannot be read"),
            ("silent", "is silent"),
        ],
    )
    def test_refused_with_the_decoders_reason(
        self, monkeypatch: pytest.MonkeyPatch, code: str, sentence: str
    ) -> None:
        def refuse(_path: Path) -> None:
            raise ClipError(code, SENTENCES[code])

        monkeypatch.setattr(get_decoder(), "describe", refuse)
        with pytest.raises(UploadRejectedError, match=sentence):
            check_audio(Path("song.mp3"))

    def test_refused_when_no_child_can_be_started(
        self, library: Corpus, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
    ) -> None:
        get_decoder().close()
        monkeypatch.setattr(decoding, "COMMAND", ["/no/such/python"])
        with pytest.raises(UploadRejectedError, match="could not be read as audio"):
            check_audio(library["song.mp3"])
        assert "could not be checked" in caplog.text


@pytest.mark.parametrize(
    ("filename", "title"),
    [
        ("song.mp3", "song"),
        ("my_own__song.mp3", "my own song"),
        ("C:\\music\\song.mp3", "song"),
        ("/etc/passwd", "passwd"),
        ("a\x00b\u200fc\n.mp3", "abc"),
        ("x" * 300 + ".mp3", "x" * 200),
        ("", "Untitled"),
        ("___.mp3", "Untitled"),
    ],
)
def test_a_title_is_made_of_a_file_name(filename: str, title: str) -> None:
    assert title_from(filename) == title


def _with_tags(folder: Path, *, title: str, artist: str) -> Path:
    """An MP3 with an ID3v2.4 tag in front."""
    frames = io.BytesIO()
    for key, text in ((b"TIT2", title), (b"TPE1", artist)):
        content = b"\x03" + text.encode()
        frames.write(key + _syncsafe(len(content)) + b"\x00\x00" + content)
    tag = frames.getvalue()
    path = write(folder / "plain.mp3", music(4), codec="libmp3lame")
    tagged = folder / "tagged.mp3"
    audio = path.read_bytes()
    tagged.write_bytes(b"ID3\x04\x00\x00" + _syncsafe(len(tag)) + tag + audio)
    return tagged


def _syncsafe(number: int) -> bytes:
    return bytes((number >> shift) & 0x7F for shift in (21, 14, 7, 0))
