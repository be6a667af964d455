"""A listener's whole way over MongoDB's wire protocol: real processes and a real socket."""

from __future__ import annotations

import csv
import io
import json
import os
import re
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import requests
from django.conf import settings

from journify.tests.browser import running_app
from ml.tests.sounds import music, write
from tools.load.listener import ENTRY, REVISION, SONG
from tools.mongodb.double import throwaway_double

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("mongodb")]

PASSWORD = "a-song-for-every-day"
PATIENCE_SECONDS = 120
COUNTS = """
import json
from django.apps import apps
print(json.dumps({model._meta.label_lower: model._base_manager.count()
                  for model in apps.get_models()}))
"""


class Person:
    """A browser without scripts."""

    def __init__(self, base: str) -> None:
        self.base = base
        self.session = requests.Session()
        self.session.headers["Referer"] = base

    def get(self, path: str, **query: str) -> requests.Response:
        answer = self.session.get(self.base + path, params=query, timeout=60)
        assert answer.status_code == 200, (path, answer.status_code, answer.text[:500])
        return answer

    def post(
        self, path: str, files: dict[str, tuple[str, bytes]] | None = None, **fields: str
    ) -> requests.Response:
        fields["csrfmiddlewaretoken"] = self.session.cookies["csrftoken"]
        return self.session.post(self.base + path, data=fields, files=files, timeout=60)

    def wait_for(self, path: str, is_there: Callable[[str], bool]) -> str:
        deadline = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < deadline:
            text = self.get(path).text
            if is_there(text):
                return text
            time.sleep(0.3)
        pytest.fail(f"{path} did not come to it:\n{text}")

    def sign_up(self, name: str) -> list[str]:
        self.get("/accounts/signup/")
        done = self.post("/accounts/signup/", username=name, password1=PASSWORD, password2=PASSWORD)
        return ENTRY.findall(done.text)


