from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from journify.outbound.checks import sandbox_is_on_this_machine

if TYPE_CHECKING:
    from pytest_django.fixtures import SettingsWrapper


@pytest.mark.parametrize("url", ["", "http://127.0.0.1:8020", "http://[::1]:1"])
def test_fine_when_the_sandbox_is_here_or_nowhere(url: str, settings: SettingsWrapper) -> None:
    settings.SANDBOX_URL = url
    assert sandbox_is_on_this_machine() == []


@pytest.mark.parametrize(
    "url", ["http://10.0.0.8", "https://127.0.0.1", "http://localhost:8020", "http://127.0.0.1/x"]
)
def test_refused_when_the_sandbox_is_elsewhere(url: str, settings: SettingsWrapper) -> None:
    settings.SANDBOX_URL = url
    assert len(sandbox_is_on_this_machine()) == 1
