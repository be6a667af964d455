from __future__ import annotations

from django.apps import AppConfig


class OutboundConfig(AppConfig):
    """How we call other people's servers: politely, and only the ones we mean."""

    name = "journify.outbound"
    verbose_name = "Outside platforms"

    def ready(self) -> None:
        """Register the system checks."""
        from journify.outbound import checks  # noqa: F401, PLC0415 -- needs the app registry
