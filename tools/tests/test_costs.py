from __future__ import annotations

import os
import subprocess

import pytest

from tools.measuring.costs import Costs
from tools.processes import ROOT
from tools.soak import INSIDE

pytestmark = pytest.mark.slow


def test_costs_are_measured_and_multiplied() -> None:
    command = [*INSIDE, "--on", "sqlite", "tools.measuring.costs", "--days", "20", "--songs", "1"]
    env = os.environ | {"COLUMNS": "120"}
    done = subprocess.run(
        command, cwd=ROOT, env=env, capture_output=True, text=True, check=True, timeout=300
    )
    assert "bytes an entry" in done.stdout
    assert "12,000,000" in done.stdout


def test_a_million_listeners_are_twelve_million_answers() -> None:
    lines = dict(Costs(bytes_an_entry=500, bytes_a_song=3000, songs_an_hour=10_000).lines())
    assert lines["cores that listen, at the peak"] == "15"
    assert lines["GB of entries a year"] == "2,190"
    assert lines["GB of songs a year"] == "1,314"


def test_growth_is_measured_from_size_to_size() -> None:
    command = [*INSIDE, "--on", "sqlite", "tools.measuring.growth", "--sizes", "40", "1300"]
    command += ["--labels", "0", "40", "--plays", "60", "600"]
    done = subprocess.run(
        command,
        cwd=ROOT,
        env=os.environ | {"COLUMNS": "120"},
        capture_output=True,
        text=True,
        check=True,
        timeout=300,
    )
    assert "ms to claim the next" in done.stdout
    assert "1,300" in done.stdout
    assert "ms to label a song" in done.stdout
    assert "ms to take in 50 more" in done.stdout
