"""What stands in for a MongoDB server, thrown away afterwards.

python -m tools.mongodb.double COMMAND …     runs COMMAND with DATABASE_URL

`make mongodb` installs what it needs. server.mjs says how far it is like the real one.
"""

import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from tools.brokers import running_server
from tools.postgres import NoServerError, run_beside
from tools.processes import free_port

SERVER = Path(__file__).with_name("server.mjs")


@contextmanager
def throwaway_double() -> Iterator[str]:
    """Yield the address of an empty database.

    Raises NoServerError: Node.js or the double's packages are not installed.
    """
    node = shutil.which("node")
    if node is None or not SERVER.with_name("node_modules").exists():
        raise NoServerError("The double of MongoDB is not installed: make mongodb")
    with TemporaryDirectory(prefix="journify-mongodb-") as name:
        port = free_port()
        with running_server([node, SERVER, port], port=port, folder=Path(name)):
            yield f"mongodb://127.0.0.1:{port}/journify"


def main(command: list[str]) -> int:
    if not command:
        sys.stderr.write(f"{__doc__}\n")
        return 2
    return run_beside(command, {"DATABASE_URL": throwaway_double})


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
