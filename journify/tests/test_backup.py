"""A backup is worth what was restored from it: real processes, an empty machine, every row."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tarfile
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.management import CommandError, call_command

from journify.backups import databases, folders, media, restoring, writing
from journify.backups.folders import Folder
from journify.tests.databases import own_data

if TYPE_CHECKING:
    from time_machine import TimeMachineFixture

LIFE = """
from django.core.management import call_command
from django.core.files.base import ContentFile
from classifier.tests.factories import ClassificationFactory, SongFactory
from journal.models import Journal
from journal.tests.factories import EntryFactory
from spotify_auth.models import User
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
    "keys": {name: (settings.DATA_DIR / name).read_text()
             for name in ("secret_key", "token_key", "vapid_key")},
    "names": sorted(connection.introspection.table_names()),
}
print(json.dumps(found))
"""
# Those of the listener, and the demo songs.
FILES = 40 + len(list((settings.BASE_DIR / "classifier" / "demo" / "audio").iterdir()))


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

    def tables(self) -> list[str]:
        names = "from django.db import connection; print(*connection.introspection.table_names())"
        return self.run(names).split()

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
    lived_in = own_data(tmp_path / "lived-in", migrated=True)
    with lived_in as first, own_data(tmp_path / "empty") as second:
        yield Machine(first), Machine(second)


@pytest.mark.slow
def test_an_empty_machine_gets_every_row_and_every_file(
    machines: tuple[Machine, Machine], tmp_path: Path
) -> None:
    old, new = machines
    file = tmp_path / "journify.tar"
    old.run(LIFE)
    before = old.inventory()
    written = old.manage("backup", file)
    assert written.returncode == 0, written.stderr
    assert f"1 listeners, 40 entries, {FILES} files." in written.stdout
    assert file.stat().st_mode & 0o077 == 0
    assert list(tmp_path.glob(".*")) == []
    checked = new.manage("restore", "--check", file)
    assert (checked.returncode, "can be restored" in checked.stdout) == (0, True), checked.stderr
    assert new.tables() == []

    restored = new.manage("restore", file)
    assert restored.returncode == 0, restored.stderr
    assert new.inventory() == before
    assert before["tables"]["journal_entry"][0] == 40
    assert len(before["files"]) > 40

    assert new.manage("migrate", "--check").returncode == 0
    again = new.manage("restore", file)
    assert (again.returncode, "not empty" in again.stderr) == (1, True)
    twice = old.manage("backup", file)
    assert (twice.returncode, "is there already" in twice.stderr) == (1, True)


@pytest.mark.slow
@pytest.mark.any_database
def test_a_folder_gets_each_upload_once(machines: tuple[Machine, Machine], tmp_path: Path) -> None:
    old, new = machines
    folder = tmp_path / "backups"
    for machine in machines:
        machine.env["BACKUP_DIR"] = str(folder)
    old.run(LIFE)
    first = old.manage("backup")
    assert f"{FILES} files, {FILES} of them new (" in first.stdout, first.stderr
    old.run(
        "from classifier.models import Song; from django.core.files.base import ContentFile\n"
        "Song.objects.filter(title='Étude 7').delete()\n"
        "Song.objects.create(title='New', audio=ContentFile(b'sound', 'n.mp3'))"
    )
    second = old.manage("backup")
    assert f"{FILES} files, 1 of them new (0.0 MB)" in second.stdout, second.stderr
    assert len(list(folder.rglob("*.mp3"))) == FILES + 1
    assert {path.stat().st_mode & 0o077 for path in [folder, *folder.rglob("*")]} == {0}

    checked = new.manage("restore", "--check")
    assert f"1 listeners, 40 entries, {FILES} files. It can be restored." in checked.stdout
    third = old.manage("backup", "--keep", "1")
    assert third.returncode == 0, third.stderr
    assert len(list(folder.glob("*.tar"))) == 1
    assert len(list(folder.rglob("*.mp3"))) == FILES, "the deleted song is in no backup any more"
    restored = new.manage("restore")
    assert restored.returncode == 0, restored.stderr
    assert new.inventory() == old.inventory()


@pytest.mark.slow
def test_a_database_that_nobody_uses_is_not_backed_up(
    machines: tuple[Machine, Machine], tmp_path: Path
) -> None:
    """As from a shell without the service's settings: it must not look like a backup."""
    nobody, empty = machines
    for machine, missing in ((empty, "table of Journify's"), (nobody, "listener")):
        done = machine.manage("backup", tmp_path / "new.tar")
        assert done.returncode == 1
        assert f"There is no {missing} in " in done.stderr
        assert "nothing was written" in done.stderr
    assert list(tmp_path.glob("*.tar*")) == []


