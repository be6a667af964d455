from __future__ import annotations

import csv
import datetime as dt
import io
import json
import subprocess
import sys
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from classifier.emotions.readings import read
from classifier.management.commands import classify as command
from classifier.models import Classification, Song
from classifier.queue import leases
from classifier.queue import rows as queue
from classifier.tests.corpus import Corpus
from classifier.tests.factories import ClassificationFactory, SongFactory
from classifier.tests.fakes import SURE, FakePrediction, FakeService
from journify.tests.sandbox import Sandbox
from spotify_auth.models import User

EARLIER = timezone.now() - dt.timedelta(days=1)
EARLIEST = EARLIER - dt.timedelta(days=1)
KEYS = [
    *("file", "emotion", "probabilities", "valence", "arousal", "spread", "words"),
    *("segments", "model", "version", "seconds"),
]


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def run(*arguments: object, out: io.StringIO | None = None) -> tuple[int, str, str]:
    """Run the command; return exit code, standard output and standard error."""
    out, err = out or io.StringIO(), io.StringIO()
    try:
        call_command("classify", *map(str, arguments), stdout=out, stderr=err)
    except SystemExit as exit_:
        return int(exit_.code or 0), out.getvalue(), err.getvalue()
    return 0, out.getvalue(), err.getvalue()


def run_json(*arguments: object) -> tuple[int, list[dict[str, Any]]]:
    code, out, _err = run("--json", *arguments)
    return code, json.loads(out)


class TestJson:
    def test_one_array_with_an_object_for_each_input(
        self, service: FakeService, library: Corpus
    ) -> None:
        code, [first, second] = run_json(library["song.mp3"], library["empty.mp3"])
        assert code == 1
        assert list(first) == KEYS
        assert list(first["probabilities"]) == ["sad", "happy", "energetic", "calm"]
        assert first["probabilities"] == SURE
        assert [segment["start"] for segment in first["segments"]] == [0, 10, 20]
        assert second == {"file": str(library["empty.mp3"]), "error": "This file is empty."}

    def test_names_are_written_as_they_are(
        self, service: FakeService, library: Corpus, tmp_path: Path
    ) -> None:
        path = tmp_path / 'ünï"code 🎵.mp3'
        path.write_bytes(library["song.mp3"].read_bytes())
        _code, out, _err = run("--json", path)
        assert "ünï" in out
        assert json.loads(out)[0]["file"] == str(path)


class TestCsv:
    def test_a_header_and_a_row_for_each_input(self, service: FakeService, library: Corpus) -> None:
        code, out, _err = run("--csv", library["song.mp3"], library["empty.mp3"])
        first, second = csv.DictReader(io.StringIO(out))
        assert code == 1
        assert (first["emotion"], first["happy"], first["calm"]) == ("happy", "0.7", "0.1")
        assert (first["model"], first["version"], first["error"]) == ("resnet18_bilstm", "test", "")
        assert (second["emotion"], second["error"]) == ("", "This file is empty.")
        assert out.splitlines()[0] == (
            "file,emotion,sad,happy,energetic,calm,model,version,seconds,error"
        )


