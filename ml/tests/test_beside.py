from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
import torch

from ml.beside import Task


def test_a_task_waits_for_its_result_to_be_asked_for_when_nobody_helps() -> None:
    calls: list[int] = []
    task = Task(None, calls.append, 1)
    assert calls == []
    task.result()
    task.result()
    assert calls == [1]


def test_a_task_is_done_here_when_the_helper_is_busy() -> None:
    is_free = threading.Event()
    with ThreadPoolExecutor(1) as pool:
        pool.submit(is_free.wait, 30)
        thread = Task(pool, threading.get_ident).result()
        is_free.set()
    assert thread == threading.get_ident()


def test_a_task_that_a_helper_began_is_waited_for() -> None:
    has_begun, calls = threading.Event(), []

    def work() -> int:
        has_begun.set()
        calls.append(threading.get_ident())
        return len(calls)

    with ThreadPoolExecutor(1) as pool:
        task = Task(pool, work)
        assert has_begun.wait(30)
        assert task.result() == 1
    assert calls != [threading.get_ident()]


@pytest.mark.parametrize("is_helped", [False, True])
def test_what_a_task_raises_is_raised_where_it_is_asked_for(is_helped: bool) -> None:  # noqa: FBT001 -- a parameter of pytest's
    with ThreadPoolExecutor(1) as pool:
        task = Task(pool if is_helped else None, [].index, 1)
        with pytest.raises(ValueError, match="not in list"):
            task.result()


def test_no_gradients_are_recorded() -> None:
    assert Task(None, torch.is_inference_mode_enabled).result()
