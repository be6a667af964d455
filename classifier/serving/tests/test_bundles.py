from __future__ import annotations

import json
import subprocess
import sys

import pytest
from pytest_django import Settings

from classifier.checks import weights_are_shipped
from classifier.serving.bundles import Bundle, main_bundle, read_bundle


def test_name_and_version_are_read(settings: Settings) -> None:
    (settings.WEIGHTS_DIR / "ann" / "meta.json").write_text(json.dumps({"version": 12}))
    bundle = read_bundle("ann")
    assert (bundle.name, bundle.version) == ("ann", "12")


def test_the_main_model_is_the_first_that_is_configured(settings: Settings) -> None:
    settings.CLASSIFIER_MODELS = ["ann", "resnet18_bilstm"]
    assert main_bundle().name == "ann"


def test_refused_when_no_such_model_is_shipped() -> None:
    with pytest.raises(FileNotFoundError):
        read_bundle("vgg")


class TestMainBundleIsMissing:
    @pytest.fixture(autouse=True)
    def _no_main_model(self, settings: Settings) -> None:
        (settings.WEIGHTS_DIR / "resnet18_bilstm" / "meta.json").unlink()

    def test_the_next_one_that_is_shipped_is_asked_first(self) -> None:
        assert main_bundle() == Bundle(name="ann", version="test")

    @pytest.mark.parametrize("text", ["{", "{}", "[]"])
    def test_a_damaged_one_is_passed_over(self, settings: Settings, text: str) -> None:
        (settings.WEIGHTS_DIR / "resnet18_bilstm" / "meta.json").write_text(text)
        assert main_bundle().name == "ann"

    def test_a_name_without_version_stands_for_it_when_none_is_shipped(
        self, settings: Settings
    ) -> None:
        (settings.WEIGHTS_DIR / "ann" / "meta.json").unlink()
        assert main_bundle() == Bundle(name="resnet18_bilstm", version="none")


class TestCheck:
    def test_nothing_is_said_when_weights_are_there(self) -> None:
        assert weights_are_shipped() == []

    def test_a_warning_when_a_model_has_none(self, settings: Settings) -> None:
        (settings.WEIGHTS_DIR / "ann" / "meta.json").unlink()
        [warning] = weights_are_shipped()
        assert (warning.id, "“ann”" in warning.msg) == ("classifier.W001", True)


def test_no_torch_is_needed() -> None:
    script = (
        "import sys, django; django.setup();"
        "import classifier.serving.bundles, classifier.serving.listening;"
        "print('torch' in sys.modules)"
    )
    child = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    assert child.stdout.strip() == "False"
