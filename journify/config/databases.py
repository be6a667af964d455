"""Where the data lives: `DATABASE_URL` turned into Django's settings, in this one place."""

from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import dj_database_url
from django.core.exceptions import ImproperlyConfigured

from journify.mongodb.installing import ENGINE as MONGODB

# A connection is kept this long; without that the pragmas below cost every request 3 ms.
KEEP_SECONDS = 600

# WAL lets readers and one writer work at once. IMMEDIATE takes the write lock when a transaction
# begins, so that two writers wait for each other instead of failing half-way with "database is
# locked". https://docs.djangoproject.com/en/5.2/ref/databases/#sqlite-notes
SQLITE_OPTIONS = {
    "transaction_mode": "IMMEDIATE",
    "timeout": 20,
    "init_command": (
        "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA busy_timeout=20000; "
        "PRAGMA mmap_size=134217728; PRAGMA journal_size_limit=27103364; "
        "PRAGMA cache_size=-20000; PRAGMA temp_store=MEMORY;"
    ),
}


def database_settings(url: str, *, data_dir: Path) -> dict[str, Any]:
    """Return the settings of the database that `url` names; of SQLite in `data_dir` when empty.

    Raises ImproperlyConfigured: the address is not one of a database that Journify can use.
    """
    scheme = url.partition(":")[0]
    if not url:
        return _sqlite(data_dir / "journify.sqlite3")
    if scheme == "sqlite":
        # three slashes: a path from the data folder; four: from the root
        return _sqlite(data_dir / urlsplit(url).path[1:])
    if scheme in {"postgres", "postgresql"}:
        return _postgresql(url)
    if scheme in {"mongodb", "mongodb+srv"}:
        return _mongodb(url)
    # the address itself is not repeated: it holds a password
    raise ImproperlyConfigured("DATABASE_URL must begin with sqlite:, postgres: or mongodb:")


def _sqlite(path: Path) -> dict[str, Any]:
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": path,
        "CONN_MAX_AGE": KEEP_SECONDS,
        "OPTIONS": SQLITE_OPTIONS,
    }


def _postgresql(url: str) -> dict[str, Any]:
    try:
        parsed = dj_database_url.parse(url, conn_max_age=KEEP_SECONDS, conn_health_checks=True)
    except dj_database_url.ParseError as error:
        raise ImproperlyConfigured(f"DATABASE_URL: {error}") from None
    if not parsed["NAME"]:
        raise ImproperlyConfigured("DATABASE_URL names no database: postgres://…/journify")
    return dict(parsed)


def _mongodb(url: str) -> dict[str, Any]:
    """Hand the address over as it is: pymongo knows lists of hosts, SRV records and options."""
    try:
        name = urlsplit(url).path.strip("/")
    except ValueError:
        name = ""
    if not name:
        raise ImproperlyConfigured("DATABASE_URL names no database: mongodb://…/journify")
    return {"ENGINE": MONGODB, "NAME": unquote(name), "HOST": url}
