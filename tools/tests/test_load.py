"""A small load: real web process, real worker, a few listeners for a few seconds."""

from __future__ import annotations

import json
import subprocess

import pytest

from tools.load import __main__ as load
from tools.processes import ROOT
from tools.soak import INSIDE

pytestmark = pytest.mark.slow


def test_a_few_listeners_lose_nothing() -> None:
    small = ["--listeners", "4", "--seconds", "8", "--think", "0.2", "--years", "0.2"]
    command = [*INSIDE, "--on", "sqlite", "tools.load", "--json", *small]
    done = subprocess.run(
        command, cwd=ROOT, stdout=subprocess.PIPE, text=True, check=False, timeout=600
    )
    report = json.loads(done.stdout.splitlines()[-1])
    assert report["errors"] == {}
    assert (report["lost"], report["without_classification"]) == (0, 0)
    assert report["answered"] > 0
    assert {"day", "picker", "search", "answer"} <= report["pages"].keys()
    assert all(row["p99_ms"] >= row["p50_ms"] for row in report["pages"].values())
    assert set(report["memory_mb"]) == {"web", "worker"}
    assert min(report["memory_mb"].values()) > 20
    assert set(report["cpu_ms_per_request"]) == {"web", "worker", "this test"}
    assert report["cpu_ms_per_request"]["web"] > 0
    assert done.returncode == 0


def test_an_entry_that_is_gone_fails_the_test(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    lossy = {
        "is_good": False,
        "listeners": 1,
        "seconds": 1.0,
        "requests_per_second": 2.0,
        "pages": {"day": {"count": 2, "p50_ms": 1, "p95_ms": 2, "p99_ms": 2}},
        "errors": {"answer: 500": 1},
        "memory_mb": {"web": 80},
        "cpu_ms_per_request": {"web": 20.5},
        "answered": 3,
        "lost": 1,
        "without_classification": 0,
        "still_open": 0,
    }
    monkeypatch.setattr(load, "_load", lambda _: {"backend": "sqlite"} | lossy)
    assert load.main([]) == 1
    told = capsys.readouterr().out
    assert "1 lost" in told
    assert "answer: 500" in told
