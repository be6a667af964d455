from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from pytest_django import Settings


def test_nothing_is_complained_of_when_the_reader_has_enough(
    settings: Settings, tmp_path: Path
) -> None:
    table = tmp_path / "tracks.csv"
    table.write_text("energy,valence\n" + "0.5,0.5\n" * 5000)
    command = [sys.executable, "manage.py", "classify", "--csv", "--features", str(table)]
    with subprocess.Popen(
        command,
        cwd=settings.BASE_DIR,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={"JOURNIFY_DATA_DIR": str(tmp_path), "ENV_FILE": "/dev/null"},
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        assert process.stdout.readline().startswith(b"file,emotion")
        process.stdout.close()
        assert process.stderr.read() == b""
    assert process.returncode == 141
