"""Make links by which one person each may make an account.

manage.py invite
manage.py invite --count 5 --days 30
"""

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import CommandError

from journify.operations.commands import ExplainedCommand, likely_address
from spotify_auth.sign_in import invitations

DAYS_MAX = 365


class Command(ExplainedCommand):
    """Print a link a line; whoever has one may use it, once."""

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--count", type=int, default=1, help="how many links (default: 1)")
        parser.add_argument(
            "--days", type=int, default=14, help="good for so many days (default: 14)"
        )
        parser.add_argument(
            "--base", default="", help="https://… of this server (default: its first host)"
        )

    def handle(self, *, count: int, days: int, base: str, **_options: Any) -> None:
        if not 0 < days <= DAYS_MAX or count < 1:
            raise CommandError(f"--count is 1 or more, --days 1 to {DAYS_MAX}.")
        for _ in range(count):
            path = invitations.path_of(invitations.invite(None, days=days))
            self.stdout.write(f"{(base or likely_address()).rstrip('/')}{path}")
        if settings.SIGN_UP == invitations.CLOSED:
            self.stderr.write("SIGN_UP is closed: these work once it is invite or open.")
