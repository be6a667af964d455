from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest

from tools import postgres


def test_an_empty_database_is_there_and_gone_afterwards() -> None:
    with postgres.throwaway_postgres() as url, psycopg.connect(url) as connection:
        tables = connection.execute("SELECT count(*) FROM pg_stat_user_tables").fetchone()
        encoding = connection.execute("SHOW server_encoding").fetchone()
        folder = connection.execute("SHOW data_directory").fetchone()
    assert (tables, encoding) == ((0,), ("UTF8",))
    assert folder is not None
    assert not Path(folder[0]).exists()
    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(url)


@pytest.mark.slow
def test_of_the_tables_of_today_everybody_gets_a_copy_in_a_test_run() -> None:
    applied = []
    for _ in range(2):
        with postgres.migrated_postgres() as url, psycopg.connect(url) as connection:
            rows = connection.execute("SELECT name, applied FROM django_migrations ORDER BY id")
            applied.append(rows.fetchall())
            connection.execute("DELETE FROM django_migrations")
    first, second = applied
    assert first == second != []


def test_a_command_is_given_the_address_and_its_status_returned() -> None:
    script = "import os, sys; sys.exit(os.environ['DATABASE_URL'].startswith('postgres://') + 6)"
    command = [sys.executable, "-m", "tools.postgres", sys.executable, "-c", script]
    assert subprocess.run(command, check=False).returncode == 7


def test_one_sentence_when_there_is_no_server(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(postgres.Path, "glob", lambda *_: [])
    monkeypatch.setitem(os.environ, "PATH", "")
    assert postgres.main(["true"]) == 1
    said = capsys.readouterr().err
    assert said == "PostgreSQL is not installed: sudo apt-get install postgresql\n"


def test_without_a_command_it_says_how_to_use_it(capsys: pytest.CaptureFixture[str]) -> None:
    assert postgres.main([]) == 2
    assert "python -m tools.postgres COMMAND" in capsys.readouterr().err
