"""One consistent copy of a database in use, made and read by the database's own tool."""

import os
import re
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Collection
from contextlib import closing
from pathlib import Path

from django.conf import settings
from django.db import connection

from journify.backups.manifest import BackupError

# How pg_restore begins the rows of a table, and ends them.
COPY = re.compile(rb'COPY (?:\w+\.)?"?(\w+)"? \(')
END_OF_ROWS = b"\\.\n"


class SQLite:
    """SQLite's online backup: writers go on meanwhile."""

    def dump(self, target: Path) -> None:
        """Copy the pages into a file, as they are at one moment."""
        connection.ensure_connection()
        with closing(sqlite3.connect(target)) as copy:
            connection.connection.backup(copy)

    def load(self, source: Path) -> None:
        connection.ensure_connection()
        with closing(sqlite3.connect(source)) as copy:
            copy.backup(connection.connection)

    def count(self, source: Path, tables: Collection[str]) -> dict[str, int]:
        """Have SQLite look through every page, then count; it needs no server."""
        try:
            with closing(sqlite3.connect(f"file:{source}?mode=ro", uri=True)) as copy:
                [(finding,), *_rest] = copy.execute("PRAGMA integrity_check")
                if finding != "ok":
                    raise BackupError(f"SQLite finds the copy damaged: {finding}")
                return {table: _rows(copy, table) for table in tables}
        except sqlite3.DatabaseError as error:
            raise BackupError(f"SQLite cannot read the copy: {error}") from error

    def try_out(self, source: Path, folder: Path) -> None:
        """Run the migrations of this version, which has none to run for a backup of its own."""
        shutil.copyfile(source, folder / "journify.sqlite3")
        scratch = {"JOURNIFY_DATA_DIR": str(folder), "DATABASE_URL": ""}
        done = subprocess.run(
            [sys.executable, settings.BASE_DIR / "manage.py", "migrate", "--verbosity=0"],
            env=os.environ | scratch,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise BackupError(f"The copy cannot be migrated: {_last_line(done.stderr)}")


class PostgreSQL:
    """`pg_dump` and `pg_restore`, of the server's version or newer."""

    def dump(self, target: Path) -> None:
        _run("pg_dump", "--format=custom", "--no-owner", "--no-privileges", f"--file={target}")

    def load(self, source: Path) -> None:
        """Read it, all or nothing."""
        name = connection.settings_dict["NAME"]
        options = ("--no-owner", "--no-privileges", "--single-transaction", "--exit-on-error")
        _run("pg_restore", *options, f"--dbname={name}", str(source))

    def count(self, source: Path, tables: Collection[str]) -> dict[str, int]:
        """Have pg_restore write all of it as SQL, and count the rows; it needs no server."""
        counts, table = dict.fromkeys(tables, 0), ""
        with subprocess.Popen(
            [_program("pg_restore"), "--file=-", str(source)],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        ) as restoring:
            assert restoring.stdout is not None
            assert restoring.stderr is not None
            for line in restoring.stdout:
                if match := COPY.match(line) if not table else None:
                    table = match[1].decode()
                elif line == END_OF_ROWS:
                    table = ""
                elif table in counts:
                    counts[table] += 1
            complaint = restoring.stderr.read().decode(errors="replace")
        if restoring.returncode:
            raise BackupError(f"pg_restore cannot read the copy: {_last_line(complaint)}")
        return counts

    def try_out(self, source: Path, folder: Path) -> None:
        """Nothing: it would need a server with an empty database."""


def copier(vendor: str) -> SQLite | PostgreSQL:
    """Return how databases of a vendor are copied; BackupError where by their own tools only."""
    copiers: dict[str, SQLite | PostgreSQL] = {"sqlite": SQLite(), "postgresql": PostgreSQL()}
    if vendor not in copiers:
        raise BackupError(
            "MongoDB is backed up by its own tools, mongodump and mongorestore; uploads and keys "
            "are copied beside it: docs/operations.md says how."
        )
    return copiers[vendor]


def _rows(copy: sqlite3.Connection, table: str) -> int:
    [(count,)] = copy.execute(f'SELECT count(*) FROM "{table}"')  # noqa: S608  # nosec B608 -- a table of ours
    return int(count)


def _last_line(text: str) -> str:
    return text.strip().rpartition("\n")[2][:500]


def _program(name: str) -> str:
    path = shutil.which(name)
    if path is None:
        raise BackupError(f"{name} is not installed: sudo apt-get install postgresql-client")
    return path


def _run(program: str, *arguments: str) -> None:
    path = _program(program)
    given = connection.settings_dict
    # by the environment: other people on the machine can read arguments
    names = {"HOST": "PGHOST", "PORT": "PGPORT", "USER": "PGUSER"}
    names |= {"PASSWORD": "PGPASSWORD", "NAME": "PGDATABASE"}
    env = os.environ | {name: str(given[key]) for key, name in names.items() if given[key]}
    if "sslmode" in given["OPTIONS"]:
        env["PGSSLMODE"] = given["OPTIONS"]["sslmode"]
    done = subprocess.run([path, *arguments], env=env, capture_output=True, text=True, check=False)
    if done.returncode:
        raise BackupError(f"{program}: {done.stderr.strip()[:500]}")
