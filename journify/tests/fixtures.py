"""Fixtures of every app: a cast of listeners, and nothing that touches the outside."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import nullcontext
from pathlib import Path
from tempfile import mkdtemp
from typing import TYPE_CHECKING

import pytest
from django.core.cache import cache
from django.test import Client
from django.utils import translation

from classifier.serving.bundles import read_bundle
from journal.recap import picture
from journify.mongodb.tests.compiling import compiled_for_mongodb
from journify.tests.databases import keep_tables
from spotify_auth.tests.factories import UserFactory

if TYPE_CHECKING:
    from pytest_django import DjangoDbBlocker, Settings

    from spotify_auth.models import User


@pytest.fixture(autouse=True, scope="session")
def _what_mongodb_can_do_too(pytestconfig: pytest.Config) -> Iterator[None]:
    """Refuse the queries that MongoDB could not answer, in every test; once for all databases."""
    with nullcontext() if pytestconfig.getoption("--only-database") else compiled_for_mongodb():
        yield


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> None:
    """Make the tables once, for what tests start in processes of its own, too."""
    with django_db_blocker.unblock():
        keep_tables()


@pytest.fixture(scope="session")
def _own_folders(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("apps")


@pytest.fixture
def own_folder(_own_folders: Path) -> Path:
    """What the app writes during a test; the test's own `tmp_path` stays its own.

    pytest would count all folders that there are, to number the next.
    """
    return Path(mkdtemp(dir=_own_folders))


@pytest.fixture(autouse=True)
def _quick_and_contained(settings: Settings, own_folder: Path) -> None:
    """A quick password hash, files of a test in the test's own folder, plain static files."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    settings.MEDIA_ROOT = own_folder / "media"
    settings.STORAGES = settings.STORAGES | {
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    }
    settings.WHITENOISE_AUTOREFRESH = True
    settings.CLIP_SOURCES = ["upload"]


@pytest.fixture(autouse=True)
def _small_pictures(monkeypatch: pytest.MonkeyPatch) -> None:
    """A recap's pictures a third as wide, which are drawn in a tenth of the time."""
    monkeypatch.setattr(picture, "PNG_WIDTH", picture.PNG_WIDTH // 3)


@pytest.fixture(autouse=True)
def _a_known_main_model(settings: Settings, own_folder: Path) -> Iterator[None]:
    """Unit tests know the main model by its `meta.json` only, whatever weights are shipped."""
    settings.WEIGHTS_DIR = own_folder / "weights"
    for name in settings.CLASSIFIER_MODELS:
        folder = settings.WEIGHTS_DIR / name
        folder.mkdir(parents=True)
        network = {"pictures": not name.startswith("ann")}
        (folder / "meta.json").write_text(json.dumps({"version": "test", "network": network}))
    read_bundle.cache_clear()
    yield
    read_bundle.cache_clear()


@pytest.fixture(autouse=True)
def _an_empty_cache() -> None:
    """The sign-in pages of allauth count in the cache how often they were asked for."""
    cache.clear()


@pytest.fixture(autouse=True)
def _in_english() -> Iterator[None]:
    """A request leaves its language behind in the thread; the next test begins without."""
    translation.deactivate()
    yield
    translation.deactivate()


@pytest.fixture
def user(db: None) -> User:
    """The listener whose journal it is."""
    return UserFactory(username="alice")


@pytest.fixture
def stranger(db: None) -> User:
    """Somebody else with an account."""
    return UserFactory(username="mallory")


@pytest.fixture
def curator(db: None) -> User:
    """Somebody who may use the admin."""
    return UserFactory(username="carol", is_staff=True, is_superuser=True)


@pytest.fixture
def browser_of(db: None) -> Callable[[User], Client]:
    """Make a test client that is signed in as somebody."""

    def make(somebody: User) -> Client:
        client = Client()
        client.force_login(somebody)
        return client

    return make


@pytest.fixture
def listener(user: User, browser_of: Callable[[User], Client]) -> Client:
    """The listener's client."""
    return browser_of(user)
