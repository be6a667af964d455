"""Fixtures of every app: a cast of listeners, and nothing that touches the outside."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from django.test import Client

from spotify_auth.tests.factories import UserFactory

if TYPE_CHECKING:
    from pytest_django.fixtures import SettingsWrapper

    from spotify_auth.models import User


@pytest.fixture(autouse=True)
def _quick_and_contained(settings: SettingsWrapper, tmp_path: Path) -> None:
    """A quick password hash, files of a test in the test's own folder, plain static files."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    settings.MEDIA_ROOT = tmp_path / "media"
    settings.STORAGES = settings.STORAGES | {
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    }
    settings.WHITENOISE_AUTOREFRESH = True


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
def browser_of(db: None):
    """Make a test client that is signed in as somebody."""

    def make(somebody: User) -> Client:
        client = Client()
        client.force_login(somebody)
        return client

    return make


@pytest.fixture
def listener(user: User, browser_of) -> Client:
    """The listener's client."""
    return browser_of(user)
