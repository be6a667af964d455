from __future__ import annotations

from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from ml.tests.sounds import music, write


def test_reason_is_given_when_training_data_are_missing(tmp_path: Path) -> None:
    runs = f"--runs={tmp_path / 'runs'}"
    with pytest.raises(CommandError, match=r"There is no labels\.csv"):
        call_command("train", "cnn_lstm", f"--data={tmp_path}", "--folds=0", runs)


def test_reason_is_given_when_network_is_unknown(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="There is no configuration"):
        call_command("train", "oracle", f"--data={tmp_path}", "--folds=0")


def test_reason_is_given_when_there_is_nothing_to_evaluate(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="nothing to evaluate"):
        call_command("evaluate", f"--data={tmp_path}", f"--runs={tmp_path}")


def test_reason_is_given_when_ratings_are_bad(tmp_path: Path) -> None:
    (tmp_path / "r.csv").write_text("rater,file,emotion\nann,a.mp3,angry\n", encoding="utf-8")
    with pytest.raises(CommandError, match="Line 2: 'angry' is none of"):
        call_command("evaluate_personal", f"--ratings={tmp_path / 'r.csv'}", f"--data={tmp_path}")


def test_reason_is_given_when_words_are_judged_on_clips_without_answers(tmp_path: Path) -> None:
    write(tmp_path / "a.wav", music(4.0))
    (tmp_path / "labels.csv").write_text(
        "file,emotion,moods\na.wav,calm,Tender\n", encoding="utf-8"
    )
    with pytest.raises(CommandError, match="resnet18_bilstm keeps no answers to the clips"):
        call_command("evaluate_words", f"--data={tmp_path}", f"--runs={tmp_path / 'runs'}")


def test_ratings_are_measured_on_a_folder_of_clips(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    lines = ["rater,file,valence,arousal"]
    for seed in range(16):
        write(tmp_path / f"{seed}.wav", music(4.0, seed=seed))
        lines.append(f"ann,{seed}.wav,{seed % 2 - 0.5},{seed % 3 - 1}")
    (tmp_path / "r.csv").write_text("\n".join(lines), encoding="utf-8")
    options = [f"--data={tmp_path}", f"--runs={tmp_path / 'runs'}", "--model=ann", "--draws=2"]
    call_command("evaluate_personal", f"--ratings={tmp_path / 'r.csv'}", *options)
    assert "without the layer and with it" in capsys.readouterr().out
