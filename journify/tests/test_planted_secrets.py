"""Plant secrets, do everything there is, and search for them where they may not be."""

from __future__ import annotations

import json
import os
import re
import secrets
import subprocess
import sys
import time
import zipfile
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
import requests
from allauth.mfa.totp.internal.auth import (
    format_hotp_value,
    hotp_value,
    yield_hotp_counters_from_time,
)
from cryptography.fernet import Fernet
from django.conf import settings

from journify.tests.browser import running_app
from journify.tests.databases import own_data
from tools.sandbox.server import SandboxServer
from tools.sandbox.world import CLIENT_SECRET

pytestmark = [pytest.mark.slow, pytest.mark.any_database, pytest.mark.xdist_group("secrets")]
AUDIO = settings.BASE_DIR / "classifier/demo/audio/the-entertainer.mp3"
PATIENCE = 120
NAME = "wilhelmina-of-the-lake"
ENTRY = re.compile(r"/entries/([0-9a-f-]{36})/pick/")
UNKNOWN_ID = "00000000-0000-4000-8000-000000000000"


def planted(kind: str) -> str:
    """A secret that nothing else contains, and that no encoding changes."""
    return f"planted{kind}{secrets.token_hex(8)}"


@dataclass
class Listener:
    """Somebody with a browser that keeps cookies and every page it got."""

    address: str
    session: requests.Session = field(default_factory=requests.Session)
    pages: list[str] = field(default_factory=list)
    cookies: set[str] = field(default_factory=set)

    def get(self, path: str, **options: Any) -> requests.Response:
        return self._kept(self.session.get(self._at(path), timeout=30, **options))

    def post(
        self, path: str, data: dict[str, str] | None = None, **options: Any
    ) -> requests.Response:
        headers = {"X-CSRFToken": self.session.cookies.get("csrftoken", "")}
        return self._kept(
            self.session.post(self._at(path), data=data, headers=headers, timeout=30, **options)
        )

    def until(self, path: str, wanted: str) -> str:
        """Ask until the page says what is waited for."""
        deadline = time.monotonic() + PATIENCE
        while wanted not in (text := self.get(path).text):
            assert time.monotonic() < deadline, f"{path} never said {wanted!r}"
            time.sleep(0.3)
        return text

    def _at(self, path: str) -> str:
        return path if path.startswith("http") else f"{self.address}{path}"

    def _kept(self, response: requests.Response) -> requests.Response:
        for each in (*response.history, response):
            if each.url.startswith(self.address):
                self.pages.append(each.text)
        self.cookies |= {cookie.value or "" for cookie in self.session.cookies}
        return response


@dataclass
class Run:
    """What a run left behind, and what was planted in it."""

    secret: dict[str, str]
    private: dict[str, str]
    log: str = ""
    commands: str = ""
    errors: str = ""
    machines: str = ""
    pages: str = ""
    archive: str = ""


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory, _sandbox_server: SandboxServer) -> Run:
    """One run with the log as JSON, which has all that lines have, and every extra field."""
    world = _sandbox_server.world
    world.reset()
    found = Run(
        secret={
            "password": planted("password"),
            "a wrong password": planted("wrong"),
            "the curator's password": planted("curator"),
            "SECRET_KEY": planted("key"),
            "TOKEN_KEYS": Fernet.generate_key().decode(),
            "METRICS_TOKEN": planted("metrics"),
            "Spotify's key of the app": CLIENT_SECRET,
        },
        private={
            "a note": planted("note"),
            "a phrase": planted("phrase"),
            "a search": planted("search"),
            "a title": planted("song"),
        },
    )
    data = tmp_path_factory.mktemp("planted")
    with own_data(data, migrated=True) as env:
        env |= {
            "ENV_FILE": "/dev/null",
            "LOG_FORMAT": "json",
            "LOG_LEVEL": "DEBUG",
            "SANDBOX_URL": _sandbox_server.url,
            **{name: found.secret[name] for name in ("SECRET_KEY", "TOKEN_KEYS", "METRICS_TOKEN")},
        }
        with running_app(data, env=env) as address:
            walk(found, Listener(address), _sandbox_server)
            administer(found, Listener(address), env)
            found.commands += failing_commands(env)
            found.private |= {"a user name": NAME}
            for grant in world.grants:
                found.secret["Spotify's refresh token"] = grant.refresh_token
                found.secret |= {f"Spotify's token {n}": key for n, key in enumerate(grant.access)}
        found.log = (data / "processes.log").read_text()
    world.reset()
    return found


