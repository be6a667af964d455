"""One consistent copy of a database in use, made and read by the database's own tool."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
from contextlib import closing
from pathlib import Path
from typing import Protocol

from django.db import connection


class NoCopyError(Exception):
    """There is no tool for it, or the tool failed: a sentence for the operator."""


class Copier(Protocol):
    """How a kind of database is copied."""

    def dump(self, target: Path) -> None:
        """Write a copy of the database, as it is at one moment, while it is used."""

    def load(self, source: Path) -> None:
        """Fill an empty database from a copy."""


class SQLite:
    """SQLite's online backup: writers go on meanwhile."""

    def dump(self, target: Path) -> None:
        """Copy the pages into a file."""
        connection.ensure_connection()
        with closing(sqlite3.connect(target)) as copy:
            connection.connection.backup(copy)

    def load(self, source: Path) -> None:
        """Copy the pages of a file."""
        connection.ensure_connection()
        with closing(sqlite3.connect(source)) as copy:
            copy.backup(connection.connection)


class PostgreSQL:
    """`pg_dump` and `pg_restore`, of the server's version or newer."""

    def dump(self, target: Path) -> None:
        """Write PostgreSQL's own archive."""
        _run("pg_dump", "--format=custom", "--no-owner", "--no-privileges", f"--file={target}")

    def load(self, source: Path) -> None:
        """Read it, all or nothing."""
        name = connection.settings_dict["NAME"]
        options = ("--no-owner", "--no-privileges", "--single-transaction", "--exit-on-error")
        _run("pg_restore", *options, f"--dbname={name}", str(source))


def copier(vendor: str) -> Copier:
    """Return how databases of a vendor are copied.

    Raises
    ------
    NoCopyError
        By their own tools only.
    """
    copiers: dict[str, Copier] = {"sqlite": SQLite(), "postgresql": PostgreSQL()}
    if vendor not in copiers:
        raise NoCopyError(
            "MongoDB is backed up by its own tools, mongodump and mongorestore; uploads and keys "
            "are copied beside it: docs/operations.md says how."
        )
    return copiers[vendor]


def _run(program: str, *arguments: str) -> None:
    path = shutil.which(program)
    if path is None:
        raise NoCopyError(f"{program} is not installed: sudo apt-get install postgresql-client")
    given = connection.settings_dict
    # by the environment: other people on the machine can read arguments
    names = {"HOST": "PGHOST", "PORT": "PGPORT", "USER": "PGUSER"}
    names |= {"PASSWORD": "PGPASSWORD", "NAME": "PGDATABASE"}
    env = os.environ | {name: str(given[key]) for key, name in names.items() if given[key]}
    if "sslmode" in given["OPTIONS"]:
        env["PGSSLMODE"] = given["OPTIONS"]["sslmode"]
    done = subprocess.run(  # noqa: S603 -- PostgreSQL's own program, no shell
        [path, *arguments], env=env, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise NoCopyError(f"{program}: {done.stderr.strip()[:500]}")
