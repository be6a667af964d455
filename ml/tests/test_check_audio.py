from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from ml.tests.sounds import music, write


def check(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "ml.check_audio", *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_ok_is_printed_when_file_is_good(tmp_path: Path) -> None:
    result = check(str(write(tmp_path / "a.mp3", music(5), codec="libmp3lame")))
    answer = json.loads(result.stdout)
    assert result.returncode == 0
    assert answer["ok"] is True
    assert 4.9 < answer["seconds"] < 5.2


def test_reason_is_printed_when_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.mp3"
    path.write_text("not music")
    result = check(str(path))
    assert result.returncode == 1
    assert json.loads(result.stdout)["code"] == "unreadable"


def test_usage_is_printed_when_no_file_is_named() -> None:
    result = check()
    assert result.returncode == 2
    assert "usage" in result.stderr


def test_nothing_heavy_is_imported_when_checking() -> None:
    script = (
        "import sys, ml.check_audio;"
        "print({'torch', 'librosa', 'scipy', 'django'} & set(sys.modules))"
    )
    result = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    assert result.stdout.strip() == "set()"
