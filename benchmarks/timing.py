"""How both pipelines are timed: the first answer alone, medians over the rest."""

import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import Any


class Laps:
    """Seconds of each stage, over all clips."""

    def __init__(self) -> None:
        self.seconds: dict[str, list[float]] = defaultdict(list)

    @contextmanager
    def lap(self, name: str) -> Iterator[None]:
        began = time.perf_counter()
        yield
        self.seconds[name].append(time.perf_counter() - began)


def status_mb(what: str, pid: int | str = "self") -> float:
    """Return a figure of a process's memory, as proc_pid_status(5) calls it, in megabytes."""
    lines = Path(f"/proc/{pid}/status").read_text(encoding="utf-8").splitlines()
    return next(int(line.split()[1]) / 1024 for line in lines if line.startswith(f"{what}:"))


def peak_mb() -> float:
    """Return the most memory this program held; `getrusage` would count what its parent held."""
    return status_mb("VmHWM")


def report(
    started: float, files: list[Path], listen: Callable[[Path, Laps], None]
) -> dict[str, Any]:
    """Hear the first file cold and all files warm; return medians in seconds, memory in MB.

    `cold` begins with the program's first line: imports and weights count, Python's start does not.
    `processor` is what a warm clip takes of all cores together.
    """
    ready = time.perf_counter() - started
    listen(files[0], Laps())
    first = time.perf_counter() - started
    laps, used = Laps(), []
    for path in files:
        began = time.process_time()
        with laps.lap("warm"):
            listen(path, laps)
        used.append(time.process_time() - began)
    stages = {name: median(seconds) for name, seconds in laps.seconds.items()}
    return {
        "imports": ready,
        "cold": first,
        "warm": stages.pop("warm"),
        "processor": median(used),
        "stages": stages,
        "peak_mb": peak_mb(),
    }
