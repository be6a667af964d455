"""What only a search for garbage would free: reference cycles, and the arrays that hang on them."""

from __future__ import annotations

import gc
from collections.abc import Callable
from contextlib import suppress

import numpy as np
import torch

ARRAYS = (np.ndarray, torch.Tensor, bytearray)


def bytes_left(action: Callable[[], object]) -> int:
    """Do something a second time, and return the bytes of the arrays in reference cycles after it.

    What it raises is what it does.
    """
    _do(action)  # whatever is made once is made now
    gc.collect()
    gc.disable()
    gc.set_debug(gc.DEBUG_SAVEALL)
    try:
        _do(action)
        gc.collect()
        held = {
            id(each): each
            for found in gc.garbage
            for each in (found, *gc.get_referents(found))
            if isinstance(each, ARRAYS)
        }
        return sum(each.nbytes if hasattr(each, "nbytes") else len(each) for each in held.values())
    finally:
        gc.set_debug(0)
        gc.garbage.clear()
        gc.enable()


def _do(action: Callable[[], object]) -> None:
    with suppress(Exception):
        action()
