from __future__ import annotations

from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.db import connection

from journify.config.databases import SQLITE_OPTIONS, database_settings

DATA = Path("/var/lib/journify")


@pytest.mark.parametrize(
    ("url", "path"),
    [
        ("", "/var/lib/journify/journify.sqlite3"),
        ("sqlite:///mine.sqlite3", "/var/lib/journify/mine.sqlite3"),
        ("sqlite:////srv/mine.sqlite3", "/srv/mine.sqlite3"),
    ],
)
def test_sqlite_is_a_file_and_knows_how_to_wait(url: str, path: str) -> None:
    found = database_settings(url, data_dir=DATA)
    assert (found["ENGINE"], str(found["NAME"])) == ("django.db.backends.sqlite3", path)
    assert found["OPTIONS"] == SQLITE_OPTIONS


@pytest.mark.parametrize("scheme", ["postgres", "postgresql"])
def test_postgresql_is_taken_from_the_address(scheme: str) -> None:
    url = f"{scheme}://ada:p%40ss@db.example.org:5433/journal?sslmode=require"
    found = database_settings(url, data_dir=DATA)
    assert found["ENGINE"] == "django.db.backends.postgresql"
    assert (found["USER"], found["PASSWORD"], found["NAME"]) == ("ada", "p@ss", "journal")
    assert (found["HOST"], found["PORT"]) == ("db.example.org", 5433)
    assert found["OPTIONS"] == {"sslmode": "require"}
    assert found["CONN_HEALTH_CHECKS"] is True


@pytest.mark.parametrize(
    ("url", "name"),
    [
        ("mongodb://ada:p%40ss@one:27017,two:27018/journal?replicaSet=rs0", "journal"),
        ("mongodb+srv://ada@cluster0.example.net/my%20journal?retryWrites=true", "my journal"),
    ],
)
def test_mongodb_gets_the_address_as_it_is(url: str, name: str) -> None:
    found = database_settings(url, data_dir=DATA)
    assert found == {"ENGINE": "journify.mongodb.backend", "NAME": name, "HOST": url}


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("mysql://ada:geheim@db/journal", "must begin with sqlite:, postgres: or mongodb:"),
        ("geheim", "must begin with"),
        ("postgres://ada:geheim@db", "names no database"),
        ("mongodb://ada:geheim@db", "names no database"),
        ("mongodb+srv://ada:geheim@db/?w=majority", "names no database"),
        ("mongodb://ada:geheim@[db/journal", "names no database"),
        ("postgres://ada:geheim@db:port/journal", "not a valid url"),
    ],
)
def test_another_address_is_refused_without_its_password(url: str, said: str) -> None:
    with pytest.raises(ImproperlyConfigured, match=said) as refusal:
        database_settings(url, data_dir=DATA)
    assert "geheim" not in str(refusal.value)


@pytest.mark.django_db
def test_the_database_in_use_has_the_settings_it_needs() -> None:
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("PRAGMA busy_timeout")
            assert cursor.fetchone() == (20_000,)
            assert connection.transaction_mode == "IMMEDIATE"  # type: ignore[attr-defined]
        else:
            cursor.execute("SHOW server_encoding")
            assert cursor.fetchone() == ("UTF8",)
