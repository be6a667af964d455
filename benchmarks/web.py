"""How soon `make run` shows its first page, and how many pages a second the web process gives."""

import re
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from statistics import median

import requests

from benchmarks.start import started_server, starts

SECONDS = 5.0
CLIENTS = 4
PASSWORD = "a-long-enough-1"
TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')
ENTRY = re.compile(r'id="entry-([0-9a-f-]{36})"')


def web() -> dict[str, float]:
    """Start the app again and again in a new folder, then measure two kinds of pages.

    Returns `start`, seconds from `make run` to the first page, a median; `day` and `card`, requests
    per second of `CLIENTS` connections at once.
    """
    with tempfile.TemporaryDirectory(prefix="journify-bench-") as folder:
        start = median(starts(folder))
        with started_server(folder) as base:
            cookies, entry = signed_up(base)
            return {
                "start": start,
                "day": _rate(f"{base}/journal/", cookies),
                "card": _rate(f"{base}/entries/{entry}/card/?n=1", cookies),
            }


def signed_up(base: str) -> tuple[dict[str, str], str]:
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
    until = time.perf_counter() + SECONDS

    def ask(_client: int) -> int:
        session, count = requests.Session(), 0
        session.cookies.update(cookies)
        while time.perf_counter() < until:
            session.get(url, timeout=30).raise_for_status()
            count += 1
        return count

    with ThreadPoolExecutor(CLIENTS) as clients:
        return sum(clients.map(ask, range(CLIENTS))) / SECONDS
