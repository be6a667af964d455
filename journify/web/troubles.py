"""Troubles of the machine that a person should hear of as such: no database, no room."""

import errno
import sys
from dataclasses import dataclass
from http import HTTPStatus

from django.conf import settings
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.template import loader
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views import defaults

# No room, over a quota, over a limit on the size of a file.
NO_ROOM = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
# How SQLite and PostgreSQL say that the disk is full.
FULL_WORDS = ("is full", "disk i/o error", "no space left", "could not extend file")


@dataclass(frozen=True)
class Trouble:
    status: int
    retry_after: int
    heading: str | Promise
    sentence: str | Promise


DATABASE_AWAY = Trouble(
    HTTPStatus.SERVICE_UNAVAILABLE,
    10,
    _("One moment, please"),
    _("The database cannot be reached just now. Nothing is lost; please try again in a moment."),
)
DISK_FULL = Trouble(
    HTTPStatus.INSUFFICIENT_STORAGE,
    300,
    _("The disk is full"),
    _(
        "This server’s disk is full, so what you sent could not be saved. Your journal is "
        "unchanged. Please tell whoever runs this server."
    ),
)


def trouble_of(error: BaseException | None) -> Trouble | None:
    """Return what `error` means for a person; None when it is a mistake of ours."""
    if isinstance(error, OSError) and error.errno in NO_ROOM:
        return DISK_FULL
    if isinstance(error, OperationalError | InterfaceError):
        is_full = any(words in str(error).lower() for words in FULL_WORDS)
        return DISK_FULL if is_full else DATABASE_AWAY
    if settings.ON_MONGODB and error is not None:
        from journify.mongodb.troubles import is_away

        return DATABASE_AWAY if is_away(error) else None
    return None


def server_error(request: HttpRequest) -> HttpResponse:
    """Answer what went wrong: a database that is away or a full disk as such, all else with 500.

    Here and not in a middleware, because sessions and accounts are read before any view.
    """
    trouble = trouble_of(sys.exc_info()[1])
    if trouble is None:
        return defaults.server_error(request)
    # without the request: what every page knows may need the database
    content = loader.get_template("503.html").render(
        vars(trouble) | {"status": int(trouble.status)}
    )
    response = HttpResponse(content, status=trouble.status)
    response["Retry-After"] = str(trouble.retry_after)
    return response
