"""Whether songs are listened to: what waits, who works, and whether the models are whole."""

import functools
import json
from pathlib import Path

from django.conf import settings

from classifier.models import Classification
from classifier.queue import heartbeats
from journify.monitoring.health import CheckResult
from ml.digests import file_digest

TENSORS = "model.safetensors"


def queue() -> CheckResult:
    """Look at the song whose turn it is: beyond QUEUE_PATIENCE_SECONDS something is wrong."""
    waiting = Classification.objects.waiting_seconds()
    facts = {"oldest_seconds": round(waiting)}
    return CheckResult(is_fit=waiting <= settings.QUEUE_PATIENCE_SECONDS, facts=facts)


def workers() -> CheckResult:
    alive = heartbeats.alive()
    return CheckResult(is_fit=alive > 0, facts={"alive": alive})


def weights() -> CheckResult:
    """Look whether every configured model is here, bit by bit as its `meta.json` says."""
    states = {name: _state(settings.WEIGHTS_DIR / name) for name in settings.CLASSIFIER_MODELS}
    return CheckResult(is_fit=set(states.values()) == {"ok"}, facts={"models": states})


def _state(folder: Path) -> str:
    try:
        meta = json.loads((folder / "meta.json").read_text(encoding="utf-8"))
        stat = (folder / TENSORS).stat()
        actual = _digest(folder / TENSORS, stat.st_mtime_ns, stat.st_size)
    except (OSError, ValueError):
        return "missing"
    return "ok" if actual == meta.get("sha256") else "damaged"


@functools.lru_cache(maxsize=16)
def _digest(path: Path, _changed: int, _size: int) -> str:
    """Hash a file once, and again when it changed."""
    return file_digest(path)
