"""How soon `make run` shows its first page, and how many pages a second the web process gives."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import requests

from tools.processes import ROOT, free_port

START_SECONDS = 300
SECONDS = 5.0
CLIENTS = 4
PASSWORD = "a-long-enough-1"  # noqa: S105 -- of a journal that is thrown away
TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')
ENTRY = re.compile(r'id="entry-([0-9a-f-]{36})"')


def web() -> dict[str, float]:
    """Start the app twice in a new folder; measure the second start, then two kinds of pages.

    Returns
    -------
    dict
        `start`, seconds from `make run` to the first page; `day` and `card`, requests per second of
        `CLIENTS` connections at once.
    """
    with tempfile.TemporaryDirectory(prefix="journify-bench-") as folder:
        with _running(folder):
            pass  # the first start makes the database
        began = time.perf_counter()
        with _running(folder) as base:
            start = time.perf_counter() - began
            cookies, entry = _signed_up(base)
            return {
                "start": start,
                "day": _rate(f"{base}/journal/", cookies),
                "card": _rate(f"{base}/entries/{entry}/card/?n=1", cookies),
            }


@contextmanager
def _running(folder: str) -> Iterator[str]:
    port = free_port()
    env = os.environ | {"ENV_FILE": os.devnull, "JOURNIFY_DATA_DIR": folder}
    process = subprocess.Popen(  # noqa: S603 -- our own command
        ["make", "--silent", "run", f"PORT={port}"],  # noqa: S607 -- what the README says
        cwd=ROOT,
        env=env,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    base = f"http://127.0.0.1:{port}"
    try:
        _wait_for(base)
        yield base
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        process.wait()


def _wait_for(base: str) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        try:
            if requests.get(base, timeout=5).ok:
                return
        except requests.ConnectionError:
            time.sleep(0.02)
    raise TimeoutError("the app did not start")


def _signed_up(base: str) -> tuple[dict[str, str], str]:
    """Make an account; return its cookies, and an entry of its first day."""
    session = requests.Session()
    page = session.get(f"{base}/accounts/signup/", timeout=30).text
    form = {"username": "bench", "password1": PASSWORD, "password2": PASSWORD}
    form["csrfmiddlewaretoken"] = _found(TOKEN, page)
    answer = session.post(
        f"{base}/accounts/signup/", data=form, headers={"Referer": base}, timeout=30
    )
    answer.raise_for_status()
    day = session.get(f"{base}/journal/", timeout=30).text
    return dict(session.cookies), _found(ENTRY, day)


def _found(pattern: re.Pattern[str], page: str) -> str:
    match = pattern.search(page)
    if match is None:
        raise ValueError(f"{pattern.pattern} is not on the page")
    return match[1]


def _rate(url: str, cookies: dict[str, str]) -> float:
    """Ask for a page again and again, over several connections; return requests per second."""
    counts = [0] * CLIENTS
    until = time.perf_counter() + SECONDS

    def ask(number: int) -> None:
        session = requests.Session()
        session.cookies.update(cookies)
        while time.perf_counter() < until:
            session.get(url, timeout=30).raise_for_status()
            counts[number] += 1

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(CLIENTS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sum(counts) / SECONDS