class TestTable:
    def test_answers_in_rows_and_failures_below(
        self, service: FakeService, library: Corpus
    ) -> None:
        code, out, err = run(library["song.mp3"], library["empty.mp3"])
        lines = out.splitlines()
        assert code == 1
        assert lines[0].split() == [
            *("file", "emotion", "sad", "happy", "energetic", "calm", "seconds", "model")
        ]
        assert lines[1].split()[1:6] == ["happy", "10%", "70%", "10%", "10%"]
        assert lines[-1] == f"✗ {library['empty.mp3']}: This file is empty."
        assert err.strip() == "1 of 2 could not be classified."

    def test_no_colours_when_output_is_no_terminal(
        self, service: FakeService, library: Corpus
    ) -> None:
        assert "\x1b" not in run(library["song.mp3"])[1]

    def test_a_name_with_markup_is_printed_as_it_is(
        self,
        service: FakeService,
        library: Corpus,
        tmp_path: Path,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        monkeypatch.chdir(tmp_path)  # short names, as a table has room for
        path = Path("a[red]b.mp3")
        path.write_bytes(library["song.mp3"].read_bytes())
        out = run(path, Path("[bold]none.mp3"))[1]
        assert "a[red]b.mp3" in out
        assert "[bold]none.mp3: There is no such file." in out


class TestExitCodes:
    def test_zero_when_every_input_was_answered(
        self, service: FakeService, library: Corpus
    ) -> None:
        code, _out, err = run(library["song.mp3"])
        assert (code, err) == (0, "")

    @pytest.mark.parametrize(
        ("arguments", "message"),
        [
            ([], "Nothing to classify"),
            (["a.mp3", "--model", "vgg"], "no model “vgg”; there are: ann, resnet18_bilstm"),
            (["a.mp3", "--jobs", "0"], "from 1 up"),
            (["a.mp3", "--jobs", "two"], "invalid int value"),
            (["--song", "17"], "invalid UUID value"),
            (["a.mp3", "--json", "--csv"], "not allowed with"),
            (["a.mp3", "--pending"], "one of files"),
            (["--pending", "--song", str(uuid4())], "one of files"),
            (["--pending", "--features", "a.csv"], "one of files"),
            (["--pending", "--model", "ann"], "goes with files"),
            (["--features", "a.csv", "--model", "ann"], "goes with files"),
            (["--pending", "--jobs", "2"], "--jobs goes with files"),
            (["--song", str(uuid4()), "--jobs", "2"], "--jobs goes with files"),
            (["--features", "a.csv", "--jobs", "2"], "--jobs goes with files"),
            (["--explain", "a.mp3", "--out", "a.png", "--jobs", "2"], "--jobs goes with files"),
            (["--features", "none.csv"], "none.csv cannot be opened: No such file"),
        ],
    )
    def test_wrong_usage_is_told(self, arguments: list[str], message: str) -> None:
        with pytest.raises(CommandError, match=message):
            call_command("classify", *arguments)

    def test_wrong_usage_when_a_folder_holds_no_audio(
        self, service: FakeService, tmp_path: Path
    ) -> None:
        with pytest.raises(CommandError, match="no audio file") as error:
            call_command("classify", str(tmp_path))
        assert error.value.returncode == 2
        assert service.names == []  # no model was loaded for it

    @pytest.mark.parametrize("form", ["--json", "--csv"])
    def test_130_and_what_was_heard_when_interrupted(
        self, service: FakeService, library: Corpus, form: str
    ) -> None:
        service.script = [FakePrediction(), KeyboardInterrupt()]
        code, out, _err = run(form, library["song.mp3"], library["song.wav"])
        assert code == 130
        rows = json.loads(out) if form == "--json" else list(csv.DictReader(io.StringIO(out)))
        assert [row["file"] for row in rows] == [str(library["song.mp3"])]

    def test_two_when_usage_is_wrong(self) -> None:
        for arguments in ([], ["--colour"]):
            child = subprocess.run(
                [sys.executable, "manage.py", "classify", *arguments],
                capture_output=True,
                text=True,
                check=False,
            )
            assert child.returncode == 2
            assert child.stdout == ""
            assert "Traceback" not in child.stderr


class TestOptions:
    def test_models_are_asked_best_first(self, service: FakeService, library: Corpus) -> None:
        run(library["song.mp3"])
        assert service.names == ["resnet18_bilstm", "ann"]

    def test_only_the_named_model_is_asked(self, service: FakeService, library: Corpus) -> None:
        run(library["song.mp3"], "--model", "ann")
        assert service.names == ["ann"]

    def test_processes_are_as_many_as_named(
        self, library: Corpus, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        asked: list[Any] = []
        monkeypatch.setattr(
            command, "classify_files", lambda paths, **options: asked.append(options) or iter([])
        )
        run(library["song.mp3"], "--jobs", "3")
        assert [options["jobs"] for options in asked] == [3]

    def test_examples_keep_their_lines_in_help(self, capsys: pytest.CaptureFixture[str]) -> None:
        with pytest.raises(SystemExit):
            call_command("classify", "--help")
        out = capsys.readouterr().out
        assert "\n    manage.py classify --pending\n" in out
        assert "Exit codes: 0" in out


class TestProgress:
    @pytest.fixture
    def shown(self, monkeypatch: pytest.MonkeyPatch) -> list[bool]:
        """Whether a bar was shown, for each run."""
        runs: list[bool] = []

        class Bar(command.Progress):
            def __init__(self, *columns: Any, **options: Any) -> None:
                runs.append(not options["disable"])
                super().__init__(*columns, **options | {"disable": True})

        monkeypatch.setattr(command, "Progress", Bar)
        return runs

    @pytest.mark.parametrize("is_terminal", [True, False])
    def test_a_bar_only_where_somebody_watches(
        self,
        service: FakeService,
        library: Corpus,
        shown: list[bool],
        monkeypatch: pytest.MonkeyPatch,
        is_terminal: bool,  # noqa: FBT001 -- pytest names it
    ) -> None:
        monkeypatch.setattr(sys, "stderr", Terminal() if is_terminal else io.StringIO())
        run("--json", library["song.mp3"], library["song.wav"])
        assert shown == [is_terminal]

    @pytest.mark.parametrize(
        ("form", "is_shown"), [("--json", False), ("--csv", False), (None, True)]
    )
    def test_no_bar_where_rows_stream_to_the_terminal(
        self,
        service: FakeService,
        library: Corpus,
        shown: list[bool],
        monkeypatch: pytest.MonkeyPatch,
        *,
        form: str | None,
        is_shown: bool,
    ) -> None:
        monkeypatch.setattr(sys, "stderr", Terminal())
        options = [form] if form else []
        run(*options, library["song.mp3"], library["song.wav"], out=Terminal())
        assert shown == [is_shown]

    def test_no_bar_for_a_single_file(
        self,
        service: FakeService,
        library: Corpus,
        shown: list[bool],
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        monkeypatch.setattr(sys, "stderr", Terminal())
        run(library["song.mp3"])
        assert shown == [False]

    def test_standard_output_stays_clean_on_a_terminal(
        self, service: FakeService, library: Corpus, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(sys, "stderr", Terminal())
        _code, out, _err = run("--json", library["song.mp3"], library["song.wav"])
        assert len(json.loads(out)) == 2
        assert "listening" in sys.stderr.getvalue()  # type: ignore[attr-defined]


@pytest.mark.django_db
class TestSongs:
    def test_a_song_of_the_database_is_answered_and_kept(
        self, service: FakeService, heard_song: Song
    ) -> None:
        code, [result] = run_json("--song", heard_song.pk)
        assert code == 0
        assert list(result) == ["file", "song", *KEYS[1:]]
        assert (result["file"], result["song"]) == (str(heard_song), str(heard_song.pk))
        assert heard_song.classifications.get().emotion == result["emotion"] == "happy"

    def test_its_lease_is_renewed_meanwhile(self, service: FakeService, heard_song: Song) -> None:
        renewed = []

        def answer(_clip: object) -> FakePrediction:
            renewed.append(leases.renew_leases())
            return FakePrediction()

        service.classify = answer  # type: ignore[method-assign]
        run_json("--song", heard_song.pk)
        assert renewed == [1]

    def test_an_answer_is_told_again_without_listening(
        self, service: FakeService, heard_song: Song
    ) -> None:
        ClassificationFactory(song=heard_song, emotion="sad")
        _code, [result] = run_json("--song", heard_song.pk)
        assert (result["emotion"], service.heard) == ("sad", [])

    def test_several_songs_come_in_the_order_named(
        self, service: FakeService, heard_song: Song
    ) -> None:
        other = ClassificationFactory().song
        _code, results = run_json("--song", other.pk, "--song", heard_song.pk)
        assert [result["song"] for result in results] == [str(other.pk), str(heard_song.pk)]

    def test_the_fallbacks_answer_counts(self, service: FakeService, heard_song: Song) -> None:
        service.script = [FakePrediction(model="ann", emotion="calm")]
        code, [result] = run_json("--song", heard_song.pk)
        assert (code, result["model"], result["emotion"]) == (0, "ann", "calm")

    def test_it_says_what_the_page_says(
        self, service: FakeService, user: User, heard_song: Song
    ) -> None:
        """Not the newest answer: that of the model ranked first."""
        ClassificationFactory(song=heard_song, emotion="sad", queued_at=EARLIER)
        ClassificationFactory(song=heard_song, emotion="happy", version="0", queued_at=EARLIEST)
        ClassificationFactory(song=heard_song, emotion="calm", model="ann")
        _code, [result] = run_json("--song", heard_song.pk)
        reading = read(Song.objects.with_readings(user).get(pk=heard_song.pk))
        assert result["emotion"] == reading.emotion == "sad"
        assert result["model"] == reading.classification.model == "resnet18_bilstm"

    def test_what_no_model_is_sure_of_is_not_called_a_feeling(
        self, service: FakeService, heard_song: Song
    ) -> None:
        unsure = {"sad": 0.4, "happy": 0.1, "energetic": 0.15, "calm": 0.35}
        ClassificationFactory(song=heard_song, emotion="sad", probabilities=unsure)
        code, [result] = run_json("--song", heard_song.pk)
        assert (code, result["emotion"], result["probabilities"]) == (0, "not sure", unsure)
        assert ",not sure,0.4," in run("--csv", "--song", heard_song.pk)[1]
        assert "not sure: sad or calm" in run("--song", heard_song.pk)[1]

    def test_a_song_that_waits_for_another_try_is_not_said_to_be_heard(
        self, service: FakeService, heard_song: Song
    ) -> None:
        row = queue.request_classification(heard_song)
        later = timezone.now() + dt.timedelta(hours=1)
        Classification.objects.filter(pk=row.pk).update(retry_at=later, reason="platform")
        code, [result] = run_json("--song", heard_song.pk)
        assert (code, result["error"]) == (1, "It will be tried again (platform).")

    def test_the_reason_is_told_when_there_is_no_audio(self, service: FakeService) -> None:
        song = SongFactory(audio="")
        code, [result] = run_json("--song", song.pk)
        assert code == 1
        assert "no audio" in result["error"]
        assert song.classifications.get().status == "failed"

    def test_a_song_is_left_to_the_worker_that_has_it(
        self, service: FakeService, heard_song: Song
    ) -> None:
        queue.claim_classification(queue.request_classification(heard_song).pk, worker="w1")
        code, [result] = run_json("--song", heard_song.pk)
        assert (code, result["error"]) == (1, "A worker is listening to it.")
        assert service.heard == []

    def test_wrong_usage_when_there_is_no_such_song(self) -> None:
        key = SongFactory.build().pk
        with pytest.raises(CommandError, match=f"There is no song {key}") as error:
            call_command("classify", "--song", str(key))
        assert error.value.returncode == 2


@pytest.mark.django_db
class TestPending:
    def test_every_song_without_an_answer_is_listened_to(
        self, service: FakeService, heard_song: Song
    ) -> None:
        answered = ClassificationFactory().song
        ClassificationFactory(song=heard_song, status="failed", emotion="", error="No.")
        SongFactory(audio="")
        code, [result] = run_json("--pending")
        assert (code, result["song"]) == (0, str(heard_song.pk))
        assert set(Classification.objects.done()) == {
            answered.classifications.get(),
            heard_song.classifications.get(),
        }

    def test_songs_without_a_file_of_their_own_are_listened_to(
        self, service: FakeService, sandbox: Sandbox
    ) -> None:
        there = sandbox.world.songs[3]
        song = SongFactory(audio="", title=there.title, artist=there.artist, isrc=there.isrc)
        code, [result] = run_json("--pending")
        assert (code, result["song"], result["emotion"]) == (0, str(song.pk), "happy")
        assert song.classifications.get().clip_source == "deezer"

    def test_an_answer_that_stands_while_a_song_is_heard_again_is_one(
        self, service: FakeService, heard_song: Song
    ) -> None:
        queue.requeue(ClassificationFactory(song=heard_song))
        assert run_json("--pending") == (0, [])

    def test_the_oldest_comes_first(self, service: FakeService, heard_song: Song) -> None:
        older = SongFactory()
        Song.objects.filter(pk=older.pk).update(created_at=timezone.now().replace(year=2020))
        _code, results = run_json("--pending")
        assert [result["song"] for result in results] == [str(older.pk), str(heard_song.pk)]
        assert "error" in results[0]

    def test_nothing_to_do_is_no_failure(self, service: FakeService) -> None:
        assert run_json("--pending") == (0, [])
        assert run("--pending") == (0, "", "")
