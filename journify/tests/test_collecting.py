from __future__ import annotations

import gc
import subprocess
import sys

SCRIPT = """
import gc, sys
import journify.wsgi
loaded = "journal.day.views" in sys.modules
print(gc.get_freeze_count() > len(gc.get_objects()), loaded, gc.isenabled())
"""


def test_a_server_searches_only_what_came_after_it_was_loaded() -> None:
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT], capture_output=True, text=True, check=True
    )
    assert done.stdout.split() == ["True", "True", "True"]


def test_a_command_searches_as_usual_once_it_is_loaded() -> None:
    script = "import gc; print(gc.isenabled(), *gc.get_threshold(), gc.get_freeze_count() > 50_000)"
    done = subprocess.run(
        [sys.executable, "manage.py", "shell", "--no-imports", "-c", script],
        capture_output=True,
        text=True,
        check=True,
    )
    usual = " ".join(str(size) for size in gc.get_threshold())
    assert done.stdout.split() == ["True", *usual.split(), "True"]
