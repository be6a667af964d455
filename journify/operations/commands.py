"""What our management commands share."""

import sys
from argparse import RawDescriptionHelpFormatter
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand


class ExplainedCommand(BaseCommand):
    """A command whose --help is the docstring of its module, line breaks and all."""

    takes_newer_database = False  # may it run where a newer version has migrated the database?

    def create_parser(self, *args: Any, **kwargs: Any) -> Any:
        self.help = sys.modules[type(self).__module__].__doc__ or ""
        return super().create_parser(*args, formatter_class=RawDescriptionHelpFormatter, **kwargs)


def likely_address() -> str:
    """Guess how this server is called from outside."""
    if settings.CSRF_TRUSTED_ORIGINS:
        return settings.CSRF_TRUSTED_ORIGINS[0]
    scheme = "https" if settings.USE_HTTPS else "http"
    return f"{scheme}://{settings.ALLOWED_HOSTS[0]}"
