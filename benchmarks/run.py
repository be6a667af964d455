"""One measurement of the thesis's pipeline, ours and the floor, and their ratios.

Each run is a process of its own; the two pipelines take turns, so that whatever else the machine
does slows both.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks.batch import clips_per_second, linked
from tools.processes import ROOT

WEB = "import journify.wsgi, journify.urls; from benchmarks.timing import peak_mb; print(peak_mb())"


def bench(files: list[Path], *, runs: int, clips: int) -> dict[str, Any]:
    """Measure everything: medians of so many runs of each pipeline, and so many clips' throughput.

    Files are taken again when there are fewer.
    """
    with tempfile.TemporaryDirectory() as folder:
        return _bench(files, [{"NUMBA_CACHE_DIR": f"{folder}/{run}"} for run in range(runs)], clips)


def _bench(files: list[Path], caches: list[dict[str, str]], clips: int) -> dict[str, Any]:
    thesis: list[dict[str, Any]] = []
    ours: list[dict[str, Any]] = []
    for cache in caches:
        # A compiler cache of its own: each start is a first start, as on a new machine.
        thesis.append(_timed("benchmarks.thesis", files, cache))
        ours.append(_timed("benchmarks.ours", files, {}))
    cores = os.cpu_count() or 1
    found: dict[str, Any] = {
        "machine": {"cpu": _cpu(), "cores": cores},
        "thesis": _medians(thesis),
        "ours": _medians(ours),
        "web_mb": float(_python(["-c", WEB], {})),
    }
    with linked(files, clips) as folder:
        began = time.perf_counter()
        # not with everybody's cache: numba may crash where another process writes into it meanwhile
        _timed("benchmarks.thesis", sorted(folder.iterdir()), caches[-1])
        found["thesis"]["clips_per_second"] = clips / (time.perf_counter() - began)
        found["ours"]["clips_per_second"] = clips_per_second(folder, clips, jobs=cores)
    first, second = found["thesis"], found["ours"]
    found["ratios"] = {
        "warm": first["warm"] / second["warm"],
        "cold": first["cold"] / second["cold"],
        "throughput": second["clips_per_second"] / first["clips_per_second"],
        "floor": second["warm"] / second["floor"],
    }
    return found


def _timed(module: str, files: list[Path], extra: dict[str, str]) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(_python(["-m", module, *map(str, files)], extra))
    return found


def _python(arguments: list[str], extra: dict[str, str]) -> str:
    child = subprocess.run(
        [sys.executable, *arguments],
        cwd=ROOT,
        env=os.environ | extra,
        capture_output=True,
        text=True,
        check=True,
    )
    return child.stdout


def _medians(runs: list[dict[str, Any]]) -> dict[str, Any]:
    """Take the median of every figure, also of the stages; keep words as they are."""
    found: dict[str, Any] = {}
    for name, value in runs[0].items():
        values = [run[name] for run in runs]
        if isinstance(value, dict):
            found[name] = _medians(values)
        else:
            found[name] = value if isinstance(value, str) else median(values)
    return found


def _cpu() -> str:
    lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    return next((line.partition(":")[2].strip() for line in lines if "model name" in line), "")
