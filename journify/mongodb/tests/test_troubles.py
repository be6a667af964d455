from __future__ import annotations

import pytest
from django.db import DatabaseError
from django_mongodb_backend.query import wrap_database_errors
from pymongo import MongoClient
from pymongo.errors import PyMongoError
from pytest_django import Settings

from journify.web.troubles import DATABASE_AWAY, trouble_of


@pytest.fixture(autouse=True)
def _on_mongodb(settings: Settings) -> None:
    settings.ON_MONGODB = True


def ask_nobody() -> None:
    with MongoClient[dict[str, object]]("127.0.0.1", 1, serverSelectionTimeoutMS=10) as client:
        client["journify"]["song"].find_one()


def test_a_server_that_is_away_is_said_to_be_away() -> None:
    with pytest.raises(PyMongoError) as bare:
        ask_nobody()
    with pytest.raises(DatabaseError) as wrapped:
        wrap_database_errors(ask_nobody)()
    assert trouble_of(bare.value) is trouble_of(wrapped.value) is DATABASE_AWAY


def test_a_mistake_of_ours_is_none_of_its() -> None:
    assert trouble_of(DatabaseError("$in needs a list")) is None
    assert trouble_of(None) is None
