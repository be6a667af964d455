from __future__ import annotations

from pathlib import Path

import pytest
from django.core.management import CommandError, call_command


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
