"""A whole song: its arc and turns, asked for by a page and heard by a worker, or by a command."""

from __future__ import annotations

import itertools
import json
from io import StringIO
from pathlib import Path

import numpy as np
import pytest
from django.core.files.base import ContentFile
from django.core.management import CommandError, call_command
from pytest_django import DjangoCaptureOnCommitCallbacks

from classifier.emotions.arcs import MOST_TURNS, Stretch, Turn, stretches_of, turns_of
from classifier.models import Arc, Song
from classifier.serving import whole
from classifier.tests.factories import SongFactory
from classifier.tests.fakes import FakePrediction, FakeService, install
from journify.background import endings, jobs, transport
from journify.background.tests.workers import work_at
from ml.tests.sounds import rustle, write

Status = Arc.Status

QUIET = {"sad": 0.1, "happy": 0.1, "energetic": 0.0, "calm": 0.8}
LOUD = {"sad": 0.0, "happy": 0.8, "energetic": 0.1, "calm": 0.1}


def stretches(*pairs: tuple[float, float]) -> list[Stretch]:
    return [
        Stretch(10.0 * place, 10.0 * (place + 1), valence, arousal)
        for place, (valence, arousal) in enumerate(pairs)
    ]


def kinds(turns: list[Turn]) -> list[tuple[float, str]]:
    return [(turn.at, turn.kind) for turn in turns]


