from __future__ import annotations

import json
import os
import subprocess
import sys
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from benchmarks import steps
from benchmarks.batch import growth
from benchmarks.wait import LONGEST_SECONDS, waits
from tools.management.commands.bench import DEMO
from tools.processes import ROOT, free_port, running

pytestmark = pytest.mark.slow

TINY = {"files": 1, "clips": 2, "runs": 1, "json": True}


def test_bench_measures_both_when_tiny() -> None:
    out = StringIO()
    call_command("bench", stdout=out, **TINY)
    found = json.loads(out.getvalue())
    assert set(found["ratios"]) == {"warm", "cold", "throughput", "floor"}
    for name in ("thesis", "ours"):
        assert set(found[name]["stages"]) == {"decode", "features", "network"}
        assert found[name]["peak_mb"] > 0
    assert found["ratios"]["warm"] > 1
    assert found["ratios"]["throughput"] > 1
    assert found["web_mb"] < 300


def test_memory_stays_when_many_files_are_classified() -> None:
    looks = growth(200, jobs=2)
    assert len(looks) == 9
    assert looks[-1] < 1.05 * looks[2]  # after the first answers everything is loaded


def test_a_worker_takes_no_more_memory_after_many_songs() -> None:
    out = StringIO()
    call_command("bench", worker_songs=20, json=True, stdout=out)
    found = json.loads(out.getvalue())
    assert len(found["worker_mb"]) == 10
    assert found["growth"] < 1.05
    assert max(found["worker_mb"]) < 600


def test_the_memory_of_a_worker_takes_some_songs_to_be_measured() -> None:
    with pytest.raises(CommandError, match="at least 10"):
        call_command("bench", worker_songs=5)


def test_steps_add_up_to_the_stages() -> None:
    found = steps.main(sorted(DEMO.glob("*.mp3"))[:1])
    assert all(milliseconds > 0 for milliseconds in found.values())
    assert found["  descriptors"] < 1.2 * found["features"]
    assert found["    frames"] < 1.2 * found["  descriptors"]


def test_a_listener_waits_until_the_song_has_an_emotion(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    port = free_port()
    monkeypatch.setenv("ENV_FILE", os.devnull)
    monkeypatch.setenv("JOURNIFY_DATA_DIR", str(tmp_path / "data"))
    command = [sys.executable, "manage.py", "prepare", "--port", str(port)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    with running(ROOT / "Procfile", port=port, log=tmp_path / "log"):
        [seconds] = waits(f"http://127.0.0.1:{port}", 1, minutes=1)
    assert 0 < seconds < LONGEST_SECONDS
