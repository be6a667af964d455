from __future__ import annotations

import io
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from classifier.terminal.tables import ROWS_AT_ONCE, classify_rows, read_table
from classifier.tests.fakes import FakePrediction
from ml import ann, predictor
from ml.ann import TrackResult


@pytest.fixture
def blocks(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Puts a stand-in for the network: sizes of the blocks that it was asked about."""
    sizes: list[int] = []

    def predict(rows: list[Mapping[str, str]], **_options: Any) -> list[TrackResult]:
        sizes.append(len(rows))
        return [_answer(row) for row in rows]

    monkeypatch.setattr(predictor.Predictor, "load", lambda *_args, **_options: None)
    monkeypatch.setattr(ann, "predict_tracks", predict)
    return sizes


def _answer(row: Mapping[str, str]) -> TrackResult:
    if not row.get("energy"):
        return TrackResult(None, "There is no energy.")
    return TrackResult(FakePrediction(segments=[], model="ann_tracks"))  # type: ignore[arg-type]


def table(folder: Path, text: str, *, encoding: str = "utf-8") -> Path:
    path = folder / "tracks.csv"
    path.write_text(text, encoding=encoding, newline="")
    return path


class TestReadTable:
    @pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
    def test_rows_are_read_as_text(self, tmp_path: Path, encoding: str) -> None:
        path = table(tmp_path, "energy,valence\r\n0.5,0.25\r\n", encoding=encoding)
        assert read_table(path) == [{"energy": "0.5", "valence": "0.25"}]

    def test_no_rows_are_none(self, tmp_path: Path) -> None:
        assert read_table(table(tmp_path, "energy,valence\n")) == []

    @pytest.mark.parametrize("text", ["", "title,artist\nClair,Debussy\n", "energi\n0.5\n"])
    def test_refused_when_no_column_is_a_feature(self, tmp_path: Path, text: str) -> None:
        with pytest.raises(ValueError, match=r"^no column is a track feature \(danceability, "):
            read_table(table(tmp_path, text))

    @pytest.mark.parametrize("content", [b"\xff\xfe\x00energy", b"energy\n\xe9\n"])
    def test_refused_when_it_is_no_text(self, tmp_path: Path, content: bytes) -> None:
        path = tmp_path / "tracks.csv"
        path.write_bytes(content)
        with pytest.raises(ValueError, match=r"^this is not a CSV table\.$"):
            read_table(path)

    def test_refused_when_it_is_not_there(self, tmp_path: Path) -> None:
        with pytest.raises(FileNotFoundError):
            read_table(tmp_path / "none.csv")


class TestClassifyRows:
    def test_one_result_for_each_row(self, blocks: list[int]) -> None:
        rows = [{"track": "Clair", "artist": "Debussy", "energy": "0.2"}, {"energy": ""}]
        good, bad = classify_rows(Path("tracks.csv"), rows)
        assert list(good) == [
            *("file", "track", "artist", "emotion", "probabilities"),
            *("valence", "arousal", "spread", "words", "segments"),
            *("model", "version", "seconds"),
        ]
        assert (good["file"], good["track"], good["emotion"]) == ("tracks.csv:1", "Clair", "happy")
        assert bad == {"file": "tracks.csv:2", "error": "There is no energy."}

    def test_long_tables_are_answered_in_blocks(self, blocks: list[int]) -> None:
        rows = [{"energy": "0.2"}] * (ROWS_AT_ONCE + 1)
        results = list(classify_rows(Path("a.csv"), rows))
        assert blocks == [ROWS_AT_ONCE, 1]
        assert results[-1]["file"] == f"a.csv:{ROWS_AT_ONCE + 1}"


class TestCommand:
    def test_a_bad_row_costs_itself_alone(self, blocks: list[int], tmp_path: Path) -> None:
        path = table(tmp_path, 'energy\n0.5\n""\n0.1\n')
        out = io.StringIO()
        with pytest.raises(SystemExit) as exit_:
            call_command("classify", "--json", features=path, stdout=out, stderr=io.StringIO())
        assert exit_.value.code == 1
        results = json.loads(out.getvalue())
        assert [result.get("emotion") for result in results] == ["happy", None, "happy"]

    def test_wrong_usage_when_the_table_is_none(self, tmp_path: Path) -> None:
        path = table(tmp_path, "title\nClair\n")
        with pytest.raises(CommandError, match="no column is a track feature") as error:
            call_command("classify", features=path)
        assert error.value.returncode == 2

    def test_it_is_said_when_the_model_is_not_shipped(self, tmp_path: Path) -> None:
        path = table(tmp_path, "energy\n0.5\n")
        with pytest.raises(CommandError, match="ann_tracks"):
            call_command("classify", features=path)
