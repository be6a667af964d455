"""What the server searches by, as far as it can be told without one."""

from __future__ import annotations

from typing import Any

import pytest
from bson import Int64
from django.contrib.sessions.models import Session
from django.db.models import Model

from classifier.models import Classification, Song
from journal.models import Entry, Journal
from journify.mongodb.tests.serverless import ServerlessConnection
from spotify_auth.models import User


def unique_indexes(model: type[Model]) -> dict[tuple[str, ...], Any]:
    """Columns of the unique indexes, each with its condition."""
    connection = ServerlessConnection()
    with connection.schema_editor() as editor:
        editor.create_model(model)
    return {
        tuple(index["key"]): index.get("partialFilterExpression")
        for verb, _, index in connection.sent
        if verb == "index" and index.get("unique")
    }


@pytest.mark.parametrize(
    ("model", "columns"),
    [
        (User, ("username",)),
        (User, ("id",)),
        (Session, ("session_key",)),
        (Journal, ("user_id", "date")),
        (Entry, ("journal_id", "position")),
        (Classification, ("song_id", "model", "version")),
    ],
)
def test_a_look_up_needs_to_repeat_no_condition(
    model: type[Model], columns: tuple[str, ...]
) -> None:
    assert unique_indexes(model)[columns] is None


def test_null_may_come_twice_where_the_column_takes_it() -> None:
    found = unique_indexes(Song)
    assert found["spotify_id",] == {"spotify_id": {"$gte": ""}}
    assert found["deezer_id",] == {"deezer_id": {"$gte": Int64(-(2**63))}}
