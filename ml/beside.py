"""Work that a second thread may do beside this one."""

import threading
from collections.abc import Callable
from concurrent.futures import Executor
from contextlib import suppress
from functools import partial
from typing import Any

import torch


class Task:
    """A call that is made once, by whichever thread comes to it first.

    It keeps no reference to its arguments once it is done, and never to an exception, whose frames
    hold the task: a reference cycle would keep a clip's arrays until Python searches for garbage.

    A thread of `pool` may come to it before its result is asked for. Gradients are not recorded.
    """

    def __init__(
        self, pool: Executor | None, function: Callable[..., Any], *arguments: object
    ) -> None:
        self._call: Callable[[], Any] | None = partial(function, *arguments)
        self._value: Any = None
        self._claim = threading.Lock()
        self._has_ended = threading.Event()
        if pool is not None:
            pool.submit(self._help)

    def result(self) -> Any:
        """Make the call here unless another thread has begun; else wait for that one.

        Raises what the call raises. One that failed in the other thread is made here again.
        """
        if not self._claim.acquire(blocking=False):
            self._has_ended.wait()
        self._run()
        return self._value

    def _help(self) -> None:
        if self._claim.acquire(blocking=False):
            with suppress(Exception):  # `result` raises it
                self._run()

    @torch.inference_mode()
    def _run(self) -> None:
        call = self._call
        if call is None:
            return
        try:
            self._value = call()
            self._call = None
        finally:
            self._has_ended.set()
