"""The processes of a Procfile, started as `make run` starts them, and what they take."""

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import IO

ROOT = Path(__file__).resolve().parent.parent
START_SECONDS = 90
STOP_SECONDS = 20


class DidNotStartError(Exception):
    """A process ended at its start, or did not answer."""


@contextlib.contextmanager
def running(procfile: Path, *, port: int, log: Path) -> Iterator[dict[str, int]]:
    """Start each line of a Procfile; yield the id of each process once the pages answer."""
    with log.open("wb") as output:
        processes = {
            name: start(command, port=port, log=output)
            for name, command in commands_of(procfile).items()
        }
        try:
            wait_for_page(f"http://127.0.0.1:{port}/readyz", processes.values())
            yield {name: process.pid for name, process in processes.items()}
        finally:
            for process in processes.values():
                process.send_signal(signal.SIGTERM)
            for process in processes.values():
                _end(process)


def commands_of(procfile: Path) -> dict[str, str]:
    """Read the commands of a Procfile by their names; `exec` is the shell's, not theirs."""
    lines = procfile.read_text(encoding="utf-8").splitlines()
    named = dict(line.split(": ", 1) for line in lines if line)
    return {name: command.removeprefix("exec ") for name, command in named.items()}


def start(command: str, *, port: int, log: IO[bytes]) -> subprocess.Popen[bytes]:
    """Start a command of a Procfile, in a group that can be killed with its children."""
    programs = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    return subprocess.Popen(  # noqa: S602 -- the lines of our own Procfile  # nosec B602
        f"exec {command}",
        shell=True,
        cwd=ROOT,
        env=os.environ | {"PORT": str(port), "PATH": programs},
        stdout=log,
        stderr=log,
        start_new_session=True,
    )


def chromium(*names: str) -> str | None:
    """Return Chromium, without windows where it is installed so: it takes half the work."""
    names = names or ("chromium-headless-shell", "chromium")
    return os.environ.get("CHROMIUM_PATH") or next(filter(None, map(shutil.which, names)), None)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def megabytes(pid: int) -> float:
    """Memory of a process and its children: what is shared counts for each by its part."""
    return sum(_own_megabytes(each) for each in _family(pid))


def cpu_seconds(pid: int) -> float:
    """Seconds that processors worked for a process and its children, those that ended included."""
    return sum(_own_cpu_seconds(each) for each in _family(pid))


def _own_cpu_seconds(pid: int) -> float:
    try:
        text = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8")
    except OSError:  # it ended meanwhile
        return 0.0
    # proc_pid_stat(5): utime, stime, cutime, cstime; the name before them may have spaces in it
    ticks = text.rpartition(")")[2].split()[11:15]
    return sum(map(int, ticks)) / os.sysconf("SC_CLK_TCK")


def _own_megabytes(pid: int) -> float:
    try:
        text = Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii")
    except OSError:  # it ended meanwhile
        return 0.0
    line = next((line for line in text.splitlines() if line.startswith("Pss:")), "Pss: 0 kB")
    return int(line.split()[1]) / 1024


def _family(pid: int) -> list[int]:
    try:
        text = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii")
    except OSError:
        return [pid]
    return [pid, *(member for child in text.split() for member in _family(int(child)))]


def wait_until(is_so: Callable[[], object], *, seconds: float, every: float = 0.2) -> bool:
    """Ask again and again until something is so; False where it is not in time."""
    deadline = time.monotonic() + seconds
    while not (answer := is_so()) and time.monotonic() < deadline:
        time.sleep(every)
    return bool(answer)


def wait_for_page(url: str, processes: Iterable[subprocess.Popen[bytes]]) -> None:
    """Wait until a page answers.

    Raises DidNotStartError: a process ended meanwhile, or the page does not answer in time.
    """
    processes = list(processes)

    def answers() -> bool:
        if ended := [process.args for process in processes if process.poll() is not None]:
            raise DidNotStartError(f"{ended[0]!r} ended at its start")
        # an error of HTTP is one of these, too
        with contextlib.suppress(OSError), urllib.request.urlopen(url, timeout=5):  # nosec B310
            return True
        return False

    if not wait_until(answers, seconds=START_SECONDS):
        raise DidNotStartError(f"{url} was not fit within {START_SECONDS} s")


def _end(process: subprocess.Popen[bytes]) -> None:
    try:
        process.wait(timeout=STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
