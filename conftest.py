"""Fixtures of every room, and which tests are the same on every database."""

from __future__ import annotations

import hypothesis
import pytest

# Imported, not listed as a plugin: only a conftest's fixtures win over those of pytest-playwright.
from journify.tests.browser import (
    app_env,
    base_url,
    browser_type_launch_args,
    data_folder,
    page,
    phone,
    sandbox_app,
)
from tools.migrated import share_a_folder

__all__ = [
    "app_env",
    "base_url",
    "browser_type_launch_args",
    "data_folder",
    "page",
    "phone",
    "sandbox_app",
]

# a busy machine may take long over anything: that is no fault of what is tested
hypothesis.settings.register_profile(
    "journify",
    hypothesis.settings(),
    deadline=None,
    suppress_health_check=[hypothesis.HealthCheck.too_slow],
)
hypothesis.settings.load_profile("journify")

pytest_plugins = ["journify.tests.fixtures", "journify.tests.sandbox"]


def pytest_configure() -> None:
    """Have a folder in common before other processes are started."""
    share_a_folder()


def pytest_addoption(parser: pytest.Parser) -> None:
    """Declare `--only-database`."""
    parser.addoption("--only-database", action="store_true", help="leave out what asks no database")


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Have browsers come last; leave out what is the same on every database, when that is wanted.

    A browser leaves a loop running in its process, in which Django opens no database.
    """
    items.sort(key=lambda item: item.get_closest_marker("e2e") is not None)
    if config.getoption("--only-database"):
        others = [item for item in items if not _asks_a_database(item)]
        config.hook.pytest_deselected(items=others)
        items[:] = [item for item in items if _asks_a_database(item)]


def _asks_a_database(item: pytest.Item) -> bool:
    """Whether a test may, or its file gives a database to processes that it starts."""
    if item.get_closest_marker("any_database"):
        return False
    fixtures = {"db", "transactional_db"} & set(getattr(item, "fixturenames", ()))
    starts_processes = hasattr(getattr(item, "module", None), "own_data")
    return bool(fixtures or item.get_closest_marker("django_db") or starts_processes)
