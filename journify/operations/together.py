"""honcho, with processes that end with it, however it ends: `make run`.

honcho gives each process a session of its own: a closed terminal and a signal to make do not reach
them, and where honcho itself is killed, they went on. Here the kernel tells each of its parent's
end. https://man7.org/linux/man-pages/man2/PR_SET_PDEATHSIG.2const.html
"""

import ctypes
import functools
import os
import signal
import sys
from typing import Any

from honcho import manager, process
from honcho.command import main as honcho

PR_SET_PDEATHSIG = 1


def _end_with_parent(number: int) -> None:
    """Have this process sent a signal when its parent ends; commands that it becomes keep that."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, number)


class TiedProcess(process.Process):
    """A process of the Procfile, and the one of honcho's that reads what it prints."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        tie = functools.partial(_end_with_parent, signal.SIGTERM)
        self._child_ctor = functools.partial(process.Popen, preexec_fn=tie)

    def run(self, *args: Any, **kwargs: Any) -> None:
        """Run it; what this process leaves behind is ended by the tie above."""
        _end_with_parent(signal.SIGKILL)
        signal.signal(signal.SIGHUP, signal.SIG_IGN)  # honcho ends it in good order
        super().run(*args, **kwargs)


def main() -> None:
    manager.Process = TiedProcess
    _end_with_parent(signal.SIGTERM)
    # a closed terminal, or an end of make, ends it as Ctrl-C does
    signal.signal(signal.SIGHUP, lambda *_: os.kill(os.getpid(), signal.SIGTERM))
    honcho()


if __name__ == "__main__":
    main()
