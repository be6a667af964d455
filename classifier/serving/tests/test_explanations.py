from __future__ import annotations

import json
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from PIL import Image
from pytest_django import Settings


@pytest.fixture(autouse=True)
def _shipped(settings: Settings, _a_known_main_model: None) -> None:
    settings.WEIGHTS_DIR = settings.BASE_DIR / "ml" / "weights"


def explain(file: Path, out: Path) -> dict[str, object]:
    printed = StringIO()
    call_command("classify", "--json", "--explain", str(file), "--out", str(out), stdout=printed)
    [result] = json.loads(printed.getvalue())
    return dict(result)


def test_the_answer_is_printed_and_its_reasons_drawn(settings: Settings, tmp_path: Path) -> None:
    song = settings.BASE_DIR / "classifier" / "demo" / "audio" / "the-entertainer.mp3"
    result = explain(song, tmp_path / "why.png")
    assert result["picture"] == str(tmp_path / "why.png")
    assert sum(result["shares"]) == pytest.approx(1.0, abs=0.01)  # type: ignore[call-overload]
    with Image.open(tmp_path / "why.png") as image:
        assert image.format == "PNG"


def test_a_bad_file_gets_its_sentence_and_no_picture(tmp_path: Path) -> None:
    bad = tmp_path / "letter.mp3"
    bad.write_text("not a song")
    with pytest.raises(SystemExit):
        explain(bad, tmp_path / "why.png")
    assert not (tmp_path / "why.png").exists()


@pytest.mark.parametrize(
    "arguments",
    [["--explain", "a.mp3"], ["--out", "b.png", "a.mp3"], ["--explain", "a.mp3", "c.mp3"]],
)
def test_usage_is_explained_when_wrong(arguments: list[str]) -> None:
    with pytest.raises(CommandError) as caught:
        call_command("classify", *arguments)
    assert caught.value.returncode == 2


def test_a_place_that_cannot_be_written_is_named(settings: Settings, tmp_path: Path) -> None:
    song = settings.BASE_DIR / "classifier" / "demo" / "audio" / "the-entertainer.mp3"
    with pytest.raises(CommandError, match="cannot be written"):
        explain(song, tmp_path / "no" / "such" / "folder.png")