@pytest.mark.slow
class TestDamage:
    """What `restore --check` finds; each is a way in which real backups die."""

    @pytest.fixture
    def folder(self, machines: tuple[Machine, Machine], tmp_path: Path) -> Path:
        machines[0].run(LIFE)
        done = machines[0].manage("backup", "--keep", "1", self._made(tmp_path))
        assert done.returncode == 0, done.stderr
        return tmp_path / "backups"

    @staticmethod
    def _made(tmp_path: Path) -> Path:
        (tmp_path / "backups").mkdir()
        return tmp_path / "backups"

    def test_each(self, folder: Path, machines: tuple[Machine, Machine], tmp_path: Path) -> None:
        [backup] = folder.glob("*.tar")
        audio = sorted(folder.rglob("*.mp3"))
        whole = backup.read_bytes()
        with tarfile.open(backup) as archive:
            database = archive.getmembers()[0]
        audio[0].write_bytes(audio[0].read_bytes()[:-1] + b"!")
        audio[1].unlink()
        found = self._check(machines[1], backup)
        assert "2 are missing or damaged: " in found
        assert audio[0].name in found
        assert audio[1].name in found

        backup.write_bytes(whole[: len(whole) // 2])
        assert self._check(machines[1], backup)
        middle = database.offset_data + database.size // 2
        damaged = bytes([whole[middle] ^ 1])
        backup.write_bytes(whole[:middle] + damaged + whole[middle + 1 :])
        assert "The copy of the database in" in self._check(machines[1], backup)
        backup.write_text("Dear diary")
        assert "is not a backup of Journify" in self._check(machines[1], backup)

    def _check(self, machine: Machine, backup: Path) -> str:
        done = machine.manage("restore", "--check", backup)
        assert done.returncode == 1, done.stdout
        assert "Traceback" not in done.stderr
        return done.stderr


@pytest.mark.django_db
class TestWriting:
    @pytest.fixture(autouse=True)
    def _as_if_in_use(self, monkeypatch: pytest.MonkeyPatch) -> None:
        # SQLite waits for the transaction that this test is in
        monkeypatch.setattr(
            writing, "_add_database", lambda _archive, _copy: (media.FileFacts(0, ""), {})
        )
        monkeypatch.setattr(writing, "_refuse_an_unused_database", lambda: None)

    def test_a_file_that_is_deleted_meanwhile_is_left_out(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        here = default_storage.save("audio/here.mp3", ContentFile(b"sound"))
        monkeypatch.setattr(writing, "stored", lambda: iter(["audio/gone.mp3", here]))
        assert list(writing.write_whole(tmp_path / "new.tar").files) == [here]
        with tarfile.open(tmp_path / "new.tar") as archive:
            names = [name for name in archive.getnames() if name.startswith("media/")]
        assert names == [f"media/{here}"]

    def test_what_visitors_try_out_is_left_out(self, tmp_path: Path) -> None:
        default_storage.save("tryouts/theirs.mp3", ContentFile(b"sound"))
        here = default_storage.save("audio/here.mp3", ContentFile(b"sound"))
        assert list(writing.write_whole(tmp_path / "new.tar").files) == [here]

    def test_only_one_writes_into_a_folder(self, tmp_path: Path) -> None:
        folder = Folder(tmp_path / "backups")
        with (
            folder.locked(),
            pytest.raises(writing.BackupError, match="Another backup is being written"),
        ):
            writing.write_into(folder, keep=3)

    def test_a_damaged_backup_does_not_keep_the_next_from_being_made(self, tmp_path: Path) -> None:
        (tmp_path / "journify-20200101T000000Z.tar").write_text("Dear diary")
        default_storage.save("audio/here.mp3", ContentFile(b"sound"))
        manifest, _media = writing.write_into(Folder(tmp_path), keep=1)
        assert len(manifest.files) == 1
        assert len(Folder(tmp_path).all()) == 1

    def test_what_a_killed_backup_left_is_cleared_up(self, tmp_path: Path) -> None:
        (tmp_path / ".journify-20200101T000000Z.tar.part").write_text("half")
        (tmp_path / ".backup-x").mkdir()
        (tmp_path / ".backup-x" / "database").write_text("half")
        (tmp_path / "media" / "audio").mkdir(parents=True)
        (tmp_path / "media" / "audio" / ".part-x").write_text("half")
        writing.write_into(Folder(tmp_path), keep=3)
        left = {path.name for path in tmp_path.rglob("*") if path.is_file()}
        assert left == {".lock", Folder(tmp_path).all()[0].name}

    def test_the_newest_are_kept(self, tmp_path: Path, time_machine: TimeMachineFixture) -> None:
        for day in range(5):
            time_machine.move_to(f"2026-11-2{day} 03:00:00+00:00")
            default_storage.save(f"audio/{day}.mp3", ContentFile(b"sound"))
            writing.write_into(Folder(tmp_path), keep=3)
        assert [path.name for path in Folder(tmp_path).all()] == [
            f"journify-2026112{day}T030000Z.tar" for day in (2, 3, 4)
        ]


class TestAge:
    @pytest.fixture(autouse=True)
    def _a_moment(self, time_machine: TimeMachineFixture) -> None:
        time_machine.move_to("2026-11-25 13:00:00+00:00")

    def test_a_young_one_is_well(self, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        (tmp_path / "journify-20261124T120000Z.tar").touch()
        call_command("backup", tmp_path, check=True)
        assert "is 25.0 hours old." in capsys.readouterr().out

    def test_an_old_one_is_not(self, tmp_path: Path) -> None:
        (tmp_path / "journify-20261124T100000Z.tar").touch()
        (tmp_path / "journify-unreadable.tar").touch()
        (tmp_path / ".journify-20261125T100000Z.tar.part").touch()
        with pytest.raises(CommandError, match=r"is 27\.0 hours old\. That is more than 26\."):
            call_command("backup", tmp_path, check=True)

    def test_nor_is_none(self, tmp_path: Path) -> None:
        with pytest.raises(CommandError, match="There is no backup in"):
            call_command("backup", tmp_path, check=True)

    def test_it_is_a_figure(self, tmp_path: Path, settings: Any) -> None:
        def figures() -> list[float]:
            found = folders.BackupCollector().collect()
            return [sample.value for metric in found for sample in metric.samples]

        settings.BACKUP_DIR = None
        assert figures() == []
        settings.BACKUP_DIR = tmp_path
        assert figures() == [float("inf")]
        (tmp_path / "journify-20261125T120000Z.tar").touch()
        assert figures() == [pytest.approx(3600, abs=60)]

    def test_somewhere_it_has_to_be(self, settings: Any) -> None:
        settings.BACKUP_DIR = None
        with pytest.raises(CommandError, match="or set BACKUP_DIR"):
            call_command("backup", target=None)


@pytest.mark.django_db
class TestRefusals:
    @pytest.fixture(autouse=True)
    def _as_if_empty(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(restoring.connection.introspection, "table_names", list)

    def test_what_is_no_backup(self, tmp_path: Path) -> None:
        (tmp_path / "letter").write_text("Dear diary")
        with pytest.raises(CommandError, match=r"letter is not a backup of Journify"):
            call_command("restore", tmp_path / "letter")

    @staticmethod
    def _made(target: Path, vendor: str, **files: media.FileFacts) -> Path:
        with tarfile.open(target, "w") as archive:
            archive.add(__file__, f"database/{vendor}")
            with Path(__file__).open("rb") as database:
                facts = media.read_facts(database)
            manifest = restoring.Manifest("now", vendor, facts, {}, files, is_whole=False)
            writing.add_manifest(archive, manifest)
        return target

    def test_a_backup_of_another_database(self, tmp_path: Path) -> None:
        other = self._made(tmp_path / "other.tar", "oracle")
        with pytest.raises(CommandError, match="holds no backup of a"):
            call_command("restore", other)

    def test_names_that_lead_elsewhere(self, tmp_path: Path) -> None:
        files = {"../../etc/passwd": media.FileFacts(0, "")}
        other = self._made(tmp_path / "other.tar", restoring.connection.vendor, **files)
        with pytest.raises(CommandError, match="cannot be read"):
            call_command("restore", other)

    def test_a_file_that_is_not_there(self, tmp_path: Path) -> None:
        with pytest.raises(CommandError, match="No such file"):
            call_command("restore", tmp_path / "gone.tar")

    def test_nothing_half_written_is_left(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(writing, "copier", lambda _vendor: databases.copier("mongodb"))
        with pytest.raises(CommandError, match="by its own tools, mongodump and mongorestore"):
            call_command("backup", tmp_path / "new.tar")
        assert list(tmp_path.iterdir()) == []
