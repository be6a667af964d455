from __future__ import annotations

import csv
from pathlib import Path

import pytest

from ml.datasets.labels_file import read_labels
from tools import render_midi

NO_NOTES = b"MThd\0\0\0\6\0\0\0\1\0\x60MTrk\0\0\0\4\0\xff\x2f\0"
COPIES = '#!/bin/sh\nfor last; do :; done\nwhile [ "$1" != -F ]; do shift; done\ncp "$last" "$2"\n'


def test_every_file_is_played_on_two_instruments_when_a_set_is_rendered(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A program in FluidSynth's place writes what it was to play."""
    program, data, target = tmp_path / "fluidsynth", tmp_path / "data", tmp_path / "rendered"
    program.write_text(COPIES)
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    data.mkdir()
    (data / "labels.csv").write_text("file,emotion\na.mid,sad\nb.mid,calm\n")
    for name in ("a.mid", "b.mid"):
        (data / name).write_bytes(NO_NOTES)
    render_midi.main([str(data), str(target), "--processes", "1"])
    rows = read_labels(target)
    assert [(row.file, row.again) for row in rows] == [
        ("a-0.flac", "a-1.flac"),
        ("b-0.flac", "b-1.flac"),
    ]
    with (target / "labels.csv").open(newline="") as table:
        for line in csv.DictReader(table):
            first, second = (
                (target / line[name]).read_bytes()[22:25] for name in ("file", "again")
            )
            assert first == bytes([0, 0xC0, int(line["program"])])
            assert second[:2] == first[:2]
            assert second != first
