"""System checks of the classifier: said at every start instead of in a README."""

import importlib.util
from typing import Any

from django.conf import settings
from django.core import checks

from journify.config.checks import SETTINGS

TAG = "classifier"


@checks.register(TAG, SETTINGS)
def weights_are_shipped(**_kwargs: Any) -> list[checks.CheckMessage]:
    """Warn about a configured model that has no weights."""
    return [
        checks.Warning(
            f"The model “{name}” has no weights in {settings.WEIGHTS_DIR / name}.",
            hint="Correct CLASSIFIER_MODELS, or train the model: manage.py train.",
            id="classifier.W001",
        )
        for name in settings.CLASSIFIER_MODELS
        if not (settings.WEIGHTS_DIR / name / "meta.json").exists()
    ]


@checks.register(TAG, SETTINGS)
def torch_is_installed(**_kwargs: Any) -> list[checks.CheckMessage]:
    """Warn where nothing could be classified: PyTorch has a requirements file of its own."""
    if importlib.util.find_spec("torch"):
        return []
    return [
        checks.Warning(
            "PyTorch is not installed: pages are served, but no song can be classified here.",
            hint="pip install -r requirements-torch.txt",
            id="classifier.W002",
        )
    ]
