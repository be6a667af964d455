"""System checks of the addresses that we call."""

from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.checks import CheckMessage, Error, register

from journify.config.checks import SETTINGS

LOOPBACK = {"127.0.0.1", "::1"}


@register(SETTINGS)
def sandbox_is_on_this_machine(**_kwargs: Any) -> list[CheckMessage]:
    """Refuse a stand-in elsewhere: clips are fetched from it without the checks of addresses."""
    parts = urlsplit(settings.SANDBOX_URL)
    if not settings.SANDBOX_URL or (
        parts.hostname in LOOPBACK and parts.scheme == "http" and not parts.path
    ):
        return []
    return [
        Error(
            f"SANDBOX_URL is {settings.SANDBOX_URL}, which is not this machine.",
            hint="Give http://127.0.0.1:8020 or another port; nothing to use the real platforms.",
            id="outbound.E001",
        )
    ]
