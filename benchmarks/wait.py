"""How long a listener waits from sending a song of 8 MB until its card says what it sounds like.

python -m benchmarks.wait http://127.0.0.1:8000      prints p50 and p95 over twenty songs

The app runs there, with nothing else to do; an account is made in it.
"""

import os
import re
import sys
import tempfile
import time
from pathlib import Path
from statistics import median, quantiles

import numpy as np
import requests

from benchmarks.web import signed_up
from ml.tests.sounds import music, write
from tools.load.listener import REVISION

SONGS = 20
RATE, MINUTES = 44_100, 11  # of 96 kb/s: 8 MB
POLL_SECONDS, LONGEST_SECONDS = 0.05, 60.0
STATE = re.compile(r'data-state="(\w+)"')


def waits(base: str, count: int = SONGS, *, minutes: int = MINUTES) -> list[float]:
    """Send so many songs, one after another; return the seconds until each has its emotion."""
    cookies, entry = signed_up(base)
    session = requests.Session()
    session.cookies.update(cookies)
    session.headers.update({"HX-Request": "true", "Referer": base})
    session.headers["X-CSRFToken"] = cookies["csrftoken"]
    song = _song(minutes)
    # a few bytes at the end make it another file, which nobody has heard
    return [_wait(session, f"{base}/entries/{entry}", song + os.urandom(16)) for _ in range(count)]


def _wait(session: requests.Session, entry: str, song: bytes) -> float:
    revision = REVISION.search(session.get(f"{entry}/pick/", timeout=30).text)
    assert revision is not None
    began = time.perf_counter()
    files, data = {"audio": ("song.mp3", song, "audio/mpeg")}, {"revision": revision[1]}
    answer = session.post(f"{entry}/answer/", data=data, files=files, timeout=60)
    answer.raise_for_status()
    state = STATE.search(answer.text)
    while state and state[1] not in {"answered", "unsure"}:
        if time.perf_counter() - began > LONGEST_SECONDS:
            raise TimeoutError(f"the song is still {state[1]}")
        time.sleep(POLL_SECONDS)
        state = STATE.search(session.get(f"{entry}/card/", params={"n": "1"}, timeout=30).text)
    return time.perf_counter() - began


def _song(minutes: int) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        sound = np.tile(music(60, RATE), minutes)
        path = Path(folder) / "song.mp3"
        return write(path, sound, rate=RATE, codec="libmp3lame", layout="stereo").read_bytes()


def main(base: str) -> None:
    """Print what half of the songs, and nineteen of twenty, take at most."""
    seconds = waits(base)
    p95 = quantiles(seconds, n=20, method="inclusive")[-1]
    print(f"p50 {median(seconds):.2f} s, p95 {p95:.2f} s")


if __name__ == "__main__":
    main(sys.argv[1].rstrip("/"))
