"""A system check of the key that signs push messages."""

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, register

from journify.config.checks import SETTINGS
from journify.config.secrets import private_key_of


@register(SETTINGS)
def vapid_key_is_a_key(**_kwargs: Any) -> list[CheckMessage]:
    """Refuse to start with a key that cannot sign."""
    try:
        private_key_of(settings.VAPID_KEY)
    except ValueError:
        return [
            Error(
                "VAPID_KEY is no private key for P-256.",
                hint="Make one: python -c "
                "'from journify.config.secrets import new_vapid; print(new_vapid())'",
                id="reminders.E001",
            )
        ]
    return []
