"""Databases with today's tables, made once for all processes of a test run."""

import atexit
import fcntl
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from tools.processes import ROOT

SQLITE_FILE = "journify.sqlite3"
SHARED = "JOURNIFY_TESTS_SHARED"  # the folder that the processes of a run have in common


def share_a_folder() -> None:
    """Make the folder in the process that starts the others, which get its name from it."""
    if SHARED not in os.environ:
        folder = os.environ[SHARED] = tempfile.mkdtemp(prefix="journify-tests-")
        atexit.register(shutil.rmtree, folder, ignore_errors=True)


def make_tables(folder: Path, *, url: str = "") -> None:
    """Make the tables of a folder of data, or of a server's database, which takes seconds."""
    env = os.environ | {"JOURNIFY_DATA_DIR": str(folder), "DATABASE_URL": url}
    command = [sys.executable, "manage.py", "migrate", "--verbosity=0"]
    subprocess.run(command, cwd=ROOT, env=env, check=True)


def made_once(name: str, fill: Callable[[Path], None]) -> Path:
    """Return a folder of a test run, to be copied from; `fill` fills it where it is not there."""
    folder = Path(os.environ[SHARED]) / name
    with (folder.parent / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (folder / "made").exists():
            folder.mkdir(exist_ok=True)
            fill(folder)
            (folder / "made").touch()
    return folder


def migrated_file(fill: Callable[[Path], None] = make_tables) -> Path:
    """Return the database on SQLite, to be copied."""
    return made_once("sqlite", fill) / SQLITE_FILE


def begin_with_tables(folder: Path) -> None:
    """Put a copy into a folder of data, in a test run; a measurement begins with nothing."""
    if SHARED in os.environ:
        shutil.copy(migrated_file(), folder / SQLITE_FILE)
