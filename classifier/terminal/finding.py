"""Find the audio files that arguments name: files, folders and globs."""

import glob
import itertools
import os
import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from stat import S_ISDIR

from classifier.files.formats import is_named_like_audio

MISSING = "There is no such file."
SIDE_FILE = "._"  # what macOS keeps beside a file on disks that are not its own
# Brackets may be a glob's or a name's: so many are read in both ways.
MAX_BRACKETS = 6
# What follows a dot and is no extension, as in "Vol. 2", or none at all: this may be a folder.
FOLDER_LIKE = re.compile(r"|\..*[^A-Za-z0-9].*|\..{6,}")


def find_files(patterns: Sequence[str]) -> list[Path]:
    """Expand files, folders (recursively, audio files by extension) and globs, each file once.

    What cannot be heard is kept if its name says that it was meant to be: a path that does not
    exist, a link that leads nowhere, a folder that cannot be opened, a kind that nothing decodes.
    Each gets its line of error.
    """
    found: dict[Path, None] = {}
    for pattern in patterns:
        path = Path(pattern)
        if _is_folder(path):
            found.update(dict.fromkeys(_below(path)))
        elif problem_of(path) != MISSING or not glob.has_magic(pattern):
            found[path] = None
        else:
            found.update(dict.fromkeys(_matches(pattern) or [path]))
    return list(found)


def problem_of(path: Path) -> str:
    """Say what is wrong with a path before anything is read; empty if nothing is."""
    try:
        return "This folder cannot be opened." if S_ISDIR(path.stat().st_mode) else ""
    except (FileNotFoundError, NotADirectoryError):
        return "This link leads nowhere." if path.is_symlink() else MISSING
    except (OSError, ValueError):  # too long a name, links in a circle, no permission
        return "This path cannot be opened."


def _is_folder(path: Path) -> bool:
    with suppress(OSError, ValueError):
        return path.is_dir()
    return False


def _matches(pattern: str) -> list[Path]:
    """Return the files that a glob matches, and those below the folders that it matches."""
    for reading in _readings(pattern):
        names = sorted(glob.glob(reading, recursive=True))  # noqa: PTH207 -- absolute patterns too
        paths = [Path(name) for name in names if not Path(name).name.startswith(SIDE_FILE)]
        files = [file for path in paths for file in (_below(path) if _is_folder(path) else [path])]
        if files:
            return files
    return []


def _readings(pattern: str) -> Iterator[str]:
    """Yield a glob with its brackets as a name's ("Album [2001]"), as a glob's, and mixed."""
    first, *others = pattern.split("[")
    brackets = ("[[]", "[")
    ways: Iterable[tuple[str, ...]] = itertools.product(brackets, repeat=len(others))
    if len(others) > MAX_BRACKETS:
        ways = [(bracket,) * len(others) for bracket in brackets]
    for way in ways:
        yield first + "".join(itertools.chain(*zip(way, others, strict=True)))


def _below(folder: Path) -> Iterator[Path]:
    """Yield the audio files below a folder in their order, through links, each folder once."""
    seen: set[tuple[int, int]] = set()
    refused: list[OSError] = []
    files = []
    for name, folders, names in os.walk(folder, followlinks=True, onerror=refused.append):
        status = Path(name).stat()
        if (status.st_dev, status.st_ino) in seen:
            folders.clear()
            continue
        seen.add((status.st_dev, status.st_ino))
        files += [Path(name, each) for each in names if _is_meant(Path(name, each))]
    files += [Path(os.fsdecode(error.filename)) for error in refused if error.filename]
    yield from sorted(files)


def _is_meant(path: Path) -> bool:
    """Whether a file of a folder is one to be heard, or to be told of."""
    if path.name.startswith(SIDE_FILE):
        return False
    if is_named_like_audio(path.name):
        return True
    return problem_of(path) not in {"", MISSING} and FOLDER_LIKE.fullmatch(path.suffix) is not None
