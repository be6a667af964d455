"""Failed sign-ins in the log, for whoever keeps guessers out: deploy/fail2ban reads it."""

import logging

from django.http import HttpRequest

from journify.limits.addresses import address_in_log

logger = logging.getLogger("journify.sign_in")


def note_failure(request: HttpRequest, action: str) -> None:
    """Write down that somebody proved nothing, and where from; never as whom."""
    logger.warning("failed action=%s address=%s", action, address_in_log(request))
