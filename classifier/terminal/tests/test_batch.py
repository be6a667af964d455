from __future__ import annotations

from pathlib import Path
from threading import Event

import pytest
from pytest_django import Settings

from classifier.errors import NO_MODEL, NoModelError
from classifier.serving.results import as_point
from classifier.terminal import batch
from classifier.terminal.batch import classify_files, known_models
from classifier.tests.corpus import Corpus
from classifier.tests.fakes import (
    DEADLY,
    SURE,
    FakePrediction,
    FakeService,
    set_up_mortal_process,
    set_up_process,
)


class TestClassifyFiles:
    def test_results_are_plain_values(self, service: FakeService, library: Corpus) -> None:
        path = library["song.wav"]
        [result] = classify_files([path], models=["resnet18_bilstm"])
        seconds = result.pop("seconds")
        assert seconds >= 0
        assert result == {
            "file": str(path),
            "emotion": "happy",
            "probabilities": SURE,
            **as_point(SURE, FakePrediction().word_odds),
            "segments": FakePrediction().segments,
            "model": "resnet18_bilstm",
            "version": "test",
        }
        assert service.names == ["resnet18_bilstm"]

    @pytest.mark.parametrize(
        ("error", "sentence"),
        [
            (NoModelError(str(NO_MODEL)), str(NO_MODEL)),
            (KeyError("x"), "Something went wrong while listening to this file."),
        ],
    )
    def test_a_failure_costs_one_line(
        self, service: FakeService, library: Corpus, error: Exception, sentence: str
    ) -> None:
        service.script = [error, FakePrediction()]
        paths = [library["song.wav"], library["song.flac"]]
        bad, good = classify_files(paths, models=["ann"])
        assert bad == {"file": str(paths[0]), "error": sentence}
        assert good["emotion"] == "happy"

    @pytest.mark.parametrize("name", ["missing.mp3", "*.xyz"])
    def test_a_missing_file_is_called_missing(
        self, service: FakeService, tmp_path: Path, name: str
    ) -> None:
        [result] = classify_files([tmp_path / name], models=["ann"])
        assert result["error"] == "There is no such file."

    def test_answers_arrive_one_by_one(self, service: FakeService, library: Corpus) -> None:
        results = classify_files([library["song.wav"], library["song.flac"]], models=["ann"])
        assert next(results)["emotion"] == "happy"
        assert len(service.heard) == 1

    def test_order_is_kept_when_two_processes_work(
        self, library: Corpus, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(batch, "_set_up", set_up_process)
        names = ["song.wav", "empty.mp3", "96-khz.wav", "text.mp3"] * 3
        paths = [library[name] for name in names]
        results = list(classify_files(paths, models=["ann"], jobs=2))
        assert [Path(result["file"]).name for result in results] == names
        assert [result.get("emotion") for result in results] == ["happy", None, "happy", None] * 3
        assert results[0]["model"] == "ann"


class TestDecodedEarly:
    def test_what_is_no_use_is_left_to_whoever_listens(self, library: Corpus) -> None:
        early: dict[Path, batch.Early] = {}
        paths = [library[name] for name in ("song.wav", "empty.mp3", "song.flac")]
        batch._decode_early(paths, early, Event())
        assert list(early) == [paths[0], paths[2]]

    def test_nothing_is_decoded_once_somebody_listens(self, library: Corpus) -> None:
        early: dict[Path, batch.Early] = {}
        is_heard = Event()
        is_heard.set()
        batch._decode_early([library["song.wav"]], early, is_heard)
        assert early == {}

    @pytest.mark.usefixtures("service")
    def test_it_is_not_decoded_again(self, library: Corpus) -> None:
        early: dict[Path, batch.Early] = {}
        batch._decode_early([library["song.wav"]], early, Event())
        clip, seconds = early[library["song.wav"]]
        batch._start(["ann"])
        result = batch._classify_file(library["empty.mp3"], (clip, seconds + 60))
        assert result["emotion"] == "happy"
        assert result["seconds"] > 60


class TestKilledProcess:
    @pytest.fixture(autouse=True)
    def _deadly_set_up(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(batch, "_set_up", set_up_mortal_process)

    def test_it_costs_the_line_of_its_file_only(self, library: Corpus) -> None:
        names = ["song.wav", DEADLY, "song.flac", "empty.mp3", "song.opus"] * 2
        results = list(classify_files([library[n] for n in names], models=["ann"], jobs=2))
        assert [Path(result["file"]).name for result in results] == names
        errors = [result.get("error") for result in results]
        assert errors == [None, batch.KILLED, None, "This file is empty.", None] * 2

    def test_a_run_of_one_file_ends_with_its_line(self, library: Corpus) -> None:
        [result] = classify_files([library[DEADLY]], models=["ann"], jobs=2)
        assert result == {"file": str(library[DEADLY]), "error": batch.KILLED}


def test_shipped_models_that_hear_are_listed_by_name(settings: Settings) -> None:
    (settings.WEIGHTS_DIR / "unfinished").mkdir()
    (settings.WEIGHTS_DIR / "ann_tracks").mkdir()
    (settings.WEIGHTS_DIR / "ann_tracks" / "meta.json").write_text('{"input": "features"}')
    assert known_models() == ["ann", "resnet18_bilstm"]