class App:
    """The running app, and commands beside it."""

    def __init__(self, base: str, env: dict[str, str]) -> None:
        self.base, self.env = base, env

    def manage(self, *arguments: str, **env: str) -> str:
        done = subprocess.run(
            [sys.executable, "manage.py", *arguments],
            cwd=settings.BASE_DIR,
            env=os.environ | self.env | env,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    def counts(self) -> dict[str, int]:
        return dict(json.loads(self.manage("shell", "--no-imports", "-c", COUNTS)))


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[App]:
    data = tmp_path_factory.mktemp("data")
    procfile = data / "Procfile"
    web, _ = (settings.BASE_DIR / "Procfile").read_text().splitlines()
    procfile.write_text(f"{web}\nworker: python -m classifier.tests.fake_manage worker\n")
    with throwaway_double() as url:
        env = {"JOURNIFY_DATA_DIR": str(data), "DATABASE_URL": url, "QUEUE_URL": ""}
        with running_app(data, env=env, procfile=str(procfile)) as base:
            yield App(base, env)


def test_a_listeners_whole_way(app: App, tmp_path: Path) -> None:
    before = app.counts()
    ada = Person(app.base)
    entries = ada.sign_up("ada")
    assert len(entries) == 12
    own, picked, other = entries[:3]

    # answer one with an own file, one with a demo song; the worker hears both
    sound = write(tmp_path / "tune.mp3", music(12.0), codec="libmp3lame").read_bytes()
    ada.post(f"/entries/{own}/answer/", files={"audio": ("My tune 🎵.mp3", sound)})
    picker = ada.get(f"/entries/{picked}/pick/", q="bach").text
    revision = REVISION.search(picker)
    assert revision
    song = SONG.findall(picker)[0]
    ada.post(f"/entries/{picked}/answer/", song=song, revision=revision[1])
    for entry in (own, picked):
        ada.wait_for(f"/entries/{entry}/card/", lambda text: 'data-state="answered"' in text)

    # what another tab has changed meanwhile is not written over
    ada.post(f"/entries/{picked}/note/", note="Zoë’s 🎵 $song_id", revision="1")
    stale = ada.post(f"/entries/{picked}/note/", note="lost", revision="1")
    assert "Zoë’s 🎵 $song_id" in stale.text + ada.get(f"/entries/{picked}/card/").text

    # correct, swap, and look at it from every side
    ada.post(f"/entries/{own}/label/", emotion="sad")
    ada.post(f"/entries/{other}/swap/")
    assert "My tune 🎵" in ada.get("/history/", emotion="sad").text
    assert "Zoë’s" in ada.get("/history/", q="🎵 $song_").text
    assert "Zoë’s" not in ada.get("/history/", q="(.*").text
    assert "My tune 🎵" not in ada.get("/history/", emotion="happy").text
    for page in ("stats", "recap", "songs", "phrases", "settings", "settings/devices"):
        ada.get(f"/{page}/")
    # the list of a feeling: the model is not sure of the made-up tune, and hears the prelude
    assert "Prelude in C major" in ada.get("/songs/export.csv").text
    ada.get(f"/songs/{song}/")
    assert json.loads(ada.get("/readyz").text)

    # take it along, and bring it back: nothing comes twice
    ada.get("/settings/data/")
    ada.post("/settings/data/export/", with_audio="on")
    data = ada.wait_for("/settings/data/", lambda text: "/exports/" in text)
    archive = ada.get(re.findall(r"/exports/[0-9a-f-]{36}/", data)[0]).content
    assert any("mp3" in name for name in zipfile.ZipFile(io.BytesIO(archive)).namelist())
    ada.post("/settings/data/import/", files={"archive": ("journify.zip", archive)})
    ada.wait_for("/settings/data/", lambda text: "Everything in it was here already." in text)

    # a stranger sees nothing of it
    mallory = Person(app.base)
    mallory.sign_up("mallory")
    assert mallory.session.get(f"{app.base}/entries/{own}/card/", timeout=60).status_code == 404

    # and in the end nothing is left
    for person in (ada, mallory):
        person.get("/settings/leave/")
        person.post("/settings/leave/", password=PASSWORD)
    left = {label for label, count in app.counts().items() if count != before[label]}
    assert left <= {"limits.allowance", "classifier.worker", "sessions.session"}


@pytest.fixture(scope="module")
def carol(app: App) -> Person:
    """A curator, signed in."""
    app.manage(
        "createsuperuser",
        "--no-input",
        "--username=carol",
        "--email=",
        DJANGO_SUPERUSER_PASSWORD=PASSWORD,
    )
    carol = Person(app.base)
    carol.get("/accounts/login/")
    carol.post("/accounts/login/", login="carol", password=PASSWORD)
    return carol


def test_curators_find_their_lists(carol: Person) -> None:
    index = carol.get("/admin/").text
    lists = set(re.findall(r'href="(/admin/\w+/\w+/)"', index))
    assert {"/admin/classifier/song/", "/admin/spotify_auth/user/"} <= lists
    for each in lists:
        page = carol.get(each, q="a").text
        for row in re.findall(rf'href="({each}[^"/]+/change/)', page)[:1]:
            carol.get(row)
    carol.get("/admin/classifier/song/insight/")
    assert "Phrases" in carol.get("/admin/journal/phrase/", o="4").text


class Table:
    """A list of the admin that is taken along as CSV and brought back."""

    def __init__(self, curator: Person, name: str) -> None:
        self.curator, self.path = curator, f"/admin/{name}/"

    def taken(self) -> list[dict[str, str]]:
        text = self.curator.get(f"{self.path}export/").content.decode("utf-8-sig")
        return list(csv.DictReader(io.StringIO(text)))

    def preview(self, rows: list[dict[str, str]]) -> str:
        file = io.StringIO()
        writer = csv.DictWriter(file, rows[0])
        writer.writeheader()
        writer.writerows(rows)
        upload = {"import_file": ("table.csv", file.getvalue().encode())}
        answer = self.curator.post(f"{self.path}import/", files=upload, format="0")
        assert answer.status_code == 200, answer.text[:500]
        return answer.text

    def confirm(self, previewed: str) -> str:
        hidden = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', previewed))
        return self.curator.post(f"{self.path}process_import/", **hidden).text

    def bring(self, rows: list[dict[str, str]]) -> str:
        return self.confirm(self.preview(rows))


def test_curators_bring_their_tables(carol: Person) -> None:
    songs, labels, phrases = (
        Table(carol, name) for name in ("classifier/song", "classifier/label", "journal/phrase")
    )
    before = songs.taken()
    known = before[0]
    rows = [
        known | {"isrc": "QZABC2600001"},
        {"id": "", "title": "Zoë $title", "artist": "Lumen", "album": "", "isrc": ""},
    ]
    seen = songs.preview(rows)
    assert "New: 1. Changed: 1." in seen
    assert songs.taken() == before, "a preview writes nothing"
    songs.confirm(seen)
    after = {row["title"]: row for row in songs.taken()}
    assert len(after) == len(before) + 1
    assert after[known["title"]]["isrc"] == "QZABC2600001"
    assert "Left as they are: 2." in songs.preview(rows)

    # one row that cannot be is enough: nothing of the file is written
    new = {"id": "", "text": "Under the stairs I found…", "theme": "home", "active": "1"}
    wrong = new | {"text": "x" * 141}
    assert "1 row does not fit: nothing can be imported" in phrases.preview([new, wrong])
    phrases.bring([new])
    assert new["text"] in {row["text"] for row in phrases.taken()}

    said = {"song": after["Zoë $title"]["id"], "emotion": "calm"}
    labels.bring([said])
    labels.bring([said | {"emotion": "sad"}])
    [label] = labels.taken()
    assert (label["title"], label["emotion"], label["user"]) == ("Zoë $title", "sad", "carol")
