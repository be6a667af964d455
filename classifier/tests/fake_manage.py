"""manage.py with a stand-in for the models: 50 ms a song, no torch, no weights.

    python -m classifier.tests.fake_manage worker

The tests that kill workers start these. Nothing outside the tests leads here: the app knows no
setting that would take this model.
"""

from __future__ import annotations

import datetime as dt
import os
import signal
import sys
import time
from contextlib import nullcontext
from types import ModuleType
from typing import TYPE_CHECKING

import time_machine
from django.core.management import execute_from_command_line

from classifier.tests.fakes import FakePrediction, FakeService

if TYPE_CHECKING:
    from ml.clip import Clip

SECONDS = 0.05
# By how many seconds this process's clock is ahead of everybody else's, the database's among them.
CLOCK_AHEAD = "FAKE_CLOCK_AHEAD"
# What the stand-in does to clips of such titles: the tests' poison.
KILLS_THE_WORKER = "kills the worker"
HANGS = "hangs"
IS_SLOW = "is slow"


class QuickService(FakeService):
    """Happy about everything, after 50 ms; some titles are poison."""

    def classify(self, clip: Clip) -> FakePrediction:
        from classifier.serving.bundles import main_bundle  # noqa: PLC0415 -- needs settings

        if clip.title == KILLS_THE_WORKER:
            os.kill(os.getpid(), signal.SIGKILL)
        elif clip.title == HANGS:
            signal.pthread_sigmask(
                signal.SIG_BLOCK, {signal.SIGALRM}
            )  # as C code that never returns
            time.sleep(600)
        time.sleep(3 if clip.title == IS_SLOW else SECONDS)
        bundle = main_bundle()
        return FakePrediction(model=bundle.name, version=bundle.version)


def main() -> None:
    service = QuickService()
    module = ModuleType("classifier.serving.service")
    module.get_service = lambda: service  # type: ignore[attr-defined]
    sys.modules["classifier.serving.service"] = module
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "journify.settings")
    ahead = dt.timedelta(seconds=float(os.environ.get(CLOCK_AHEAD, "0")))
    with time_machine.travel(dt.datetime.now(dt.UTC) + ahead) if ahead else nullcontext():
        execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
