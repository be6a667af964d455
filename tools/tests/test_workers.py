"""Real workers that are stopped, killed by their song, or held up by it."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import av
import pytest

from classifier.tests.fake_manage import CLOCK_AHEAD, HANGS, IS_SLOW, KILLS_THE_WORKER
from ml.tests.sounds import music, write
from tools import soak
from tools.kill_test import WORKER

pytestmark = pytest.mark.slow

PATIENCE_SECONDS = 90
ROOT = Path(soak.__file__).resolve().parent.parent
# Asks and looks in the tests' stead: Django is started once for all the questions of a test.
ASSISTANT = """
import json, sys
import django
django.setup()
from django.core.files import File
from django.core.files.uploadedfile import TemporaryUploadedFile
from classifier.files import tryouts
from classifier.queue import rows as queue
from classifier.serving import explaining
from classifier.models import Classification, Song
from journal.archive import transfers
from journify.background.jobs import kinds
from journify.background.jobs import sweep as sweep_leases
from journify.operations import preparing
from spotify_auth.models import User

NAMES = ("status", "stage", "attempts", "reason", "owner", "emotion")

def ask(path, title):
    song = Song(title=title)
    with open(path, "rb") as audio:
        song.audio.save("a.mp3", File(audio))
    return str(queue.request_classification(song).pk)

def see(key):
    row = Classification.objects.get(pk=key)
    return {name: getattr(row, name) for name in NAMES}

def ask_for_all(path):
    "One of everything that a worker does."
    song = Song(title="Song")
    with open(path, "rb") as audio:
        song.audio.save("a.mp3", File(audio))
    upload = TemporaryUploadedFile("b.mp3", "audio/mpeg", 0, None)
    with open(path, "rb") as audio:
        upload.size = upload.write(audio.read())
    upload.seek(0)
    heard = Classification.objects.create(
        song=song, model="resnet18_bilstm", version="0", status="done", emotion="calm"
    )
    rows = [
        queue.request_classification(song),
        tryouts.begin_tryout(upload),
        explaining.request_explanation(heard),
        transfers.request_export(User.objects.create(username="ada"), with_audio=True),
    ]
    return len(rows)

def see_all():
    "How many of each kind are in which state."
    return {
        kind.model.__name__: sorted(kind.rows.values_list("status", flat=True)) for kind in kinds()
    }

def sweep():
    return sweep_leases()

preparing.migrate()
for line in sys.stdin:
    verb, *arguments = json.loads(line)
    print(json.dumps(globals()[verb](*arguments)), flush=True)
