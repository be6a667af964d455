from __future__ import annotations

import subprocess
import sys

FAULTS = """
import resource
import numpy as np
from ml.memory import keep_freed_memory

def faults():
    before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
    for _ in range(20):
        np.ones(2_000_000, np.float32)  # 8 MB, written to and freed
    return resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before

print(faults(), keep_freed_memory(), faults())
"""


def test_freed_memory_is_used_again_when_it_is_kept() -> None:
    """In a process of its own: what a process keeps, it keeps to its end."""
    child = subprocess.run(
        [sys.executable, "-c", FAULTS], capture_output=True, text=True, check=True
    )
    before, kept, after = child.stdout.split()
    assert kept == "True"
    assert int(after) < int(before) / 4
