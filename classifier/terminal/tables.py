"""Classify rows of track features: a CSV file with the columns that platforms publish."""

from __future__ import annotations

import csv
import itertools
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from django.conf import settings

from classifier.serving.results import Result, as_result
from ml.datasets.tracks import TRACK_COLUMNS

if TYPE_CHECKING:
    from ml.predictor import Predictor

MODEL = "ann_tracks"
ROWS_AT_ONCE = 500


def read_table(path: Path) -> list[dict[str, str]]:
    """Read the rows of a CSV file with a header.

    Raises OSError: the file cannot be opened; ValueError: it is not CSV text, or none of its
    columns is a track feature; the text says so.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file)
            columns = set(reader.fieldnames or [])
            rows = list(reader)
    except (csv.Error, UnicodeDecodeError) as error:
        raise ValueError("this is not a CSV table.") from error
    if not columns & set(TRACK_COLUMNS):
        raise ValueError(f"no column is a track feature ({', '.join(TRACK_COLUMNS)}).")
    return rows


def classify_rows(path: Path, rows: list[dict[str, str]]) -> Iterator[Result]:
    """Load the model for track features and yield one result for each row, in order.

    Yields as `classifier.terminal.batch.classify_files`; `file` is the table with the row's number,
    from 1, and `track` and `artist` are repeated where the table has them.

    Raises WeightsError: the model is not there or damaged; raised at once, not with the first row.
    """
    from ml.predictor import Predictor

    return _results(path, rows, Predictor.load(MODEL, root=settings.WEIGHTS_DIR))


def _results(path: Path, rows: list[dict[str, str]], predictor: Predictor) -> Iterator[Result]:
    from ml.ann import predict_tracks

    numbered = enumerate(rows, start=1)
    while block := list(itertools.islice(numbered, ROWS_AT_ONCE)):
        started = time.perf_counter()
        answers = predict_tracks([row for _, row in block], predictor=predictor)
        seconds = (time.perf_counter() - started) / len(block)
        for (number, row), answer in zip(block, answers, strict=True):
            result: Result = {"error": answer.error}
            if answer.prediction is not None:
                result = as_result(answer.prediction, seconds=seconds)
            names = {name: row[name] for name in ("track", "artist") if row.get(name)}
            yield {"file": f"{path}:{number}"} | names | result
