"""A connection to MongoDB that needs none: it keeps what it would send."""

from __future__ import annotations

from typing import Any

import bson
from pymongo import IndexModel
from pymongo.results import DeleteResult, InsertManyResult, UpdateResult

from journify.mongodb.backend.base import DatabaseWrapper

SETTINGS = {
    "NAME": "journify",
    "HOST": "mongodb://127.0.0.1:1/journify",
    "OPTIONS": {},
    "TIME_ZONE": None,
    "CONN_MAX_AGE": 0,
    "AUTOCOMMIT": True,
    "ENGINE": "journify.mongodb.backend",
}


class NoRows:
    """The answer of an empty collection."""

    alive = False

    def __iter__(self) -> NoRows:
        return self

    def __next__(self) -> Any:
        raise StopIteration

    next = __next__


class Collection:
    """An empty collection, which takes only what can be written as BSON."""

    def __init__(self, name: str, sent: list[tuple[str, str, Any]]) -> None:
        self.name = name
        self.sent = sent

    def aggregate(self, pipeline: list[Any], **_options: Any) -> NoRows:
        self._send("aggregate", pipeline)
        return NoRows()

    def update_many(self, criteria: Any, change: list[Any], **_options: Any) -> UpdateResult:
        self._send("update", [criteria, change])
        return UpdateResult({"n": 0, "nModified": 0}, acknowledged=True)

    def delete_many(self, criteria: Any, **_options: Any) -> DeleteResult:
        self._send("delete", criteria)
        return DeleteResult({"n": 0}, acknowledged=True)

    def insert_many(self, rows: list[Any], **_options: Any) -> InsertManyResult:
        self._send("insert", rows)
        return InsertManyResult([row.get("_id") for row in rows], acknowledged=True)

    def create_indexes(self, indexes: list[IndexModel]) -> None:
        for index in indexes:
            self._send("index", index.document)

    def _send(self, verb: str, content: Any) -> None:
        bson.encode({"content": content})
        self.sent.append((verb, self.name, content))


class Database:
    """A database in which collections can be made."""

    def create_collection(self, _name: str) -> None:
        pass


class ServerlessConnection(DatabaseWrapper):
    """Compiles as the real one does."""

    def __init__(self) -> None:
        super().__init__(dict(SETTINGS), alias="serverless")
        self.sent: list[tuple[str, str, Any]] = []

    def get_collection(self, name: str, **_options: Any) -> Collection:
        return Collection(name, self.sent)

    def get_database(self) -> Database:
        return Database()

    def get_database_version(self) -> tuple[int, ...]:
        return (6, 0, 0)
