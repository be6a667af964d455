"""A folder of backups: names tell when they were made, the oldest go; how old the newest is."""

import datetime as dt
import fcntl
import math
import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.utils import timezone
from prometheus_client.metrics_core import GaugeMetricFamily, Metric

from journify.backups.manifest import MEDIA, BackupError, FileFacts, read_manifest
from journify.backups.media import InAFolder

NAME = "journify-%Y%m%dT%H%M%SZ.tar"


@dataclass(frozen=True)
class Folder:
    path: Path

    def all(self) -> list[Path]:
        """Those that are whole, oldest first."""
        return sorted(path for path in self.path.glob("journify-*.tar") if _made_at(path))

    def newest(self) -> Path | None:
        return next(reversed(self.all()), None)

    def age(self) -> dt.timedelta | None:
        newest = self.newest()
        made_at = _made_at(newest) if newest else None
        return timezone.now() - made_at if made_at else None

    def next_path(self) -> Path:
        path = self.path / timezone.now().strftime(NAME)
        if path.exists():
            raise BackupError(f"{path} is there already: nothing was written.")
        return path

    def known_uploads(self) -> dict[str, FileFacts]:
        """Facts of the uploads that are here, as far as the newest backup tells them."""
        newest = self.newest()
        if newest is None:
            return {}
        try:
            return read_manifest(newest).files
        except (BackupError, OSError):  # it is damaged: no reason not to make another one
            return {}

    def prune(self, *, keep: int) -> None:
        """Delete all backups but the newest, and the uploads that only they had."""
        backups = self.all()
        for old in backups[:-keep]:
            old.unlink()
        needed = {name for path in backups[-keep:] for name in read_manifest(path).files}
        InAFolder(self.path / MEDIA).prune(needed)

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Let nobody else write here meanwhile, who might delete what is just being copied."""
        self.path.mkdir(parents=True, exist_ok=True)
        with (self.path / ".lock").open("w") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as error:
                raise BackupError(f"Another backup is being written into {self.path}.") from error
            self._clear_up()
            yield

    def _clear_up(self) -> None:
        """Delete what backups that were killed left behind."""
        for draft in self.path.glob(".*.part"):
            draft.unlink()
        for folder in self.path.glob(".backup-*"):
            shutil.rmtree(folder)


def _made_at(path: Path) -> dt.datetime | None:
    try:
        return dt.datetime.strptime(path.name, NAME).replace(tzinfo=dt.UTC)
    except ValueError:  # another file of that ending
        return None


class BackupCollector:
    def collect(self) -> Iterable[Metric]:
        """Give the age, infinite where there is no backup; nothing where none are made."""
        if settings.BACKUP_DIR is None:
            return
        age = Folder(settings.BACKUP_DIR).age()
        yield GaugeMetricFamily(
            "journify_backup_age_seconds",
            "How old the newest backup is.",
            value=math.inf if age is None else age.total_seconds(),
        )
