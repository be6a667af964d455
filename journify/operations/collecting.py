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
    """
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()


def import_torch() -> None:
    """Import torch without `COMPILING`: enough to answer and to explain with, not to train."""
    if "torch" in sys.modules:
        return
    sys.modules.update({name: ModuleType(name) for name in COMPILING})
    import torch

    for name in COMPILING:
        del sys.modules[name]
        vars(torch).pop(name.removeprefix("torch."), None)
    # what is left out would have made this known
    torch._C._set_generator_metaclass(torch._opaque_base.OpaqueBaseMeta)
