"""Fixtures of every room, and which tests are the same on every database."""

from __future__ import annotations

import os
import tempfile

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

# Each process compiles librosa's loops for itself: numba crashes on what two have put into
# one cache at once (https://github.com/numba/numba/issues/10128).
_compiled = tempfile.TemporaryDirectory(prefix="numba-")
os.environ["NUMBA_CACHE_DIR"] = _compiled.name

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

    A browser leaves a loop running in its process, in which Django opens no database. What takes
    longest comes first, so that towards the end no core waits: rooms as `testpaths` names them, and
    of browsers those that stay together.
    """
    items.sort(key=_place)
    if config.getoption("--only-database"):
        others = [item for item in items if not _asks_a_database(item)]
        config.hook.pytest_deselected(items=others)
        items[:] = [item for item in items if _asks_a_database(item)]


def _place(item: pytest.Item) -> tuple[int, int]:
    rooms = [item.config.rootpath / room for room in item.config.getini("testpaths")]
    room = next((place for place, each in enumerate(rooms) if each in item.path.parents), 0)
    if not item.get_closest_marker("e2e"):
        return 0, room
    return (1 if item.get_closest_marker("xdist_group") else 2), room


def _asks_a_database(item: pytest.Item) -> bool:
    """Whether a test may, or its file gives a database to processes that it starts."""
    if item.get_closest_marker("any_database"):
        return False
    if item.get_closest_marker("e2e"):
        return True
    fixtures = {"db", "transactional_db"} & set(getattr(item, "fixturenames", ()))
    starts_processes = hasattr(getattr(item, "module", None), "own_data")
    return bool(fixtures or item.get_closest_marker("django_db") or starts_processes)