class TestTurns:
    @pytest.mark.parametrize(
        ("before", "after", "kind"),
        [
            ((0.5, -0.6), (0.5, 0.4), "lifts"),
            ((0.5, 0.4), (0.5, -0.6), "settles"),
            ((-0.5, 0.1), (0.4, 0.1), "brightens"),
            ((0.4, 0.1), (-0.5, 0.1), "darkens"),
        ],
    )
    def test_each_is_named(
        self, before: tuple[float, float], after: tuple[float, float], kind: str
    ) -> None:
        assert kinds(turns_of(stretches(*[before] * 6, *[after] * 6))) == [(60.0, kind)]

    def test_a_song_that_stays_has_none(self) -> None:
        wobble = [(0.2 + 0.05 * (place % 2), 0.1) for place in range(20)]
        assert turns_of(stretches(*wobble)) == []
        assert turns_of([]) == []
        assert turns_of(stretches((0.1, 0.9))) == []

    def test_one_odd_part_alone_is_no_turn(self) -> None:
        assert turns_of(stretches(*[(0.0, 0.0)] * 6, (0.0, 0.8), *[(0.0, 0.0)] * 6)) == []

    def test_there_are_few_and_they_are_apart(self) -> None:
        back_and_forth = [(0.0, 0.9 if (place // 4) % 2 else -0.9) for place in range(80)]
        turns = turns_of(stretches(*back_and_forth))
        assert len(turns) == MOST_TURNS
        assert turns == sorted(turns, key=lambda turn: turn.at)
        assert min(b.at - a.at for a, b in itertools.pairwise(turns)) >= 30

    def test_it_says_when(self) -> None:
        turn = Turn(161.0, "lifts", 0.5)
        assert (turn.words, turn.fragment) == ("Lifts at 2:41", "#t=161")


def upload(folder: Path, seconds: float = 65.0) -> Song:
    content = write(folder / "whole.wav", rustle(seconds)).read_bytes()
    return SongFactory(audio=ContentFile(content, name="whole.wav"))


@pytest.mark.django_db
class TestByAWorker:
    def test_every_part_is_heard_once_in_the_times_of_the_song(
        self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ) -> None:
        service = FakeService(FakePrediction(probabilities=QUIET), FakePrediction())
        install(monkeypatch, service)
        row = whole.request_arc(upload(tmp_path))
        assert work_at(row)
        row.refresh_from_db()
        assert (row.status, row.error, row.model) == (Status.DONE, "", "resnet18_bilstm")
        assert [clip.start for clip in service.heard] == [0.0, 30.0, 60.0]
        found = stretches_of(row.segments)
        assert [each.start for each in found] == [10.0 * place for place in range(9)]
        assert [each.end for each in found] == [10.0 * place for place in range(1, 10)]

    def test_a_file_that_cannot_be_read_is_told(self, monkeypatch: pytest.MonkeyPatch) -> None:
        install(monkeypatch, FakeService())
        row = whole.request_arc(SongFactory())  # not really audio
        work_at(row)
        row.refresh_from_db()
        assert row.status == Status.FAILED
        assert row.error

    def test_it_is_asked_for_once_and_again_after_a_failure(
        self, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
    ) -> None:
        song = SongFactory()
        with django_capture_on_commit_callbacks() as callbacks:
            first = whole.request_arc(song)
            assert whole.request_arc(song) == first
        assert callbacks == [transport.wake_workers]
        Arc.objects.update(status=Status.FAILED)
        assert whole.request_arc(song) != first

    def test_a_worker_that_dies_leaves_it_to_another_and_then_it_is_told(self) -> None:
        row = whole.request_arc(SongFactory())
        for _ in range(3):
            mine = jobs.claim(Arc.objects.all(), row.pk)
            assert mine is not None
            assert endings.interrupted(mine)
        row.refresh_from_db()
        assert (row.status, row.error) == (Status.FAILED, str(Arc.GIVEN_UP))

    def test_its_turn_comes_after_what_somebody_waits_for(self) -> None:
        arc = whole.request_arc(SongFactory())
        assert arc.turn_at > jobs.turn(Arc) - 2 * Arc.BEHIND
        assert (
            max(
                kind.model.BEHIND
                for kind in jobs.kinds()
                if kind.model.__name__ != "Arc" and kind.model._meta.app_label == "classifier"
            )
            < arc.BEHIND
        )

    def test_it_goes_with_its_song(self) -> None:
        row = whole.request_arc(SongFactory())
        row.song.delete()
        assert not Arc.objects.exists()


class TestCommand:
    def heard(self, path: Path, *options: str) -> str:
        out = StringIO()
        call_command("classify", "--whole", str(path), *options, stdout=out)
        return out.getvalue()

    def test_json_has_the_arc_and_its_turns(
        self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ) -> None:
        parts = [
            {"start": start, "end": start + 10, "probabilities": chances}
            for start, chances in ((0.0, QUIET), (10.0, QUIET), (20.0, QUIET))
        ]
        louder = [part | {"probabilities": LOUD} for part in parts]
        script = (FakePrediction(segments=parts), FakePrediction(segments=louder))
        install(monkeypatch, FakeService(*script))
        path = write(tmp_path / "a.wav", rustle(60))
        [result] = json.loads(self.heard(path, "--json"))
        assert list(result) == ["file", "seconds", "arc", "turns", "model", "version"]
        assert result["seconds"] == 60.0
        assert result["arc"][0] == {"start": 0.0, "end": 10.0, "valence": 0.8, "arousal": -0.8}
        assert [turn["words"] for turn in result["turns"]] == ["Lifts at 0:30"]

    def test_a_table_for_people(self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
        install(monkeypatch, FakeService(FakePrediction()))
        lines = self.heard(write(tmp_path / "a.wav", rustle(30))).splitlines()
        assert lines[0].split() == ["from", "to", "arousal", "valence"]
        assert lines[1].split() == ["0:00", "0:10", "+0.60", "+0.60"]

    def test_what_is_no_song_is_told(self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
        install(monkeypatch, FakeService())
        path = tmp_path / "a.mp3"
        path.write_bytes(b"x" * 99)
        with pytest.raises(SystemExit):
            self.heard(path, "--json")

    def test_not_as_csv(self, tmp_path: Path) -> None:
        with pytest.raises(CommandError, match="--whole goes without --csv"):
            self.heard(tmp_path / "a.wav", "--csv")


def test_the_bound_is_a_setting(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, settings) -> None:
    settings.WHOLE_MAX_MINUTES = 0.5
    service = FakeService()
    path = write(tmp_path / "a.wav", np.concatenate([rustle(70)]))
    whole.heard_whole(path, service)  # type: ignore[arg-type]
    assert len(service.heard) == 1
