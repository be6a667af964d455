"""Whatever ends `make run`, its web pages, its worker and what they started end too."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings

from journify.tests.databases import own_data
from tools.processes import free_port

START_SECONDS, END_SECONDS = 90, 30
pytestmark = [
    pytest.mark.slow,
    pytest.mark.any_database,
    pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason="needs Linux"),
]


def processes_of(folder: Path) -> dict[int, str]:
    """Every process that was started with this folder of data, by its number."""
    found = {}
    for path in Path("/proc").iterdir():
        with contextlib.suppress(OSError):
            if path.name.isdecimal() and os.fsencode(folder) in (path / "environ").read_bytes():
                found[int(path.name)] = (path / "cmdline").read_bytes().decode().replace("\0", " ")
    return {number: line for number, line in found.items() if line}


@pytest.fixture
def running(tmp_path: Path) -> Iterator[tuple[subprocess.Popen[bytes], Path]]:
    """`make run` in a session of its own, and the folder by which its processes are known."""
    folder, port = tmp_path / "data", free_port()
    command = ["make", "-o", ".venv/run.stamp", "run", f"PORT={port}"]
    with own_data(folder, migrated=True) as env, (tmp_path / "log").open("w") as log:
        make = subprocess.Popen(
            command, cwd=settings.BASE_DIR, env=os.environ | env, stdout=log, stderr=log,
            start_new_session=True,
        )  # fmt: skip
        try:
            wait_for(f"http://127.0.0.1:{port}/healthz", make)
            yield make, folder
        finally:
            for number in processes_of(folder):
                with contextlib.suppress(ProcessLookupError):
                    os.kill(number, signal.SIGKILL)
            make.wait()


def wait_for(url: str, make: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        assert make.poll() is None, "make run ended at its start"
        with contextlib.suppress(urllib.error.URLError, TimeoutError):
            urllib.request.urlopen(url, timeout=30).close()  # noqa: S310 -- our own address
            return
        time.sleep(0.2)
    pytest.fail("no page came")


def left_after(folder: Path) -> dict[int, str]:
    deadline = time.monotonic() + END_SECONDS
    while (left := processes_of(folder)) and time.monotonic() < deadline:
        time.sleep(0.2)
    return left


@pytest.mark.parametrize(
    "number",
    [signal.SIGTERM, signal.SIGKILL],
    ids=lambda number: number.name,
)
def test_a_signal_to_make_ends_everything(
    running: tuple[subprocess.Popen[bytes], Path], number: signal.Signals
) -> None:
    make, folder = running
    lines = " ".join(processes_of(folder).values())
    assert "gunicorn" in lines
    assert "worker" in lines
    make.send_signal(number)
    assert left_after(folder) == {}


@pytest.mark.parametrize("number", [signal.SIGHUP, signal.SIGINT], ids=lambda number: number.name)
def test_a_closed_terminal_and_ctrl_c_end_everything(
    running: tuple[subprocess.Popen[bytes], Path], number: signal.Signals
) -> None:
    """The terminal tells every process of the group."""
    make, folder = running
    os.killpg(make.pid, number)
    assert left_after(folder) == {}


def test_everything_ends_when_what_started_it_is_killed(
    running: tuple[subprocess.Popen[bytes], Path],
) -> None:
    _make, folder = running
    ours = together(folder)
    [runner] = [number for number in ours if parent_of(number) not in ours]
    os.kill(runner, signal.SIGKILL)
    assert left_after(folder) == {}


def together(folder: Path) -> set[int]:
    name = "journify.operations.together"
    return {number for number, line in processes_of(folder).items() if name in line}


def parent_of(number: int) -> int:
    return int(Path(f"/proc/{number}/stat").read_text().rpartition(") ")[2].split()[1])
