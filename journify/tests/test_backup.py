"""A backup is worth what was restored from it: real processes, an empty machine, every row."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tarfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.files.base import ContentFile
from django.core.management import CommandError, call_command

from journify import backup, database_copies
from journify.tests.databases import own_data

LIFE = """
from django.core.management import call_command
from django.core.files.base import ContentFile
from classifier.tests.factories import ClassificationFactory, SongFactory
from journal.models import Journal
from journal.tests.factories import EntryFactory
from spotify_auth.models import User
call_command("migrate", verbosity=0)
call_command("load_phrases", verbosity=0)
call_command("load_demo", verbosity=0)
ada = User.objects.create_user("ada", password="a-song-for-every-day")
day = Journal.objects.create(user=ada, date="2026-11-25")
for number in range(40):
    audio = ContentFile(bytes([number]) * 70_000, "x.mp3")
    row = ClassificationFactory(song=SongFactory(title=f"Étude {number}", owner=ada, audio=audio))
    EntryFactory(journal=day, position=number, song=row.song, note="Zoë’s 🎵")
"""
INVENTORY = """
import hashlib, json
from pathlib import Path
from django.apps import apps
from django.conf import settings
from django.db import connection

def digest(content):
    return hashlib.sha256(content).hexdigest()

tables = {}
for model in apps.get_models():
    fields = [field.attname for field in model._meta.concrete_fields]
    rows = sorted(repr(row) for row in model._base_manager.values_list(*fields))
    tables[model._meta.db_table] = [len(rows), digest(repr(rows).encode())]
root = Path(settings.MEDIA_ROOT)
found = {
    "tables": tables,
    "files": {str(path.relative_to(root)): digest(path.read_bytes())
              for path in root.rglob("*") if path.is_file()},
    "keys": {name: (settings.DATA_DIR / name).read_text() for name in ("secret_key", "token_key")},
    "names": sorted(connection.introspection.table_names()),
}
print(json.dumps(found))
"""


class Machine:
    """The app on a machine of its own: a data folder and a database."""

    def __init__(self, env: dict[str, str]) -> None:
        self.env = os.environ | env | {"DJANGO_SETTINGS_MODULE": "journify.settings"}

    def manage(self, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
        return self._run("manage.py", *map(str, arguments))

    def run(self, script: str) -> str:
        done = self._run("-c", f"import django; django.setup()\n{script}")
        assert done.returncode == 0, done.stderr
        return done.stdout

    def inventory(self) -> dict[str, Any]:
        return dict(json.loads(self.run(INVENTORY)))

    def _run(self, *command: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, *command],
            cwd=settings.BASE_DIR,
            env=self.env,
            capture_output=True,
            text=True,
            check=False,
        )


@pytest.fixture
def machines(db: None, tmp_path: Path) -> Iterator[tuple[Machine, Machine]]:
    with own_data(tmp_path / "lived-in") as first, own_data(tmp_path / "empty") as second:
        yield Machine(first), Machine(second)


def test_an_empty_machine_gets_every_row_and_every_file(
    machines: tuple[Machine, Machine], tmp_path: Path
) -> None:
    old, new = machines
    file = tmp_path / "journify.tar"
    old.run(LIFE)
    before = old.inventory()
    written = old.manage("backup", file)
    assert written.returncode == 0, written.stderr
    assert file.stat().st_mode & 0o077 == 0

    counted = Path(new.env["JOURNIFY_DATA_DIR"], "answers-counted-by")
    counted.parent.mkdir(exist_ok=True)
    counted.write_text("of another database")
    restored = new.manage("restore", file)
    assert restored.returncode == 0, restored.stderr
    assert not counted.exists()
    assert new.inventory() == before
    assert before["tables"]["journal_entry"][0] == 40
    assert len(before["files"]) > 40

    assert new.manage("migrate", "--check").returncode == 0
    again = new.manage("restore", file)
    assert (again.returncode, "not empty" in again.stderr) == (1, True)
    twice = old.manage("backup", file)
    assert (twice.returncode, "is there already" in twice.stderr) == (1, True)


@pytest.mark.django_db
def test_a_file_that_is_deleted_meanwhile_is_left_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = backup.default_storage.save("audio/here.mp3", ContentFile(b"sound"))
    # SQLite waits for the transaction that this test is in
    monkeypatch.setattr(database_copies.SQLite, "dump", lambda _self, target: target.touch())
    monkeypatch.setattr(backup, "_stored", lambda: iter(["audio/gone.mp3", here]))
    assert backup.write_backup(tmp_path / "new.tar") == 1
    with tarfile.open(tmp_path / "new.tar") as archive:
        names = [name for name in archive.getnames() if name.startswith("media/")]
    assert names == [f"media/{here}"]


@pytest.mark.django_db
class TestRefusals:
    @pytest.fixture(autouse=True)
    def _as_if_empty(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(backup.connection.introspection, "table_names", list)

    def test_what_is_no_backup(self, tmp_path: Path) -> None:
        (tmp_path / "letter").write_text("Dear diary")
        with pytest.raises(CommandError, match=r"letter is not a backup of Journify\.$"):
            call_command("restore", tmp_path / "letter")

    def test_a_backup_of_another_database(self, tmp_path: Path) -> None:
        with tarfile.open(tmp_path / "other.tar", "w") as archive:
            archive.add(__file__, "database/oracle")
        with pytest.raises(CommandError, match="holds no backup of a"):
            call_command("restore", tmp_path / "other.tar")

    def test_a_file_that_is_not_there(self, tmp_path: Path) -> None:
        with pytest.raises(CommandError, match="No such file"):
            call_command("restore", tmp_path / "gone.tar")

    def test_nothing_half_written_is_left(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(
            "journify.backup.copier", lambda _vendor: database_copies.copier("mongodb")
        )
        with pytest.raises(CommandError, match="by its own tools, mongodump and mongorestore"):
            call_command("backup", tmp_path / "new.tar")
        assert list(tmp_path.iterdir()) == []
