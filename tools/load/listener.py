"""One listener under load: opens the day, picks, searches, answers, watches, looks back."""

import io
import random
import re
import threading
import time
import wave
from dataclasses import dataclass, field
from typing import Any

import requests

TIMEOUT = 60
POLLS = 4
POLL_SECONDS = 0.4  # the first wait of a card, journal/site/polling.py
UPLOADS = 0.05
LOOKS_BACK = 0.25
WORDS = ("light", "river", "bach", "golden", "satie", "train", "chopin", "paper")
REVISION = re.compile(r'name="revision"\s+value="(\d+)"')
ENTRY = re.compile(r'id="entry-([0-9a-f-]{36})"')
SONG = re.compile(r'name="song"\s+value="([0-9a-f-]{36})"')


@dataclass
class Record:
    times: dict[str, list[float]] = field(default_factory=dict)
    errors: dict[str, int] = field(default_factory=dict)
    answers: dict[str, str] = field(default_factory=dict)  # entry → song, "" for an upload
    lock: threading.Lock = field(default_factory=threading.Lock)

    def took(self, page: str, seconds: float) -> None:
        with self.lock:
            self.times.setdefault(page, []).append(seconds)

    def failed(self, page: str, what: str) -> None:
        with self.lock:
            key = f"{page}: {what}"
            self.errors[key] = self.errors.get(key, 0) + 1


class LoadListener:
    def __init__(self, number: int, base: str, cookies: dict[str, str], record: Record) -> None:
        self.base, self.record = base, record
        self.chance = random.Random(number)
        self.session = requests.Session()
        self.session.cookies.update(cookies)
        # limits count by address: behind a proxy, each listener has one
        address = f"10.0.{number // 250}.{1 + number % 250}"
        self.session.headers.update(
            {"X-Forwarded-For": address, "X-CSRFToken": cookies["csrftoken"], "Referer": base}
        )

    def live(self, *, until: float, think: float) -> None:
        """Use the journal until the end, with pauses as people make them."""
        time.sleep(self.chance.uniform(0, think))
        while time.monotonic() < until:
            try:
                self._answer_a_phrase(think)
                if self.chance.random() < LOOKS_BACK:
                    self._get("history", "/history/")
                    time.sleep(self.chance.uniform(0.5, 1.5) * think)
                    self._get("stats", "/stats/")
            except requests.RequestException as error:
                self.record.failed("connection", type(error).__name__)
            time.sleep(self.chance.uniform(0.5, 1.5) * think)

    def _answer_a_phrase(self, think: float) -> None:
        entries = ENTRY.findall(self._get("day", "/journal/"))
        if not entries:
            return
        entry = self.chance.choice(entries)
        time.sleep(self.chance.uniform(0.5, 1.5) * think)
        picker = self._get("picker", f"/entries/{entry}/pick/", htmx=True)
        time.sleep(self.chance.uniform(0.5, 1.5) * think)
        query = {"q": self.chance.choice(WORDS)}
        found = self._get("search", f"/entries/{entry}/pick/", htmx=True, params=query)
        songs = SONG.findall(found) or SONG.findall(picker)
        revision = REVISION.search(picker)
        if not songs or revision is None:
            return
        time.sleep(self.chance.uniform(0.5, 1.5) * think)
        if self._answer(entry, self.chance.choice(songs), revision[1]):
            self._watch(entry)

    def _answer(self, entry: str, song: str, revision: str) -> bool:
        """Answer an entry; returns whether the card says that it is being listened to."""
        is_upload = self.chance.random() < UPLOADS
        files = {"audio": ("song.wav", _tone(self.chance), "audio/wav")} if is_upload else None
        data = {"revision": revision} | ({} if is_upload else {"song": song})
        card = self._ask(
            "upload" if is_upload else "answer",
            "POST",
            f"/entries/{entry}/answer/",
            data=data,
            files=files,
            headers={"HX-Request": "true"},
        )
        if f"entry-{entry}" not in card:  # the picker again: not taken
            self.record.failed("answer", "refused")
            return False
        with self.record.lock:
            self.record.answers[entry] = "" if is_upload else song
        return 'data-state="listening"' in card

    def _watch(self, entry: str) -> None:
        for poll in range(1, POLLS + 1):
            time.sleep(POLL_SECONDS * poll)
            card = self._get("poll", f"/entries/{entry}/card/", htmx=True, params={"n": str(poll)})
            if 'data-state="listening"' not in card:
                return

    def _get(
        self, page: str, path: str, *, htmx: bool = False, params: dict[str, str] | None = None
    ) -> str:
        headers = {"HX-Request": "true"} if htmx else {}
        return self._ask(page, "GET", path, headers=headers, params=params)

    def _ask(self, page: str, method: str, path: str, **options: Any) -> str:
        started = time.perf_counter()
        response = self.session.request(
            method,
            self.base + path,
            timeout=TIMEOUT,
            **options,
        )
        self.record.took(page, time.perf_counter() - started)
        if response.status_code != requests.codes.ok:
            self.record.failed(page, str(response.status_code))
            return ""
        return response.text


def _tone(chance: random.Random) -> bytes:
    """Four seconds of noise that no other listener sends: it has to be listened to."""
    content = io.BytesIO()
    with wave.open(content, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(8000)
        file.writeframes(chance.randbytes(4 * 8000 * 2))
    return content.getvalue()
