from __future__ import annotations

import datetime as dt
import json
import zipfile
from pathlib import Path

from tools.management.commands.bench_import import FIRST, GAPS_SECONDS, write_export


def test_the_invented_history_is_over(tmp_path: Path) -> None:
    """What is still to come would be new at the second import."""
    path = tmp_path / "history.zip"
    write_export(path, 20_000)
    with zipfile.ZipFile(path) as archive:
        plays = [row for name in archive.namelist() for row in json.loads(archive.read(name))]
    assert len(plays) == 20_000
    million = 1_000_000 * sum(GAPS_SECONDS) / len(GAPS_SECONDS)
    assert FIRST + dt.timedelta(seconds=million) < dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
