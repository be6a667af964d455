"""Databases for apps that tests start, and tables of a moment, on whatever server they run on."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

import psycopg
from django.conf import settings
from django.db import connections, models

POSTGRESQL = "django.db.backends.postgresql"


@contextmanager
def own_data(folder: Path) -> Iterator[dict[str, str]]:
    """Yield the environment that gives processes an empty database and `folder` for their files."""
    env = {"JOURNIFY_DATA_DIR": str(folder)}
    if settings.DATABASES["default"]["ENGINE"] != POSTGRESQL:
        yield env
        return
    name = f"test_{uuid.uuid4().hex}"
    _on_server(f'CREATE DATABASE "{name}"')
    try:
        yield env | {"DATABASE_URL": _address(name)}
    finally:
        _on_server(f'DROP DATABASE "{name}" WITH (FORCE)')


@contextmanager
def table_of(model: type[models.Model]) -> Iterator[None]:
    """Have the table of a model that no migration knows, as of between two of them."""
    with connections["default"].schema_editor() as editor:
        editor.create_model(model)
    yield
    with connections["default"].schema_editor() as editor:
        editor.delete_model(model)


def _address(name: str) -> str:
    given = settings.DATABASES["default"]
    user, password = quote(given["USER"]), quote(given["PASSWORD"])
    return f"postgres://{user}:{password}@{given['HOST']}:{given['PORT']}/{name}"


def _on_server(statement: str) -> None:
    with psycopg.connect(_address("postgres"), autocommit=True) as connection:
        connection.execute(statement)  # type: ignore[arg-type]
