from __future__ import annotations

import subprocess
import sys

SCRIPT = """
import gc, sys
import journify.wsgi
print(gc.get_freeze_count() > len(gc.get_objects()), "journal.views" in sys.modules, gc.isenabled())
"""


def test_a_server_searches_only_what_came_after_it_was_loaded() -> None:
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT], capture_output=True, text=True, check=True
    )
    assert done.stdout.split() == ["True", "True", "True"]
