"""Make everything ready for a start: database, phrases, demo songs, static files; then say where.

manage.py prepare --port 8000
"""

import socket
from argparse import ArgumentParser
from typing import Any

from django.core.management import call_command
from django.core.management.base import CommandError

from journify.config.checks import AT_START
from journify.monitoring.metrics import forget_counts
from journify.operations import preparing
from journify.operations.commands import ExplainedCommand

HIGHEST_PORT = 65535


class Command(ExplainedCommand):
    requires_system_checks = AT_START

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--port", default="8000")

    def handle(self, *, port: str, **_options: Any) -> None:
        number = int(port) if port.isdecimal() else 0
        if not 0 < number <= HIGHEST_PORT:
            raise CommandError(
                f"PORT={port} is not a port: give a number from 1 to {HIGHEST_PORT}."
            )
        _require_free(number)
        forget_counts()
        preparing.migrate()
        call_command("load_phrases", stdout=self.stdout)
        call_command("load_demo", stdout=self.stdout)
        call_command("renew_emotions", begin=True, verbosity=0)
        if not preparing.is_collected():
            call_command("collectstatic", interactive=False, verbosity=0)
        self.stdout.write(self.style.SUCCESS(f"\n  Journify: http://127.0.0.1:{number}/\n"))
        self.stdout.write("  Ctrl-C stops it.\n")


def _require_free(port: int) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except PermissionError as error:
            raise CommandError(
                f"Port {port} may only be used by root: try PORT=8000 make run."
            ) from error
        except OSError as error:
            raise CommandError(
                f"Port {port} is taken by another program: try PORT={port + 1} make run."
            ) from error
