"""Which models are shipped, read from their `meta.json`: light enough for the web process."""

from __future__ import annotations

import functools
import json
from dataclasses import dataclass

from django.conf import settings


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
    """Return the model that is asked first."""
    return read_bundle(settings.CLASSIFIER_MODELS[0])
