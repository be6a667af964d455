"""A power cut: web and worker are killed while listeners answer; nothing accepted may be lost.

python -m tools.inside tools.power_cut --answers 50

It works on the database of the environment, which should be empty. Every listener sends one answer
over HTTP at the same time, some with a file; `kill -9` comes when a third of them were accepted.
After a new start, every entry whose answer was accepted must have its song, and an emotion. Eight
threads of the web and two workers write all the while, and none may find the database locked.
"""

import argparse
import os
import shlex
import signal
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from uuid import UUID

import requests
from django.conf import settings
from django.core.files.base import ContentFile
from django.core.management import call_command
from django.test import Client

from classifier.models import Classification, Song
from journal.day import pages as days
from journal.models import Entry
from journify.operations import preparing
from spotify_auth.models import User
from tools.kill_test import WORKER, WORKERS, audio
from tools.processes import ROOT, commands_of, free_port, start, wait_for_page, wait_until

HOST = "127.0.0.1"
TOKEN = "0123456789abcdef0123456789abcdef"
UPLOADS_EVERY = 4  # every so many answers is a file
CUT_AT = 1 / 3
PATIENCE_SECONDS = 240


@dataclass(frozen=True)
class Writer:
    """Somebody signed in, one of their entries, and a song to answer it with, or to upload."""

    number: int
    cookie: str
    entry: UUID
    song: UUID | None


class App:
    """The web of the Procfile, and two workers with a stand-in for the models."""

    def __init__(self, log: Path) -> None:
        self.log = log
        self.port = free_port()
        self.processes: list[subprocess.Popen[bytes]] = []

    def start(self) -> None:
        commands = [commands_of(ROOT / "Procfile")["web"], *[shlex.join(WORKER)] * WORKERS]
        with self.log.open("ab") as log:
            self.processes = [start(command, port=self.port, log=log) for command in commands]
        wait_for_page(f"http://{HOST}:{self.port}/healthz", self.processes)

    def cut(self) -> None:
        """Kill everything at once, children included."""
        for process in self.processes:
            os.killpg(process.pid, signal.SIGKILL)
        for process in self.processes:
            process.wait()

    def answer(self, listener: Writer) -> bool:
        """Send an answer; returns whether it was accepted."""
        form = {"csrfmiddlewaretoken": TOKEN, "revision": "0"}
        if listener.song:
            form["song"] = str(listener.song)
        upload = ("song.mp3", audio(listener.number), "audio/mpeg")
        files = {} if listener.song else {"audio": upload}
        try:
            response = requests.post(
                f"http://{HOST}:{self.port}/entries/{listener.entry}/answer/",
                data=form,
                files=files,
                cookies={"sessionid": listener.cookie, "csrftoken": TOKEN},
                allow_redirects=False,
                timeout=60,
            )
        except requests.RequestException:
            return False
        return response.status_code == HTTPStatus.FOUND


def main(arguments: list[str]) -> int:
    """Run the test; the exit status says whether nothing was lost."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--answers", type=int, default=50)
    options = parser.parse_args(arguments)

    preparing.migrate()
    call_command("load_phrases", verbosity=0)
    listeners = _listeners(options.answers)
    app = App(settings.DATA_DIR / "workers.log")
    app.start()
    try:
        accepted = _answer_until_cut(app, listeners)
        app.start()
        there, heard = _found(accepted)
    finally:
        app.cut()
    sys.stdout.write(
        f"{len(listeners)} answers, {len(accepted)} accepted before the cut, "
        f"{there} of them there after it, {heard} classified\n"
    )
    is_good = len(accepted) == there == heard and 0 < there < len(listeners)
    return int(not is_good or "database is locked" in app.log.read_text(errors="replace"))


def _listeners(count: int) -> list[Writer]:
    """Make signed-in people, each with a page of phrases and a song."""
    found = []
    for number in range(count):
        user = User.objects.create(username=f"listener-{number}")
        client = Client()
        client.force_login(user)
        entry = days.open_day(user, days.today()).entries.earliest("position")
        song = Song(title=f"Song {number}")
        song.audio.save("song.mp3", ContentFile(audio(number)))
        is_upload = number % UPLOADS_EVERY == 0
        cookie = client.cookies[settings.SESSION_COOKIE_NAME].value
        picked = None if is_upload else song.pk
        found.append(Writer(number, cookie, entry.pk, picked))
    return found


def _answer_until_cut(app: App, listeners: list[Writer]) -> list[Writer]:
    """Send all answers at once, and cut the power in the midst; returns who was told yes."""
    accepted: list[Writer] = []
    enough = threading.Event()

    def answer(listener: Writer) -> None:
        if app.answer(listener):
            accepted.append(listener)
            if len(accepted) >= CUT_AT * len(listeners):
                enough.set()

    with ThreadPoolExecutor(len(listeners)) as pool:
        sent = [pool.submit(answer, listener) for listener in listeners]
        enough.wait(timeout=PATIENCE_SECONDS)
        app.cut()
        for each in sent:
            each.result()
    return accepted


def _found(accepted: list[Writer]) -> tuple[int, int]:
    """Count the accepted answers that are there, and wait for their emotions."""
    entries = Entry.objects.answered().filter(pk__in=[each.entry for each in accepted])
    songs = set(entries.values_list("song", flat=True))
    heard = Classification.objects.done().exclude(emotion="").filter(song__in=songs)
    wait_until(lambda: heard.count() >= len(songs), seconds=PATIENCE_SECONDS)
    return entries.count(), heard.count()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
