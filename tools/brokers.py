"""Redis and RabbitMQ of one's own, thrown away afterwards: for tests and measurements.

They need Debian's `redis-server` and `rabbitmq-server` packages and touch no server that is there
already: everything lives in a temporary folder and listens on free ports of this machine only.
"""

import os
import secrets
import shutil
import socket
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from tools.postgres import NoServerError
from tools.processes import free_port, wait_until

START_SECONDS = 90
RABBIT = "/usr/lib/rabbitmq/bin/rabbitmq-server"


@contextmanager
def throwaway_redis() -> Iterator[str]:
    """Yield the address of an empty Redis.

    Raises NoServerError: Redis is not installed, or would not start.
    """
    program = shutil.which("redis-server")
    if program is None:
        raise NoServerError("Redis is not installed: sudo apt-get install redis-server")
    with TemporaryDirectory(prefix="journify-redis-") as name:
        port, password = free_port(), secrets.token_hex(16)
        options = {"port": port, "bind": "127.0.0.1", "dir": name, "requirepass": password}
        options |= {"save": "", "appendonly": "no"}
        command = [program, *(part for key in options for part in (f"--{key}", options[key]))]
        with running_server(command, port=port, folder=Path(name)):
            yield f"redis://:{password}@127.0.0.1:{port}/0"


@contextmanager
def throwaway_rabbitmq() -> Iterator[str]:
    """Yield the address of an empty RabbitMQ.

    Raises NoServerError: RabbitMQ is not installed, or would not start.
    """
    if not Path(RABBIT).exists():
        raise NoServerError("RabbitMQ is not installed: sudo apt-get install rabbitmq-server")
    with TemporaryDirectory(prefix="journify-rabbitmq-") as name:
        port, distribution, names = free_port(), free_port(), free_port()
        folder = Path(name)
        (folder / "config.conf").write_text(f"listeners.tcp.1 = 127.0.0.1:{port}\n")
        env = {
            "HOME": name,  # its cookie
            "PATH": os.environ["PATH"],
            "LANG": "C.UTF-8",
            "RABBITMQ_NODENAME": f"journify{port}@localhost",
            "RABBITMQ_DIST_PORT": str(distribution),
            "RABBITMQ_CONFIG_FILE": str(folder / "config.conf"),
            "RABBITMQ_ENABLED_PLUGINS_FILE": str(folder / "plugins"),
            "RABBITMQ_MNESIA_BASE": str(folder / "data"),
            "RABBITMQ_LOG_BASE": str(folder / "log"),
            "ERL_EPMD_PORT": str(names),
            "ERL_EPMD_ADDRESS": "127.0.0.1",
        }
        try:
            with running_server([RABBIT], port=port, folder=folder, env=env):
                yield f"amqp://guest:guest@127.0.0.1:{port}//"
        finally:  # Erlang's table of names outlives the server that started it
            subprocess.run(["epmd", "-kill"], env=env, capture_output=True, check=False)


@contextmanager
def running_server(
    command: Sequence[object], *, port: int, folder: Path, env: dict[str, str] | None = None
) -> Iterator[None]:
    """Have a server run meanwhile that answers at `port`."""
    with (folder / "output").open("w") as output:
        server = subprocess.Popen(
            [str(part) for part in command], env=env, stdout=output, stderr=output
        )
    try:
        _wait_for(server, port)
        yield
    finally:
        server.terminate()
        server.wait(timeout=60)


def _wait_for(server: subprocess.Popen[bytes], port: int) -> None:
    def has_ended() -> bool:
        return server.poll() is not None

    is_settled = wait_until(
        lambda: has_ended() or _is_listening(port), seconds=START_SECONDS, every=0.1
    )
    if has_ended() or not is_settled:
        raise NoServerError(f"the server at port {port} did not start")


def _is_listening(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0
