"""Which models are shipped, read from their `meta.json`: light enough for the web process."""

from __future__ import annotations

import functools
import json
from contextlib import suppress
from dataclasses import dataclass

from django.conf import settings

NO_VERSION = "none"


@dataclass(frozen=True)
class Bundle:
    """A model as it is shipped: the name of its folder and the version inside."""

    name: str
    version: str


@functools.cache
def read_bundle(name: str) -> Bundle:
    """Read name and version of the model in `ml/weights/<name>`.

    Raises
    ------
    FileNotFoundError
        No such model is shipped.
    """
    meta = json.loads((settings.WEIGHTS_DIR / name / "meta.json").read_text(encoding="utf-8"))
    return Bundle(name=name, version=str(meta["version"]))


def main_bundle() -> Bundle:
    """Return the model that is asked first: the first configured one that is shipped.

    Where none is, the first one's name stands for it, so that a worker can say that no model
    answers instead of every page failing.
    """
    for name in settings.CLASSIFIER_MODELS:
        with suppress(OSError, ValueError, KeyError, TypeError):  # absent, or not such JSON
            return read_bundle(name)
    return Bundle(name=settings.CLASSIFIER_MODELS[0], version=NO_VERSION)
