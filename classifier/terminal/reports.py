"""Write results of classifying: a table for people, CSV and JSON for machines."""

import csv
import json
from collections.abc import Callable, Generator, Iterable
from typing import Any, TextIO

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from classifier.serving.results import Result, certainty_of, is_sure, minutes_and_seconds
from ml.labels import EMOTIONS

Written = Generator["Result", None, None]
Writer = Callable[[Iterable["Result"], TextIO], Written]

COLORS = {"sad": "blue", "happy": "yellow", "energetic": "red", "calm": "green"}
CSV_FIELDS = ["file", "emotion", *EMOTIONS, "model", "version", "seconds", "error"]
PIPE_WIDTH = 140
# What a song counts as of which no model was sure, to people and to machines.
NOT_SURE = "not sure"


def write_json(results: Iterable[Result], out: TextIO) -> Written:
    """Write one array, an object a line, as results arrive; yields each after it is written."""
    separator = "[\n"
    try:
        for result in results:
            out.write(separator + json.dumps(result, ensure_ascii=False))
            out.flush()
            separator = ",\n"
            yield result
    finally:  # an array that was cut off is still an array
        out.write("[]\n" if separator == "[\n" else "\n]\n")


def write_csv(results: Iterable[Result], out: TextIO) -> Written:
    """Write a header and one row for each result; yields each after it is written."""
    writer = csv.DictWriter(out, CSV_FIELDS, extrasaction="ignore")
    writer.writeheader()
    for result in results:
        writer.writerow(result | result.get("probabilities", {}))
        out.flush()
        yield result


def write_table(results: Iterable[Result], out: TextIO) -> Written:
    """Collect the results and draw a table at the end; yields each as it arrives."""
    table = Table(box=None, header_style="bold", pad_edge=False)
    table.add_column("file", overflow="fold", ratio=3)
    table.add_column("emotion")
    for emotion in EMOTIONS:
        table.add_column(emotion, justify="right")
    table.add_column("seconds", justify="right")
    table.add_column("model")
    below = []
    for result in results:
        if "error" in result:
            below.append(f"[red]✗[/] {escape(result['file'])}: {escape(result['error'])}")
        else:
            table.add_row(*_cells(result))
        if "note" in result:
            below.append(f"{escape(result['file'])}: {result['note']}")
        yield result
    console = Console(file=out, highlight=False)
    if not console.is_terminal:
        console.width = PIPE_WIDTH
    if table.row_count:
        console.print(table)
    for line in below:
        console.print(line, soft_wrap=True)


def write_arc(results: Iterable[Result], out: TextIO) -> Written:
    """Draw how each whole file moves, a line for every stretch, and name where it turns."""
    console = Console(file=out, highlight=False)
    for result in results:
        if "error" in result:
            console.print(f"[red]✗[/] {escape(result['file'])}: {escape(result['error'])}")
        else:
            console.print(_arc_table(result))
            for turn in result["turns"]:
                console.print(turn["words"])
        yield result


def _arc_table(result: Result) -> Table:
    table = Table("from", "to", "arousal", "valence", box=None, header_style="bold", pad_edge=False)
    for each in result["arc"]:
        table.add_row(
            *(minutes_and_seconds(each[name]) for name in ("start", "end")),
            *(f"{each[name]:+.2f}" for name in ("arousal", "valence")),
        )
    return table


def _cells(result: dict[str, Any]) -> list[str]:
    return [
        escape(result.get("track") or result["file"]),
        _emotion(result),
        *(f"{result['probabilities'].get(emotion, 0.0):.0%}" for emotion in EMOTIONS),
        f"{result['seconds'] or 0.0:.2f}",
        result["model"],
    ]


def _emotion(result: dict[str, Any]) -> str:
    """The emotion in its colour, or as on a page the two between which the model is not sure."""
    probabilities = result["probabilities"]
    if not is_sure(certainty_of(probabilities)):
        likely = sorted(EMOTIONS, key=lambda emotion: -probabilities.get(emotion, 0.0))
        return f"{NOT_SURE}: {likely[0]} or {likely[1]}"
    return f"[{COLORS[result['emotion']]}]{result['emotion']}[/]"
