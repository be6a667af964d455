"""Databases for apps that tests start, and tables of a moment, on whatever server they run on."""

from __future__ import annotations

import atexit
import functools
import os
import shutil
import sqlite3
import subprocess
import sys
import uuid
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from urllib.parse import quote

import psycopg
from django.conf import settings
from django.db import connections, models

from tools import migrated as shared
from tools.migrated import SQLITE_FILE

POSTGRESQL = "django.db.backends.postgresql"


@contextmanager
def own_data(folder: Path, *, migrated: bool = False) -> Iterator[dict[str, str]]:
    """Yield the environment that gives processes an empty database and `folder` for their files.

    `migrated` gives it today's tables, which are made once in a run: each time would take seconds.
    """
    env = {"JOURNIFY_DATA_DIR": str(folder)}
    if settings.DATABASES["default"]["ENGINE"] != POSTGRESQL:
        if migrated:
            folder.mkdir(parents=True, exist_ok=True)
            shutil.copy(migrated_file(), folder / SQLITE_FILE)
        yield env
        return
    name = f"test_{uuid.uuid4().hex}"
    _on_server(
        f'CREATE DATABASE "{name}" TEMPLATE "{_migrated_name() if migrated else "template1"}"'
    )
    try:
        yield env | {"DATABASE_URL": _address(name)}
    finally:
        _on_server(f'DROP DATABASE "{name}" WITH (FORCE)')


def keep_tables() -> None:
    """Keep a copy of the tests' own database before there is anything in it."""
    if settings.DATABASES["default"]["ENGINE"] == POSTGRESQL:
        _migrated_name()
    else:
        migrated_file()


def migrated_file() -> Path:
    """Return a database on SQLite with today's tables, to be copied; one for all processes."""
    return shared.migrated_file(_fill)


def _fill(folder: Path) -> None:
    tests = connections["default"]
    if "mode=memory" in str(tests.settings_dict["NAME"]):
        with closing(sqlite3.connect(folder / SQLITE_FILE)) as copy:
            tests.connection.backup(copy)
    else:
        shared.make_tables(folder)


@functools.cache
def _migrated_name() -> str:
    name, tests = f"test_{uuid.uuid4().hex}", connections["default"]
    has_tables = tests.settings_dict["NAME"].startswith("test_")
    if has_tables:
        tests.close()  # nobody may use what is copied
    template = tests.settings_dict["NAME"] if has_tables else "template1"
    _on_server(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
    atexit.register(_on_server, f'DROP DATABASE "{name}" WITH (FORCE)')
    if not has_tables:
        command = [sys.executable, "manage.py", "migrate", "--verbosity=0"]
        env = os.environ | {"DATABASE_URL": _address(name)}
        subprocess.run(command, cwd=settings.BASE_DIR, env=env, check=True)
    return name


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
