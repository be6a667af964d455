"""A PostgreSQL server of one's own, thrown away afterwards: for tests and measurements.

python -m tools.postgres COMMAND …     runs COMMAND with DATABASE_URL naming an empty database

It needs Debian's `postgresql` package and touches no server that is there already: the cluster
lives in a temporary folder and listens on a free port of this machine only.
"""

import os
import secrets
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import psycopg

from tools.migrated import SHARED, made_once, make_tables
from tools.processes import free_port

USER = "journify"
# Nothing in it outlives the run, so nothing needs to reach the disk, or to be tidied up.
OPTIONS = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "autovacuum": "off",
}


class NoServerError(Exception):
    """PostgreSQL is not installed, or would not start."""


@contextmanager
def throwaway_postgres(*, durable: bool = False) -> Iterator[str]:
    """Yield the address of an empty database; the server and its files are gone afterwards.

    `durable` leaves everything as it ships: for figures.

    Raises NoServerError: PostgreSQL is not installed, or would not start.
    """
    with _own_folder() as folder:
        _make_cluster(folder, durable=durable)
        with _server(folder, durable=durable) as server:
            yield _create_database(server)


@contextmanager
def migrated_postgres() -> Iterator[str]:
    """The same with today's tables in a test run, where they are made once; else empty."""
    if SHARED not in os.environ:
        with throwaway_postgres() as address:
            yield address
        return
    made = made_once("postgres", _make_with_tables)
    with _own_folder() as folder:
        _copy(made, folder)
        with _server(folder) as server:
            yield f"{server}/{USER}"


def main(command: list[str]) -> int:
    if not command:
        sys.stderr.write(f"{__doc__}\n")
        return 2
    return run_beside(command, {"DATABASE_URL": throwaway_postgres})


def run_beside(
    command: list[str], servers: Mapping[str, Callable[[], AbstractContextManager[str]]]
) -> int:
    """Run `command` with the addresses of `servers` as variables; return its exit status."""
    # without this, being asked to end would leave the servers behind
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    try:
        with ExitStack() as stack:
            given = {name: stack.enter_context(server()) for name, server in servers.items()}
            return subprocess.run(command, env=os.environ | given, check=False).returncode
    except NoServerError as error:
        sys.stderr.write(f"{error}\n")
        return 1


@contextmanager
def _own_folder() -> Iterator[Path]:
    with TemporaryDirectory(prefix="journify-postgres-") as name:
        _give_to_server(Path(name))
        yield Path(name)


def _make_cluster(folder: Path, *, durable: bool = False) -> None:
    password = folder / "password"
    password.write_text(secrets.token_hex(16))
    _give_to_server(password)
    _run(
        *(_programs() / "initdb", "--pgdata", folder / "data", "--username", USER),
        *("--encoding", "UTF8", "--locale", "C.UTF-8", "--auth", "scram-sha-256"),
        *("--pwfile", password),
        *([] if durable else ["--no-sync"]),
    )


@contextmanager
def _server(folder: Path, *, durable: bool = False, stop: str = "immediate") -> Iterator[str]:
    """Yield the address of a server of a cluster, which is not used again if it stops at once."""
    port = free_port()
    options = {"port": port, "listen_addresses": "127.0.0.1", "unix_socket_directories": folder}
    options |= {} if durable else OPTIONS
    given = " ".join(f"-c {key}={value}" for key, value in options.items())
    control = (_programs() / "pg_ctl", "--pgdata", folder / "data", "--wait")
    _run(*control, "--log", folder / "log", "--options", given, "start")
    try:
        yield f"postgres://{USER}:{(folder / 'password').read_text()}@127.0.0.1:{port}"
    finally:
        _run(*control, "--mode", stop, "stop")


def _create_database(server: str) -> str:
    with psycopg.connect(f"{server}/postgres", autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {USER}")
    return f"{server}/{USER}"


def _make_with_tables(made: Path) -> None:
    with _own_folder() as folder:
        _make_cluster(folder)
        with _server(folder, stop="fast") as server:
            make_tables(made, url=_create_database(server))
        _copy(folder, made)


def _copy(source: Path, target: Path) -> None:
    """Copy a cluster that nothing serves, its owner with it."""
    subprocess.run(["cp", "-a", f"{source}/.", target], check=True)


def _programs() -> Path:
    """Folder of the server's programs; Debian keeps them outside PATH, a folder a version."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=_version)
    path = shutil.which("initdb") or (found[-1] if found else None)
    if path is None:
        raise NoServerError("PostgreSQL is not installed: sudo apt-get install postgresql")
    return Path(path).parent


def _version(path: Path) -> int:
    number = path.parent.parent.name
    return int(number) if number.isdecimal() else 0


def _run(*command: str | Path | int) -> None:
    """Run a program of PostgreSQL's, which refuses to be root."""
    done = subprocess.run(
        [str(part) for part in command],
        user="postgres" if os.geteuid() == 0 else None,
        cwd="/",
        # not a pipe: the server that pg_ctl leaves behind would keep it open
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        check=False,
    )
    if done.returncode:
        raise NoServerError(f"PostgreSQL: {command[0]} ended with status {done.returncode}")


def _give_to_server(path: Path) -> None:
    if os.geteuid() == 0:
        shutil.chown(path, "postgres")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
