"""The README's tables say what the shipped weights say."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from django.conf import settings

from classifier.terminal.batch import classify_files
from classifier.terminal.finding import find_files
from ml.labels import EMOTIONS

README = (settings.BASE_DIR / "README.md").read_text(encoding="utf-8")
WEIGHTS = settings.BASE_DIR / "ml" / "weights"


def rows_of(heading: str) -> list[list[str]]:
    """Cells of the table below `heading`, without its two head lines."""
    section = README.split(f"{heading}\n", 1)[1].split("\n#", 1)[0]
    lines = [line for line in section.splitlines() if line.startswith("|")][2:]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]


@pytest.fixture(scope="module")
def answers() -> dict[str, dict[str, Any]]:
    paths = find_files([str(settings.BASE_DIR / "classifier" / "demo" / "audio")])
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(settings, "WEIGHTS_DIR", WEIGHTS)
        results = list(classify_files(paths, models=[settings.CLASSIFIER_MODELS[0]]))
    return {path.stem: result for path, result in zip(paths, results, strict=True)}


def test_each_demo_song_has_the_answer_that_the_readme_gives(
    answers: dict[str, dict[str, Any]],
) -> None:
    catalogue = json.loads((settings.BASE_DIR / "classifier/demo/catalogue.json").read_text())
    by_title = {f"{song['composer']}, {song['title']}": song for song in catalogue}
    table = rows_of("### What it says of the demo songs")
    assert {row[0] for row in table} == set(by_title)
    for title, convention, emotion, *shares in table:
        song = by_title[title]
        answer = answers[song["slug"]]
        assert (convention, emotion) == (song["emotion"], answer["emotion"])
        for name, share in zip(EMOTIONS, shares, strict=True):
            assert int(share.removesuffix(" %")) == pytest.approx(
                100 * answer["probabilities"][name], abs=2
            )


def test_each_model_has_the_figures_of_its_metrics() -> None:
    table = rows_of("## Models")
    named = {re.sub(r"[`*]|\[|\]\(.*?\)", "", row[0]): row for row in table}
    assert set(named) == {path.parent.name for path in WEIGHTS.glob("*/meta.json")}
    for name, (_, _, folds, clips, f1, accuracy, ece) in named.items():
        metrics = json.loads((WEIGHTS / name / "metrics.json").read_text())
        low, high = metrics["macro_f1_interval"]
        assert int(folds) == len(metrics["folds"])
        assert int(clips) == metrics["clips"]
        assert f1 == f"{metrics['macro_f1']:.3f} ({low:.3f}–{high:.3f})"
        assert accuracy == f"{metrics['accuracy']:.3f}"
        assert ece == f"{metrics['ece']:.3f}"
