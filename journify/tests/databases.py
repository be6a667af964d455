"""A database of its own for every app that a test starts, on whatever server the tests run on."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

import psycopg
from django.conf import settings

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


def _address(name: str) -> str:
    given = settings.DATABASES["default"]
    user, password = quote(given["USER"]), quote(given["PASSWORD"])
    return f"postgres://{user}:{password}@{given['HOST']}:{given['PORT']}/{name}"


def _on_server(statement: str) -> None:
    with psycopg.connect(_address("postgres"), autocommit=True) as connection:
        connection.execute(statement)  # type: ignore[arg-type]
