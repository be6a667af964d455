"""Delete what was kept for long enough; workers do so by themselves.

journify housekeeping            delete it now
journify housekeeping --list     what is kept for how long
"""

from argparse import ArgumentParser
from typing import Any

from journify.operations import housekeeping
from journify.operations.commands import ExplainedCommand


class Command(ExplainedCommand):
    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--list", action="store_true", help="delete nothing")

    def handle(self, **options: Any) -> None:
        if not options["list"]:
            housekeeping.keep_all_rules()
        for rule in housekeeping.rules():
            self.stdout.write(f"{rule.name}: {rule.sentence()} ({', '.join(rule.tables)})")
