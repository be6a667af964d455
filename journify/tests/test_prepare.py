from __future__ import annotations

import io
import os
import shutil
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from django.conf import settings
from django.core.checks.registry import registry
from django.core.management import CommandError, call_command
from django.db.migrations.recorder import MigrationRecorder
from django.test import Client

from classifier.models import Song
from journal.models import Phrase
from journify.config.checks import AT_START
from journify.management.commands import prepare
from journify.operations import preparing
from journify.tests.databases import migrated_file
from tools.processes import free_port

if TYPE_CHECKING:
    from pytest_django import Settings

OURS = {"classifier", "journal", "journify", "spotify_auth"}


@pytest.fixture
def taken_port() -> Iterator[int]:
    """A port that another program listens on."""
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        yield int(other.getsockname()[1])


@pytest.mark.parametrize("port", ["0", "65536", "-1", "http", "", "8000.5"])
def test_refused_when_port_is_none(port: str) -> None:
    with pytest.raises(CommandError, match=rf"^PORT={port} is not a port: give a number from 1"):
        call_command("prepare", port=port)


def test_refused_with_another_port_when_it_is_taken(taken_port: int) -> None:
    with pytest.raises(CommandError) as refusal:
        call_command("prepare", port=str(taken_port))
    assert str(refusal.value) == (
        f"Port {taken_port} is taken by another program: try PORT={taken_port + 1} make run."
    )


@pytest.fixture
def done(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Names of the commands that are called; of those only the ones for rows are carried out."""
    names: list[str] = []

    def call(name: str, **options: object) -> None:
        names.append(name)
        if name.startswith("load_"):
            call_command(name, **options)

    for module in (prepare, preparing):
        monkeypatch.setattr(module, "call_command", call)
    return names


@pytest.mark.django_db
def test_phrases_and_songs_are_there_and_the_address_is_said(done: list[str]) -> None:
    out, port = io.StringIO(), free_port()
    call_command("prepare", port=str(port), stdout=out)
    assert Phrase.objects.count() >= 80
    assert Song.objects.catalogue().count() >= 8
    assert f"http://127.0.0.1:{port}/" in out.getvalue()


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("unchanged", "expected"),
    [
        (False, ["migrate", "load_phrases", "load_demo", "renew_emotions", "collectstatic"]),
        (True, ["load_phrases", "load_demo", "renew_emotions"]),
    ],
)
def test_what_did_not_change_is_left_out(
    done: list[str], monkeypatch: pytest.MonkeyPatch, *, unchanged: bool, expected: list[str]
) -> None:
    monkeypatch.setattr(preparing, "is_migrated", lambda: unchanged)
    monkeypatch.setattr(preparing, "is_collected", lambda: unchanged)
    call_command("prepare", port=str(free_port()), stdout=io.StringIO())
    assert done == expected


@pytest.mark.django_db
def test_a_migration_that_has_not_run_is_noticed() -> None:
    assert preparing.is_migrated()
    MigrationRecorder.Migration.objects.filter(app="journal").latest("id").delete()
    assert not preparing.is_migrated()


class TestStaticFiles:
    @pytest.fixture(autouse=True)
    def source(self, settings: Settings, tmp_path: Path) -> Path:
        """One static file, collected as a server has it."""
        (source := tmp_path / "source").mkdir()
        (source / "own.css").write_text("body {}")
        settings.STATICFILES_FINDERS = ["django.contrib.staticfiles.finders.FileSystemFinder"]
        settings.STATICFILES_DIRS = [source]
        settings.STATIC_ROOT = tmp_path / "static"
        settings.STORAGES = settings.STORAGES | {
            "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"}
        }
        assert not preparing.is_collected()
        call_command("collectstatic", interactive=False, verbosity=0)
        assert preparing.is_collected()
        return source

    def test_a_newer_one_is_noticed(self, source: Path) -> None:
        soon = time.time() + 60
        os.utime(source / "own.css", (soon, soon))
        assert not preparing.is_collected()

    def test_another_one_is_noticed_however_old(self, source: Path) -> None:
        (source / "other.css").write_text("p {}")
        os.utime(source / "other.css", (1, 1))
        assert not preparing.is_collected()

    def test_a_hidden_one_is_none(self, source: Path) -> None:
        (source / ".hidden").write_text("")
        assert preparing.is_collected()

    def test_a_lost_manifest_is_noticed(self, settings: Settings) -> None:
        (settings.STATIC_ROOT / "staticfiles.json").unlink()
        assert not preparing.is_collected()


def test_every_check_of_settings_is_made_at_the_start() -> None:
    ours = {
        check.__name__: set(check.tags)
        for check in registry.get_checks()
        if check.__module__.partition(".")[0]
        in {"classifier", "journal", "journify", "spotify_auth"}
    }
    assert "weights_are_shipped" in ours
    assert {name for name, tags in ours.items() if not tags & set(AT_START)} == set()


def test_this_process_answers_to_operators(client: Client) -> None:
    response = client.get("/healthz")
    assert (response.status_code, response.content) == (200, b'{"status": "ok"}')


NEWER = "classifier 9999_of_tomorrow"


@pytest.fixture
def newer(tmp_path: Path) -> dict[str, str]:
    """The environment of a database that a newer version has migrated."""
    env = os.environ | {"JOURNIFY_DATA_DIR": str(tmp_path), "ENV_FILE": os.devnull}
    env |= {"DATABASE_URL": "", "DJANGO_SETTINGS_MODULE": "journify.settings"}
    shutil.copy(migrated_file(), tmp_path / "journify.sqlite3")
    with sqlite3.connect(tmp_path / "journify.sqlite3") as database:
        values = ("classifier", "9999_of_tomorrow", "2030-01-01")
        database.execute(
            "INSERT INTO django_migrations (app, name, applied) VALUES (?, ?, ?)", values
        )
    return env


def run(env: dict[str, str], *command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *command],
        cwd=settings.BASE_DIR,
        env=env,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.slow
def test_nothing_of_ours_starts_on_the_database_of_a_newer_version(newer: dict[str, str]) -> None:
    for command in (
        ("manage.py", "worker", "--batch"),
        ("manage.py", "queue"),
        ("manage.py", "prepare", "--port", "8765"),
        ("-c", "import journify.wsgi"),
    ):
        done = run(newer, *command)
        assert done.returncode != 0, command
        assert f"has migrated this database ({NEWER}). Install that version" in done.stderr


@pytest.mark.slow
def test_a_database_of_a_newer_version_can_be_looked_at_and_restored(newer: dict[str, str]) -> None:
    assert run(newer, "manage.py", "restore", "--help").returncode == 0
    assert "9999_of_tomorrow" not in run(newer, "manage.py", "showmigrations").stderr
    assert run(newer, "manage.py", "check").returncode == 0
