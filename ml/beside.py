"""Work that a second thread may do beside this one."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Executor, Future
from typing import Any

import torch


class Task:
    """A call that is made once, by whichever thread comes to it first.

    Parameters
    ----------
    pool : Executor or None
        What may come to it before its result is asked for.
    function, arguments
        What to call; gradients are not recorded.
    """

    def __init__(
        self, pool: Executor | None, function: Callable[..., Any], *arguments: object
    ) -> None:
        self._function, self._arguments = function, arguments
        self._claim = threading.Lock()
        self._outcome: Future[Any] = Future()
        if pool is not None:
            pool.submit(self._run)

    def result(self) -> Any:
        """Make the call here unless another thread has begun; else wait for that one.

        Raises
        ------
        Exception
            What the function raised, wherever it ran.
        """
        self._run()
        return self._outcome.result()

    @torch.inference_mode()
    def _run(self) -> None:
        if not self._claim.acquire(blocking=False):
            return
        try:
            self._outcome.set_result(self._function(*self._arguments))
        except BaseException as error:
            self._outcome.set_exception(error)
