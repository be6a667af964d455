"""What a process need not do as it starts: search for garbage, and import torch's compiler."""

from __future__ import annotations

import gc
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import ModuleType

# Of torch, for its compiler and exporter only: a quarter of the time that importing torch takes.
COMPILING = ("torch._meta_registrations", "torch.export")


@contextmanager
def loading() -> Iterator[None]:
    """Search for nothing while a process loads, and leave what is loaded out of every later search.

    Loading makes a great many objects and hardly any garbage; searching for it takes a tenth of the
    time. Later, one request in a few dozen would stand still while all of it is looked through:
    https://docs.python.org/3/library/gc.html#gc.freeze

    Where torch is imported meanwhile, it comes without `COMPILING`: enough to answer and to explain
    with, not to train.
    """
    gc.disable()
    try:
        with _left_out(COMPILING):
            yield
    finally:
        gc.freeze()
        gc.enable()


@contextmanager
def _left_out(names: tuple[str, ...]) -> Iterator[None]:
    """Have modules of torch that are not there yet be empty meanwhile."""
    empty = {name: ModuleType(name) for name in names if name not in sys.modules}
    sys.modules.update(empty)
    try:
        yield
    finally:
        torch = sys.modules.get("torch")
        for name in empty:
            del sys.modules[name]
            if torch:
                vars(torch).pop(name.removeprefix("torch."), None)
        if torch and empty:  # what is left out would have made this known
            torch._C._set_generator_metaclass(torch._opaque_base.OpaqueBaseMeta)