"""


class Queue:
    """A database, a queue and workers of one test's own."""

    def __init__(self, env: dict[str, str], folder: Path, *, asked: dict[str, str]) -> None:
        self.env, self.folder = env, folder
        self.log = folder / "worker.log"
        self._assistant = subprocess.Popen(
            [sys.executable, "-c", ASSISTANT],
            env=env | {"DJANGO_SETTINGS_MODULE": "journify.settings"} | asked,
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def close(self) -> None:
        self._assistant.communicate()

    def ask(self, title: str) -> str:
        """Put a song into the queue whose title says what the stand-in does; returns the row."""
        path = titled(self.folder / f"{title}.mp3", title)
        return str(self._answer("ask", str(path), title))

    def see(self, row: str) -> dict[str, Any]:
        return dict(self._answer("see", row))

    def ask_for_all(self) -> int:
        """Ask for one of everything; returns how many that are."""
        return int(self._answer("ask_for_all", str(titled(self.folder / "a.mp3", "a"))))

    def see_all(self) -> dict[str, list[str]]:
        return dict(self._answer("see_all"))

    def sweep(self) -> int:
        """Take up what was dropped, as any other worker would; returns how many rows."""
        return int(self._answer("sweep"))

    def wait_for(self, row: str, **values: object) -> dict[str, Any]:
        deadline = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < deadline:
            seen = self.see(row)
            if all(seen[name] == value for name, value in values.items()):
                return seen
            time.sleep(0.02)
        pytest.fail(f"{seen} is not {values}\n{self.log.read_text()[-3000:]}")

    def wait_for_log(self, text: str) -> None:
        deadline = time.monotonic() + PATIENCE_SECONDS
        while text not in (self.log.read_text() if self.log.exists() else ""):
            assert time.monotonic() < deadline, f"{text} is not in the log"
            time.sleep(0.1)

    @contextmanager
    def worker(
        self, command: Sequence[str] = WORKER, **env: str
    ) -> Iterator[subprocess.Popen[bytes]]:
        with self.log.open("ab") as log:
            process = subprocess.Popen(
                command,
                env=self.env | env,
                cwd=ROOT,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        try:
            yield process
        finally:
            process.kill()
            process.wait()

    def _answer(self, *question: str) -> Any:
        assert self._assistant.stdin is not None
        assert self._assistant.stdout is not None
        self._assistant.stdin.write(json.dumps(question) + "\n")
        self._assistant.stdin.flush()
        return json.loads(self._assistant.stdout.readline())


def titled(path: Path, title: str) -> Path:
    """A few seconds of music with a title in its tags."""
    plain = write(path.with_name("plain.mp3"), music(4), codec="libmp3lame")
    with av.open(str(plain)) as source, av.open(str(path), "w") as target:
        target.metadata["title"] = title
        stream = target.add_stream_from_template(source.streams.audio[0])
        for packet in source.demux(source.streams.audio[0]):
            if packet.dts is not None:
                packet.stream = stream
                target.mux(packet)
    return path


@contextmanager
def a_queue(
    backend: str, folder: Path, *, asked: dict[str, str] | None = None, **settings: str
) -> Iterator[Queue]:
    """A queue, and processes with these settings; of those who ask, some may be others."""
    with soak.environment(backend) as env:
        made = Queue(env | soak.QUICK | settings, folder, asked=asked or {})
        yield made
        made.close()


@pytest.fixture
def strict_queue(tmp_path: Path) -> Iterator[Queue]:
    """One that gives a song two seconds, and two attempts."""
    hasty = {"CLASSIFY_MAX_SECONDS": "2", "CLASSIFY_LEASE_SECONDS": "2"}
    with a_queue("sqlite", tmp_path, CLASSIFY_MAX_ATTEMPTS="2", **hasty) as made:
        yield made


@pytest.mark.parametrize(
    ("backend", "number"), [("sqlite", signal.SIGTERM), ("redis", signal.SIGINT)]
)
def test_the_song_under_way_is_finished_when_a_worker_is_stopped(
    backend: str, number: signal.Signals, tmp_path: Path
) -> None:
    with a_queue(backend, tmp_path) as queue:
        row = queue.ask(IS_SLOW)
        with queue.worker() as worker:
            queue.wait_for(row, status="running", stage="thinking")
            worker.send_signal(number)
            assert worker.wait(timeout=PATIENCE_SECONDS) == 0
        seen = queue.see(row)
    assert (seen["status"], seen["emotion"], seen["attempts"]) == ("done", "happy", 1)


def test_a_song_that_the_command_hears_for_longer_than_a_lease_is_not_taken_from_it(
    tmp_path: Path,
) -> None:
    command = [*WORKER[:-1], "classify", "--pending"]
    with a_queue("sqlite", tmp_path, CLASSIFY_LEASE_SECONDS="2") as queue:
        row = queue.ask(IS_SLOW)
        with queue.worker(command) as process:
            queue.wait_for(row, status="running", stage="thinking")
            while process.poll() is None:
                assert queue.sweep() == 0
        seen = queue.see(row)
    assert process.returncode == 0
    assert (seen["status"], seen["emotion"], seen["attempts"]) == ("done", "happy", 1)


@pytest.mark.parametrize("backend", ["sqlite", "redis"])
def test_the_second_signal_ends_it_and_the_song_waits_for_another(
    backend: str, tmp_path: Path
) -> None:
    with a_queue(backend, tmp_path) as queue:
        row = queue.ask(IS_SLOW)
        with queue.worker() as worker:
            queue.wait_for(row, status="running", stage="thinking")
            worker.send_signal(signal.SIGTERM)
            time.sleep(0.2)
            worker.send_signal(signal.SIGTERM)
            worker.wait(timeout=PATIENCE_SECONDS)
        seen = queue.see(row)
    assert (seen["status"], seen["attempts"], seen["owner"]) == ("queued", 1, "")


@pytest.mark.parametrize("backend", ["sqlite", "postgres"])
@pytest.mark.parametrize("ahead", ["600", "-600"])
def test_a_worker_whose_clock_is_wrong_steals_nothing_and_loses_nothing(
    backend: str, ahead: str, tmp_path: Path
) -> None:
    with a_queue(backend, tmp_path) as queue:
        with queue.worker(), queue.worker(**{CLOCK_AHEAD: ahead}):
            queue.wait_for_log("this machine's clock is")
            rows = [queue.ask(IS_SLOW) for _ in range(4)]
            seen = [queue.wait_for(row, status="done") for row in rows]
        log = queue.log.read_text()
    assert [row["attempts"] for row in seen] == [1] * 4
    assert len({row["owner"] for row in seen}) == 2, "both worked"
    assert "ran out" not in log


def test_a_song_that_kills_its_workers_is_given_up(strict_queue: Queue) -> None:
    poison = strict_queue.ask(KILLS_THE_WORKER)
    good = strict_queue.ask("good")
    for _ in range(2):
        with strict_queue.worker() as worker:
            assert worker.wait(timeout=PATIENCE_SECONDS) == -signal.SIGKILL
    with strict_queue.worker():
        seen = strict_queue.wait_for(poison, status="failed")
        strict_queue.wait_for(good, status="done")
    assert (seen["attempts"], seen["reason"]) == (2, "interrupted")


def test_a_worker_that_hangs_starts_itself_anew(strict_queue: Queue) -> None:
    poison = strict_queue.ask(HANGS)
    good = strict_queue.ask("good")
    with strict_queue.worker() as worker:
        strict_queue.wait_for(good, status="done")
        seen = strict_queue.wait_for(poison, status="failed")
        assert worker.poll() is None
    assert (seen["attempts"], seen["reason"]) == (2, "interrupted")
    # once at the least: the lease of the second attempt may end first
    assert "it starts anew" in strict_queue.log.read_text()


def test_what_was_asked_for_while_the_broker_was_away_is_done_when_it_is_back(
    tmp_path: Path,
) -> None:
    nobody = {"QUEUE_URL": "redis://127.0.0.1:1/0"}
    with a_queue("redis", tmp_path, asked=nobody) as queue:
        count = queue.ask_for_all()
        waiting = queue.see_all()
        assert sum(states.count("queued") for states in waiting.values()) == count == 4
        with queue.worker():
            deadline = time.monotonic() + PATIENCE_SECONDS
            while "queued" in str(seen := queue.see_all()) or "running" in str(seen):
                assert time.monotonic() < deadline, (seen, queue.log.read_text()[-3000:])
                time.sleep(0.2)
    assert seen == {
        "Classification": ["done", "done"],
        "TryOut": ["done"],
        "Transfer": ["done"],
        # the stand-in draws nothing: who asked is told so
        "Explanation": ["failed"],
        "Arc": [],
        "Refresh": [],
        "Playlist": [],
        "ListeningImport": [],
        "ListeningRound": [],
        "Nudge": [],
    }
