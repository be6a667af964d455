"""How soon `make run` shows its first page when nothing changed since the last start.

python -m benchmarks.start      prints the seconds of each start, and their median
"""

import os
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from statistics import median

import requests

from tools.processes import ROOT, free_port, wait_until

START_SECONDS = 300
STARTS = 5


def starts(folder: str, count: int = STARTS) -> list[float]:
    """Seconds from `make run` to the first page, of starts after the one that makes the database.

    `folder`: an empty data folder; the app can be started in it afterwards.
    """
    with started_server(folder):
        pass
    seconds = []
    for _ in range(count):
        began = time.perf_counter()
        with started_server(folder):
            seconds.append(time.perf_counter() - began)
    return seconds


@contextmanager
def started_server(folder: str) -> Iterator[str]:
    """Start the app with its data in `folder`; give its address once it shows a page."""
    port = free_port()
    env = os.environ | {"ENV_FILE": os.devnull, "JOURNIFY_DATA_DIR": folder}
    process = subprocess.Popen(
        ["make", "--silent", "run", f"PORT={port}"],
        cwd=ROOT,
        env=env,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    base = f"http://127.0.0.1:{port}"
    try:
        if not wait_until(lambda: _shows(base), seconds=START_SECONDS, every=0.02):
            raise TimeoutError("the app did not start")
        yield base
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        process.wait()
        with suppress(ProcessLookupError):  # honcho outlives make until its processes have ended
            while True:
                os.killpg(process.pid, 0)
                time.sleep(0.05)


def _shows(base: str) -> bool:
    try:
        return requests.get(base, timeout=5).ok
    except requests.ConnectionError:
        return False


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="journify-bench-") as folder:
        seconds = starts(folder)
    print(*(f"{each:.2f}" for each in seconds), f"median {median(seconds):.2f} s")


if __name__ == "__main__":
    main()
