"""Nothing is lost when workers are killed in the middle of songs, on each kind of queue."""

from __future__ import annotations

import pytest

from tools import soak

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("backend", ["sqlite", "postgres", "redis"])
def test_every_song_is_done_once_however_often_a_worker_is_killed(backend: str) -> None:
    passed, line = soak.run_kill_test(backend, quick=True)
    assert line == f"{backend}: 20 done, 0 lost, 0 double, 0 stuck"
    assert passed
