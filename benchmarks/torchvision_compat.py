"""Import torchvision's models beside a torch that has no CUDA.

The package index's Linux wheel of torchvision is built for CUDA. Beside a
CPU-only torch its C++ operators do not load, and ``import torchvision`` stops
with "operator torchvision::nms does not exist". The networks here use none of
those operators, so it is enough to declare what they would look like.
"""

from __future__ import annotations

import importlib.util
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import torch

if TYPE_CHECKING:
    from torchvision.models import ResNet

SCHEMAS = (
    "nms(Tensor dets, Tensor scores, float iou_threshold) -> Tensor",
    "qnms(Tensor dets, Tensor scores, float iou_threshold) -> Tensor",
)


def operators_load() -> bool:
    """Say whether torchvision's own C++ operators can be loaded here."""
    spec = importlib.util.find_spec("torchvision")
    if spec is None or spec.origin is None:
        return False
    for library in Path(spec.origin).parent.glob("_C*.so"):
        try:
            torch.ops.load_library(str(library))
        except OSError:
            return False
        return hasattr(torch.ops.torchvision, "nms")
    return False


@cache
def declare_missing_operators() -> torch.library.Library | None:
    """Declare the operators if they do not load; return the declarations.

    The result is kept by the cache: torch forgets a library that nobody holds.
    """
    if operators_load():
        return None
    library = torch.library.Library("torchvision", "DEF")
    for schema in SCHEMAS:
        library.define(schema)
    return library


def resnet18() -> ResNet:
    """Return torchvision's ResNet18 (He et al. 2016), untrained."""
    declare_missing_operators()
    from torchvision.models import resnet18 as build

    return build(weights=None)
