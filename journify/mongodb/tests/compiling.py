"""The gate: whatever a test asks the database, MongoDB could have been asked too.

While it is in force each query that Django runs is also handed to MongoDB's compiler, without a
server. So every page, report and command that has a test is held to it, and nobody keeps a list.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from typing import Any
from unittest.mock import patch

from django.db import NotSupportedError, connections
from django.db.models.sql import InsertQuery, Query, RawQuery
from django.db.models.sql.compiler import SQLCompiler, SQLInsertCompiler
from django.db.models.sql.constants import MULTI

from journify.mongodb.tests.serverless import ServerlessConnection


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
        # an insert's fields make their values on the way: it comes second
        if not isinstance(compiler.query, InsertQuery):
            _check(compiler.query)
        result = execute(compiler, *args, **kwargs)
        if isinstance(compiler.query, InsertQuery):
            _check(compiler.query)
        return result

    return wrapped


def _check(query: Any) -> None:
    compile_query(query)


def _refuse_sql(_query: Any) -> None:
    raise NotSupportedError("MongoDB speaks no SQL.")
