"""Make a link by which somebody sets a new password: for who lost theirs, and every recovery code.

manage.py password_link NAME
manage.py password_link NAME --without-second-key   (app and passkeys are gone, too)
"""

from argparse import ArgumentParser
from typing import Any

from allauth.mfa.models import Authenticator
from django.core.management.base import CommandError

from journify.operations.commands import ExplainedCommand, likely_address
from spotify_auth.mfa.recovery import new_password_path
from spotify_auth.people import user_of


class Command(ExplainedCommand):
    """Print the link: it is good once, within three days, for whoever has it."""

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("name", metavar="NAME")
        parser.add_argument("--without-second-key", action="store_true")
        parser.add_argument("--base", default="", help="https://… of this server")

    def handle(self, *, name: str, without_second_key: bool, base: str, **_options: Any) -> None:
        """Make it; be sure who asked before you send it."""
        user = user_of(name)
        if user is None:
            raise CommandError("Nobody is called so.")
        if without_second_key:
            kinds = [Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN]
            Authenticator.objects.filter(user=user, type__in=kinds).delete()
        self.stdout.write(f"{(base or likely_address()).rstrip('/')}{new_password_path(user)}")