def walk(found: Run, listener: Listener, sandbox: SandboxServer) -> None:
    """Do everything that a listener does, right and wrong."""
    password = found.secret["password"]
    listener.get("/accounts/signup/")
    form = {"username": NAME, "password1": password, "password2": password}
    assert listener.post("/accounts/signup/", form).url.startswith(f"{listener.address}/journal/")
    confirm(found, listener)
    answer_and_note(found, listener)
    spotify(found, listener, sandbox)
    export(found, listener)
    wrong_turns(found, listener)
    found.pages = "\n".join(listener.pages)
    found.secret |= {
        f"cookie {n}": value for n, value in enumerate(listener.cookies) if len(value) > 20
    }


def confirm(found: Run, listener: Listener) -> None:
    """Sign out, in with a wrong and the right password, and set a second key up."""
    listener.post("/accounts/logout/")
    listener.get("/accounts/login/")
    for password in (found.secret["a wrong password"], found.secret["password"]):
        listener.post("/accounts/login/", {"login": NAME, "password": password})
    listener.post("/accounts/reauthenticate/", {"password": found.secret["password"]})
    page = listener.get("/accounts/second-key/totp/activate/").text
    listener.pages.pop()  # the one page that has to show it
    secret = re.search(r"\b[A-Z2-7]{32}\b", page)
    assert secret, page
    found.secret["the second key"] = secret[0]
    counter = next(iter(yield_hotp_counters_from_time()))
    code = str(format_hotp_value(hotp_value(secret[0], counter)))
    assert listener.post("/accounts/second-key/totp/activate/", {"code": code}).ok


def answer_and_note(found: Run, listener: Listener) -> None:
    day = listener.get("/journal/")
    entry, broken, *_ = ENTRY.findall(day.text)
    upload = {"audio": (f"{found.private['a title']}.mp3", AUDIO.read_bytes())}
    listener.post(f"/entries/{entry}/answer/", {"revision": "0"}, files=upload)
    listener.post(f"/entries/{entry}/note/", {"note": found.private["a note"], "revision": "1"})
    damaged = AUDIO.read_bytes()[:2000] + bytes(4000)
    upload = {"audio": (f"{found.private['a title']}2.mp3", damaged)}
    listener.post(f"/entries/{broken}/answer/", {"revision": "0"}, files=upload)
    listener.post(
        f"{day.url.removeprefix(listener.address)}phrases/", {"text": found.private["a phrase"]}
    )
    listener.get(f"/history/?q={found.private['a search']}")
    assert found.private["a note"] in listener.get("/journal/").text
    listener.until(f"/entries/{entry}/card/", "%")


def spotify(found: Run, listener: Listener, sandbox: SandboxServer) -> None:
    """Connect with Spotify, and search through everything that may go wrong there."""
    out = listener.post("/accounts/spotify/login/?process=connect", allow_redirects=False)
    wanted = dict(re.findall(r"([a-z_]+)=([^&]+)", out.headers["Location"].split("?")[1]))
    decision = f"{sandbox.url}/spotify-accounts/decision"
    form = {key: requests.utils.unquote(value) for key, value in wanted.items()} | {"person": "ada"}
    back = requests.post(decision, data=form, allow_redirects=False, timeout=10).headers["Location"]
    found.secret["the code of a consent"] = re.findall(r"code=([^&]+)", back)[0]
    found.secret["the state of a consent"] = re.findall(r"state=([^&]+)", back)[0]
    assert listener.get(back).ok
    assert sandbox.world.grants
    entry = ENTRY.findall(listener.get("/journal/").text)[0]
    for kind in (None, "rate-limited", "down", "token-expired", "no-json", "reset"):
        if kind:
            sandbox.world.failures.append(
                {"platform": "spotify", "kind": kind, "path": "", "times": 1}
            )
        listener.get(f"/entries/{entry}/pick/?q={found.private['a search']}&in=spotify")
        listener.get("/profile/")
    sandbox.world.failures.append(
        {"platform": "spotify-accounts", "kind": "down", "path": "", "times": 9}
    )
    listener.get(back)  # a second time: refused
    sandbox.world.failures.clear()


