"""The kill test on every backend, each with servers of its own that are thrown away afterwards.

python -m tools.soak                      200 songs on each, with the settings that ship
python -m tools.soak --quick redis        20 songs, short leases: what CI runs

Prints one line for each backend; what is said of the way there goes to standard error.
"""

import argparse
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from tools.brokers import throwaway_rabbitmq, throwaway_redis
from tools.migrated import begin_with_tables
from tools.mongodb.double import throwaway_double
from tools.postgres import migrated_postgres, throwaway_postgres

Server = Callable[[], AbstractContextManager[str]]

# What each is made of: variables of the environment, and the servers that give their values.
BACKENDS: dict[str, dict[str, Server]] = {
    "sqlite": {},
    "postgres": {"DATABASE_URL": migrated_postgres},
    "redis": {"DATABASE_URL": migrated_postgres, "QUEUE_URL": throwaway_redis},
    "rabbitmq": {"DATABASE_URL": migrated_postgres, "QUEUE_URL": throwaway_rabbitmq},
    "mongodb-double": {"DATABASE_URL": throwaway_double},
}
# For figures: PostgreSQL writes to the disk as it does when it matters.
DURABLE: dict[Server, Server] = {migrated_postgres: partial(throwaway_postgres, durable=True)}
# So many kills of the same song are chance: a song that does it by itself gets three.
ATTEMPTS = {"CLASSIFY_MAX_ATTEMPTS": "12"}
INSIDE = [sys.executable, "-m", "tools.inside"]
QUICK = {"CLASSIFY_LEASE_SECONDS": "5", "CLASSIFY_SWEEP_SECONDS": "1"}


@contextmanager
def environment(backend: str, *, durable: bool = False) -> Iterator[dict[str, str]]:
    """Yield variables that give processes an empty database, folder and queue."""
    instead = DURABLE if durable else {}
    with ExitStack() as stack:
        folder = stack.enter_context(TemporaryDirectory(prefix="journify-soak-"))
        given = {
            variable: stack.enter_context(instead.get(server, server)())
            for variable, server in BACKENDS[backend].items()
        }
        if "DATABASE_URL" not in given:
            begin_with_tables(Path(folder))
        plain = {"DATABASE_URL": "", "QUEUE_URL": "", "ENV_FILE": os.devnull}
        yield os.environ | plain | given | {"JOURNIFY_DATA_DIR": folder} | ATTEMPTS


def run_kill_test(backend: str, *, quick: bool) -> tuple[bool, str]:
    """Run the kill test on a backend; returns whether nothing was lost, and its line.

    Where something was, the end of the workers' log is shown.
    """
    songs, every = ("20", "0.5") if quick else ("200", "3")
    command = [*INSIDE, "tools.kill_test", "--songs", songs, "--every", every]
    with environment(backend) as env:
        given = env | (QUICK if quick else {})
        test = subprocess.run(command, env=given, stdout=subprocess.PIPE, text=True, check=False)
        log = Path(env["JOURNIFY_DATA_DIR"]) / "workers.log"
        if test.returncode and log.exists():
            sys.stderr.write(log.read_text(errors="replace")[-5_000:])
    outcome = (test.stdout.splitlines() or ["no answer"])[-1]
    return test.returncode == 0, f"{backend}: {outcome}"


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("backends", nargs="*", choices=[[], *BACKENDS], default=[])
    parser.add_argument("--quick", action="store_true", help="20 songs and short leases")
    options = parser.parse_args(arguments)
    is_good = True
    for backend in options.backends or BACKENDS:
        passed, line = run_kill_test(backend, quick=options.quick)
        is_good &= passed
        sys.stdout.write(f"{line}\n")
        sys.stdout.flush()
    return 0 if is_good else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
