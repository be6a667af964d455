from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pytest
from rich.console import Console

from ml.datasets.labels_file import LabelRow
from ml.errors import DataError
from ml.evaluation.answers import answers_to, write_answers
from ml.evaluation.words import word_figures, words_table
from ml.labels import EMOTIONS
from ml.training.words import NAMES, SAID, Lesson


@pytest.fixture
def rows() -> list[LabelRow]:
    return [
        LabelRow(
            f"{number}.mp3", emotion, str(number), number // 8, moods=words[number // 4 % 2 + 1]
        )
        for number in range(80)
        for emotion in [EMOTIONS[number % 4]]
        for words in [list(SAID[emotion].values())]
    ]


@pytest.fixture
def lesson(rows: list[LabelRow]) -> Lesson:
    """Clips whose one tag says which word fits."""
    return Lesson.of(rows, np.array([[1.0 if n // 4 % 2 else -1.0] for n in range(len(rows))]))


def test_what_fits_is_always_first_when_most_speaks_for_it(lesson: Lesson) -> None:
    found = word_figures(lesson, lesson.says.astype(float))
    assert set(found.first.values()) == {1.0}
    assert found.areas["tender"] != found.areas["tender"]  # no clip has it
    assert found.areas["mellow"] == found.areas["soothing"] == 1.0
    assert found.chance["calm"] == pytest.approx(1 / 5)


def test_nothing_is_told_when_as_much_speaks_for_every_word(lesson: Lesson) -> None:
    found = word_figures(lesson, np.zeros(lesson.says.shape))
    assert found.areas["mellow"] == 0.5


def test_before_stands_beside_after(lesson: Lesson) -> None:
    def support(_answer: Mapping[str, float], odds: Mapping[str, float]) -> dict[str, float]:
        return {name: odds.get(name, 0.0) for name in NAMES}

    console = Console(width=100)
    with console.capture() as printed:
        console.print(words_table(lesson, np.full((80, 4), 0.25), support))
    (line,) = [line for line in printed.get().splitlines() if "mellow" in line]
    assert [cell.strip() for cell in line.split("│")[2:5]] == ["10", "0.500", "1.000"]


def test_answers_are_found_by_clip_when_they_were_kept(
    rows: list[LabelRow], tmp_path: Path
) -> None:
    answers = np.random.default_rng(0).dirichlet(np.ones(4), len(rows)).round(4)
    write_answers(tmp_path, rows, [row.fold for row in rows], answers, "0")
    assert answers_to(tmp_path, rows[::-1]) == pytest.approx(answers[::-1])
    stranger = LabelRow("z.mp3", EMOTIONS[0], "z", 0)
    with pytest.raises(DataError, match="keeps no answers"):
        answers_to(tmp_path, [stranger])
