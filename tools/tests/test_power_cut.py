from __future__ import annotations

import re
import subprocess

import pytest

from tools import soak

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("backend", ["sqlite", "postgres"])
def test_what_was_accepted_before_a_power_cut_is_there_after_it(backend: str) -> None:
    """And eight threads and two workers never find the database locked: see the exit status."""
    with soak.environment(backend) as env:
        done = subprocess.run(
            [*soak.INSIDE, "tools.power_cut", "--answers", "30"],
            env=env | soak.QUICK | {"RATE_LIMIT_FACTOR": "0"},
            capture_output=True,
            text=True,
            check=False,
        )
    found = re.search(r"30 answers, (\d+) accepted .* (\d+) of them .*, (\d+) class", done.stdout)
    assert found, done.stdout + done.stderr
    accepted, there, heard = map(int, found.groups())
    assert 0 < accepted < 30
    assert there == heard == accepted
    assert done.returncode == 0
