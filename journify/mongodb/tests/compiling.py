"""The gate: whatever a test asks the database, MongoDB could have been asked too.

While it is in force each query that Django runs is also handed to MongoDB's compiler, without a
server. So every page, report and command that has a test is held to it, and nobody keeps a list.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from typing import Any
from unittest.mock import patch

from django.db import NotSupportedError, connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models.sql import InsertQuery, Query, RawQuery
from django.db.models.sql.compiler import SQLCompiler, SQLInsertCompiler
from django.db.models.sql.constants import MULTI

from journify.mongodb.tests.serverless import ServerlessConnection

# Questions that MongoDB's compiler took.
COMPILED: set[object] = set()
KEY_OR_DATE = re.compile(r"[0-9a-f]{32}\Z|\d{4}-\d\d-\d\d")


@contextmanager
def compiled_for_mongodb() -> Iterator[None]:
    """Refuse what MongoDB's compiler refuses, where it is asked."""
    with (
        patch.object(SQLCompiler, "execute_sql", _also_for_mongodb(SQLCompiler.execute_sql)),
        patch.object(
            SQLInsertCompiler, "execute_sql", _also_for_mongodb(SQLInsertCompiler.execute_sql)
        ),
        patch.object(RawQuery, "_execute_query", _refuse_sql),
    ):
        yield


def compile_query(query: Query) -> list[tuple[str, str, Any]]:
    """Return what MongoDB would be sent: verb, collection, content.

    Raises
    ------
    NotSupportedError
        It has no way to say this.
    """
    query = query.clone()
    if isinstance(query, InsertQuery):
        if query.on_conflict is not None:
            raise NotSupportedError("Conflicts cannot be ignored on MongoDB.")
        query.raw = True  # the fields have made their values already
    connection = ServerlessConnection()
    connections[connection.alias] = connection
    try:
        query.get_compiler(connection.alias).execute_sql(MULTI)
    finally:
        del connections[connection.alias]
    for verb, _collection, content in connection.sent:
        if verb == "aggregate":
            _refuse_what_fails_on_no_rows(content)
    return connection.sent


def _refuse_what_fails_on_no_rows(pipeline: list[Any]) -> None:
    """Without a row there is no list of different values, and MongoDB asks for its length."""
    groups = [
        part["$group"] for stage in pipeline for part in stage.get("$facet", {}).get("group", [])
    ]
    if any("$addToSet" in str(group) for group in groups):
        raise NotSupportedError("MongoDB cannot count the different values of no rows.")


def _also_for_mongodb(execute: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(execute)
    def wrapped(compiler: Any, *args: Any, **kwargs: Any) -> Any:
        is_insert = isinstance(compiler.query, InsertQuery)
        query = compiler.query.clone()  # as it was before it is asked
        with _asked(compiler.connection, type if is_insert else _kind) as asked:
            result = execute(compiler, *args, **kwargs)
        # what is inserted comes second: its fields make their values on the way
        _check_once(compiler.query if is_insert else query, asked)
        return result

    return wrapped


@contextmanager
def _asked(
    connection: BaseDatabaseWrapper, kind: Callable[[object], object]
) -> Iterator[list[Any]]:
    """Collect the SQL that is sent, with what of its values may make a difference to MongoDB."""
    asked: list[Any] = []

    def note(execute: Callable[..., Any], sql: str, params: Any, *rest: Any) -> Any:
        asked.append((sql, *(kind(value) for value in params or ())))
        return execute(sql, params, *rest)

    with connection.execute_wrapper(note):
        yield asked


def _kind(value: object) -> object:
    """Return words, such as a time zone or a path in JSON; of anything else only its type."""
    is_word = isinstance(value, str) and not KEY_OR_DATE.match(value)
    return value if is_word else type(value)


def _check_once(query: Query, asked: list[Any]) -> None:
    """Compile a question, unless the same one has been compiled: tests ask few things often."""
    key = (query.model, *asked)
    if not asked or key not in COMPILED:
        compile_query(query)
        COMPILED.add(key)


def _refuse_sql(_query: Any) -> None:
    raise NotSupportedError("MongoDB speaks no SQL.")