def export(found: Run, listener: Listener) -> None:
    listener.post("/settings/data/export/", {"with_audio": "on"})
    page = listener.until("/settings/data/", "/exports/")
    link = re.findall(r"/exports/[0-9a-f-]{36}/", page)[0]
    response = listener.session.get(f"{listener.address}{link}", timeout=30)
    with zipfile.ZipFile(BytesIO(response.content)) as archive:
        texts = [archive.read(name).decode(errors="replace") for name in archive.namelist()]
    found.archive = "\n".join(texts)
    assert found.private["a note"] in found.archive
    damaged = {"archive": (f"{found.private['a title']}.zip", response.content[:-400])}
    listener.post("/settings/data/import/", files=damaged)
    time.sleep(1)


def wrong_turns(found: Run, listener: Listener) -> None:
    """Make every error there is a page for, with secrets in what is sent."""
    note = {"note": found.private["a note"], "password": found.secret["password"]}
    before = len(listener.pages)
    answers = [
        requests.get(listener.address, headers={"Host": "evil.example"}, timeout=30),
        listener.session.post(f"{listener.address}/settings/leave/", data=note, timeout=30),
        listener.get(f"/songs/{UNKNOWN_ID}/?q={found.private['a search']}"),
        listener.post(f"/entries/{UNKNOWN_ID}/note/", note),
        listener.get("/settings/leave/", headers={"Cookie": "sessionid=a"}),
        listener.session.post(
            f"{listener.address}/try/", data=b"--x\r\nbroken", timeout=30,
            headers={"Content-Type": "multipart/form-data; boundary=x"},
        ),
        listener.post("/settings/", {"time_zone": found.private["a note"]}),
    ]  # fmt: skip
    assert {400, 403, 404} <= {answer.status_code for answer in answers}
    found.errors = "\n".join([*listener.pages[before:], *(answer.text for answer in answers[:5])])
    found.machines = "\n".join(
        requests.get(
            f"{listener.address}/{path}",
            headers={"Authorization": f"Bearer {found.secret['METRICS_TOKEN']}"},
            timeout=30,
        ).text
        for path in ("metrics", "readyz", "healthz")
    )
    assert "journify_" in found.machines


def administer(found: Run, curator: Listener, env: dict[str, str]) -> None:
    """Look at every list of the admin and at the first row of each."""
    password = found.secret["the curator's password"]
    manage(env, "createsuperuser", "--noinput", DJANGO_SUPERUSER_USERNAME="curator",
           DJANGO_SUPERUSER_PASSWORD=password, DJANGO_SUPERUSER_EMAIL="")  # fmt: skip
    curator.get("/accounts/login/")
    assert curator.post("/accounts/login/", {"login": "curator", "password": password}).ok
    index = curator.get("/admin/").text
    lists = set(re.findall(r'href="(/admin/\w+/\w+/)"', index))
    assert len(lists) > 5
    for path in lists:
        rows = curator.get(path).text
        for row in re.findall(rf'href="({path}[^"/]+/change/[^"]*)"', rows)[:2]:
            curator.get(row)
    found.pages += "\n".join(curator.pages)
    found.secret |= {
        f"curator's cookie {n}": v for n, v in enumerate(curator.cookies) if len(v) > 20
    }


def manage(env: dict[str, str], *arguments: str, **more: str) -> str:
    child = subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=settings.BASE_DIR,
        env=os.environ | env | more,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    return child.stdout + child.stderr


def failing_commands(env: dict[str, str]) -> str:
    return "\n".join(
        manage(env, *arguments)
        for arguments in (
            ("queue", "failed"), ("queue", "retry", "x"),
            ("classify", "/nowhere.mp3"), ("classify", "--song", UNKNOWN_ID),
        )
    )  # fmt: skip


