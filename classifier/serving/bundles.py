"""Which models are shipped, read from their `meta.json`: light enough for the web process."""

import functools
import json
from contextlib import suppress
from dataclasses import dataclass, field

from django.conf import settings

NO_VERSION = "none"
UNREADABLE = (OSError, ValueError, KeyError, TypeError, AttributeError)  # absent, or no such JSON


@dataclass(frozen=True)
class Bundle:
    """A model as it is shipped: the name of its folder, and what its `meta.json` declares."""

    name: str
    version: str
    # whether the network looks at clips' pictures, which an explanation can be drawn on
    pictures: bool = field(default=True, compare=False)


@functools.cache
def read_bundle(name: str) -> Bundle:
    """Read what the model in `ml/weights/<name>` declares; FileNotFoundError where none ships."""
    meta = json.loads((settings.WEIGHTS_DIR / name / "meta.json").read_text(encoding="utf-8"))
    # as in `ml.networks.config.NetworkConfig`, networks that say nothing of it look at pictures
    pictures = bool(meta.get("network", {}).get("pictures", True))
    return Bundle(name=name, version=str(meta["version"]), pictures=pictures)


def looks_at_pictures(name: str) -> bool:
    """Whether a model looks at pictures of clips; False where it is not shipped any more."""
    try:
        return read_bundle(name).pictures
    except UNREADABLE:
        return False


def main_bundle() -> Bundle:
    """Return the model that is asked first: the first configured one that is shipped.

    Where none is, the first one's name stands for it, so that a worker can say that no model
    answers instead of every page failing.
    """
    for name in settings.CLASSIFIER_MODELS:
        with suppress(*UNREADABLE):
            return read_bundle(name)
    return Bundle(name=settings.CLASSIFIER_MODELS[0], version=NO_VERSION)
