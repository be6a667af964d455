"""Render a folder of MIDI files with varied instruments, as a folder of labelled clips.

    python -m tools.render_midi data/vgmidi runs/rendered/vgmidi
    python -m tools.render_midi data/emopia runs/rendered/emopia --songs 160

Needs FluidSynth and a General MIDI sound font. Every file is played on two instruments; which
follows from its name alone, so that everybody renders the same. What is written stays out of the
repository.
"""

import argparse
import csv
import hashlib
import os
import subprocess
import tempfile
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from random import Random

from ml.clip import SAMPLE_RATE
from ml.errors import DataError

SOUND_FONT = Path("/usr/share/sounds/sf2/FluidR3_GM.sf2")
PIANO = 0
PIANO_SHARE = 0.25
# General MIDI programs that can carry a melody and its chords, from every family
PROGRAMS = (
    *(0, 1, 2, 4, 5, 6, 8, 11, 12, 16, 19, 21, 22, 24, 25, 26, 27, 29, 30, 40, 42, 46, 48, 49),
    *(50, 51, 52, 56, 57, 60, 61, 62, 65, 66, 68, 71, 73, 75, 79, 80, 81, 88, 89, 90, 91, 95),
    *(104, 107, 108),
)
GAIN = 0.6
MOST_SECONDS = 120  # of computing, for one file


def _program_of(name: str, take: int) -> int:
    """Choose an instrument by a file's name; a quarter of all is played on the piano."""
    digest = hashlib.sha256(f"{name} {take}".encode()).digest()
    if digest[0] < 256 * PIANO_SHARE:
        return PIANO
    return PROGRAMS[int.from_bytes(digest[1:3], "big") % len(PROGRAMS)]


def _played_on(midi: bytes, program: int) -> bytes:
    """Return a MIDI file whose tracks begin by choosing an instrument for the first channel.

    Raises DataError: it is no MIDI file.
    """
    if midi[:4] != b"MThd":
        raise DataError("This is no MIDI file.")
    place = 8 + int.from_bytes(midi[4:8], "big")
    result = midi[:place]
    while midi[place : place + 4] == b"MTrk":
        begin = place + 8
        place = begin + int.from_bytes(midi[place + 4 : begin], "big")
        events = midi[begin:place]
        if events[:2] == b"\x00\xc0":
            events = events[3:]
        events = bytes([0, 0xC0, program]) + events
        result += b"MTrk" + len(events).to_bytes(4, "big") + events
    return result


def _render(source: Path, target: Path, program: int) -> None:
    """Write one MIDI file as FLAC, played on one instrument."""
    with tempfile.NamedTemporaryFile(suffix=".mid") as changed:
        changed.write(_played_on(source.read_bytes(), program))
        changed.flush()
        command = ["fluidsynth", "-niq", "-g", str(GAIN), "-r", str(SAMPLE_RATE)]
        command += ["-T", "flac", "-F", str(target), str(SOUND_FONT), changed.name]
        subprocess.run(command, check=True, capture_output=True, timeout=MOST_SECONDS)


def _one_of_each_song(table: list[dict[str, str]], songs: int) -> list[dict[str, str]]:
    """Return the test part of EMOPIA, and one clip each of so many songs of its training part."""
    random = Random(0)
    clips: dict[str, list[dict[str, str]]] = {}
    for row in table:
        if row["split"] == "train":
            clips.setdefault(row["song_id"], []).append(row)
    chosen = [random.choice(each) for each in clips.values()]
    return [row for row in table if row["split"] == "test"] + chosen[:songs]


def _render_folder(data: Path, folder: Path, *, processes: int, songs: int | None = None) -> None:
    """Render every row of `data`'s labels.csv twice, and write a labels.csv of what came of it.

    The second take, on another instrument, teaches what of a clip is its instrument's
    (`ml.networks.regressions.Changes`); it is named in the column `again`.
    """
    with (data / "labels.csv").open(newline="", encoding="utf-8") as source:
        table = list(csv.DictReader(source))
    if songs is not None:
        table = _one_of_each_song(table, songs)
    folder.mkdir(parents=True, exist_ok=True)
    with ThreadPoolExecutor(processes) as pool:
        rows = list(pool.map(lambda row: _rendered(data, folder, row), table))
    with (folder / "labels.csv").open("w", newline="", encoding="utf-8") as target:
        writer = csv.DictWriter(target, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)


def _rendered(data: Path, folder: Path, row: dict[str, str]) -> dict[str, str]:
    programs = [_program_of(row["file"], take) for take in range(2)]
    targets = [folder / f"{Path(row['file']).stem}-{take}.flac" for take in range(2)]
    for program, target in zip(programs, targets, strict=True):
        if not target.exists():
            partial = target.with_suffix(".part")
            _render(data / row["file"], partial, program)
            partial.replace(target)
    names = {"file": targets[0].name, "again": targets[1].name}
    return {**row, **names, "midi": row["file"], "program": str(programs[0])}


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m tools.render_midi")
    parser.add_argument("data", type=Path, help="folder with MIDI files and labels.csv")
    parser.add_argument("folder", type=Path, help="where the clips go")
    parser.add_argument("--processes", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--songs", type=int, help="of EMOPIA's training part, one clip each")
    options = parser.parse_args(arguments)
    _render_folder(
        options.data,
        options.folder,
        processes=options.processes,
        songs=options.songs,
    )


if __name__ == "__main__":
    main()
