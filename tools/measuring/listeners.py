"""The two listeners that pages are compared between: one with years of entries, one with a day."""

import datetime as dt
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from io import StringIO

from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import override_settings, setup_databases, teardown_databases
from django.utils import timezone

from spotify_auth.models import User


@contextmanager
def own_database() -> Iterator[None]:
    """Measure in a database that is made for it and thrown away, on the configured engine."""
    plain = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    stores = override_settings(
        STORAGES={
            "default": {"BACKEND": "django.core.files.storage.InMemoryStorage"},
            "staticfiles": plain,
        },
        WHITENOISE_AUTOREFRESH=True,  # it need not have collected the files
        SECURE_SSL_REDIRECT=False,
        # counted, as that takes its time, but never reached
        RATE_LIMITS={
            action: {kind: (1_000_000, seconds) for kind, (_, seconds) in limits.items()}
            for action, limits in settings.RATE_LIMITS.items()
        },
    )
    logging.disable(logging.WARNING)  # looking for pages asks what is none, too
    old = setup_databases(verbosity=0, interactive=False)
    try:
        with stores:
            yield
    finally:
        teardown_databases(old, verbosity=0)
        logging.disable(logging.NOTSET)


def make_listener(name: str, *, days: int) -> User:
    """Invent a listener whose last day was yesterday: every phrase of it has had its time."""
    yesterday = timezone.now().date() - dt.timedelta(days=1)
    call_command("seed_history", name, days=days, until=yesterday, stdout=StringIO())
    gather_statistics()
    return User.objects.get(username=name)


def gather_statistics() -> None:
    """Have the planner know of the rows, as a server does by itself after a while."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")


def client_of(user: User) -> Client:
    client = Client(SERVER_NAME="127.0.0.1")
    client.force_login(user)
    return client