def places(values: dict[str, str], text: str) -> list[str]:
    """Name what is found, with the first line that has it."""
    lines = text.splitlines()
    return [
        f"{name}: {next(line for line in lines if value in line)[:1000]}"
        for name, value in values.items()
        if value in text
    ]


def test_the_run_reached_what_it_was_to_reach(run: Run) -> None:
    print(f"{len(run.secret)} secrets and {len(run.private)} private words planted")  # noqa: T201
    assert {"Spotify's refresh token", "Spotify's token 0", "the second key"} <= run.secret.keys()
    assert sum(name.startswith("cookie") for name in run.secret) >= 4
    for word in ("journify.access", "classif", "spotify"):
        assert word in run.log, word
    assert "not found" in run.commands.lower() or "no such" in run.commands.lower()


def test_no_secret_is_in_the_log_of_web_and_worker(run: Run) -> None:
    assert places(run.secret, run.log) == []


def test_what_a_listener_wrote_is_not_in_the_log(run: Run) -> None:
    assert places(run.private, run.log) == []


def test_no_secret_is_in_what_commands_print(run: Run) -> None:
    assert places(run.secret | run.private, run.commands) == []


def test_no_secret_is_on_an_error_page(run: Run) -> None:
    assert places(run.secret | {"a note": run.private["a note"]}, run.errors) == []


def test_no_secret_is_on_any_page_the_admin_s_included(run: Run) -> None:
    assert places(run.secret, run.pages) == []


def test_no_secret_is_in_an_export(run: Run) -> None:
    assert places(run.secret, run.archive) == []


def test_nothing_of_anybody_is_in_figures_and_findings(run: Run) -> None:
    assert places(run.secret | run.private, run.machines) == []


# Uses everything that has an address with a password in it, and prints what comes of it.
USES = """
import traceback
from django.core.files.storage import default_storage
from django.core.management import call_command
from journify.background import transport
from spotify_auth.encryption import encrypt
from spotify_auth.models import User
for use in (
    lambda: call_command("check"), lambda: User.objects.count(), lambda: encrypt("a"),
    lambda: default_storage.exists("a"), transport.wake_workers,
):
    try:
        use()
    except Exception:
        traceback.print_exc()
"""


@pytest.mark.parametrize(
    "broken",
    [
        {"DATABASE_URL": "postgres://journify:{secret}@127.0.0.1:1/journify"},
        {"QUEUE_URL": "redis://:{secret}@127.0.0.1:1/0"},
        {"QUEUE_URL": "amqp://journify:{secret}@127.0.0.1:1//"},
        {
            "STORAGE_URL": "s3://bucket/folder?endpoint=http://127.0.0.1:1&region=eu-central-1",
            "AWS_ACCESS_KEY_ID": "{secret}",
            "AWS_SECRET_ACCESS_KEY": "{secret}",
        },
        {"DATABASE_URL": "nonsense://journify:{secret}@127.0.0.1/journify"},
        {"QUEUE_URL": "nonsense://journify:{secret}@127.0.0.1/"},
        {"STORAGE_URL": "nonsense://{secret}@bucket"},
        {"TOKEN_KEYS": "{secret}"},
    ],
    ids=lambda broken: next(f"{name}-{value.split(':')[0]}" for name, value in broken.items()),
)
def test_what_cannot_be_reached_is_named_without_its_password(
    broken: dict[str, str], tmp_path: Path
) -> None:
    secret = planted("password")
    env = {name: value.format(secret=secret) for name, value in broken.items()}
    env |= {"ENV_FILE": "/dev/null", "JOURNIFY_DATA_DIR": str(tmp_path), "LOG_LEVEL": "DEBUG"}
    printed = manage(env, "shell", "--no-imports", "--command", USES)
    assert "Error" in printed or "Traceback" in printed or "ImproperlyConfigured" in printed
    assert secret not in printed


def test_the_log_s_encoding_hides_no_secret(run: Run) -> None:
    for value in (run.secret | run.private).values():
        assert value in json.dumps({"message": value})
