from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from ml.datasets.labels_file import LabelRow, deal_folds, read_labels
from ml.errors import DataError
from ml.labels import EMOTIONS


def written(folder: Path, text: str) -> Path:
    (folder / "labels.csv").write_text(text)
    return folder


def test_rows_are_read_when_columns_are_few(tmp_path: Path) -> None:
    rows = read_labels(written(tmp_path, "file,emotion,group\na.mp3,sad,x\nb.mp3,Calm,y\n"))
    assert [(row.file, row.emotion, row.group) for row in rows] == [
        ("a.mp3", "sad", "x"),
        ("b.mp3", "calm", "y"),
    ]


def test_file_is_its_own_group_when_none_is_given(tmp_path: Path) -> None:
    assert read_labels(written(tmp_path, "file,emotion\na.mp3,sad\n"))[0].group == "a.mp3"


def test_given_folds_and_words_are_kept_when_there(tmp_path: Path) -> None:
    text = "file,emotion,fold,moods,genres,quadrant_share\na,happy,7,Gleeful; Fun,Jazz,0.75\n"
    row = read_labels(written(tmp_path, text))[0]
    assert (row.fold, row.moods, row.genres) == (7, ("Gleeful", "Fun"), ("Jazz",))
    assert row.agreement == 0.75


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("file,emotion\na.mp3,angry\n", "Line 2: 'angry' is none of sad, happy, energetic, calm"),
        ("file,emotion,fold\na.mp3,sad,12\n", "the fold '12' is not 0 to 9"),
        ("song,emotion\na.mp3,sad\n", "needs the columns file and emotion"),
        ("file,emotion\n", "at least one row"),
    ],
)
def test_refused_when_table_is_wrong(tmp_path: Path, text: str, reason: str) -> None:
    with pytest.raises(DataError, match=reason):
        read_labels(written(tmp_path, text))


def test_refused_when_there_is_no_table(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"no labels\.csv"):
        read_labels(tmp_path)


def test_groups_stay_whole_and_emotions_even_when_folds_are_dealt() -> None:
    rows = [
        LabelRow(file=f"{index}", emotion=EMOTIONS[index % 4], group=f"{index // 3}", fold=0)
        for index in range(240)
    ]
    dealt = deal_folds(rows)
    folds_of = {row.group: {each.fold for each in dealt if each.group == row.group} for row in rows}
    assert all(len(folds) == 1 for folds in folds_of.values())
    counts = Counter((row.fold, row.emotion) for row in dealt)
    assert min(counts.values()) >= 5
    assert max(counts.values()) <= 7
    assert dealt == deal_folds(rows)
