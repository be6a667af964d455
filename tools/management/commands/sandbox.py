"""Stand in for Spotify, Deezer, Apple and ReccoBeats on this machine.

manage.py sandbox --port 8020            then start the app with SANDBOX_URL=http://127.0.0.1:8020
manage.py sandbox --list-failures        what can be made to go wrong, and how
"""

from argparse import ArgumentParser
from typing import Any

from django.conf import settings

from journify.operations.commands import ExplainedCommand
from tools.sandbox import failures
from tools.sandbox.catalogue import load_catalogue
from tools.sandbox.invented import invented_songs
from tools.sandbox.server import PLATFORMS, SandboxServer
from tools.sandbox.world import World

DEMO = settings.BASE_DIR / "classifier" / "demo"


class Command(ExplainedCommand):
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--port", type=int, default=8020)
        parser.add_argument("--list-failures", action="store_true")

    def handle(self, *, port: int, list_failures: bool, **_options: Any) -> None:
        if list_failures:
            for name, (text, _answer) in failures.ANSWERS.items():
                self.stdout.write(f"{name:18}{text}")
            self.stdout.write(
                "\nSwitch one on for the next requests whose path holds a text:\n"
                f'  curl -d \'{{"platform": "deezer", "kind": "down", "times": 2}}\' '
                f"http://127.0.0.1:{port}/_sandbox/failures\n"
                f"Platforms: {', '.join(PLATFORMS)}."
            )
            return
        songs = [*load_catalogue(DEMO), *invented_songs()]
        with SandboxServer(World(songs), port=port) as server:
            self.stdout.write(f"Sandbox: {server.url} ({', '.join(PLATFORMS)})")
            try:
                server.serve_forever()
            except KeyboardInterrupt:
                self.stdout.write("Sandbox ended.")
