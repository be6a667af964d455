from __future__ import annotations

from django.apps import AppConfig


class LimitsConfig(AppConfig):
    """How often strangers and listeners may ask for what costs us something."""

    name = "journify.limits"
    verbose_name = "Limits"

    def ready(self) -> None:
        """Listen to failed sign-ins."""
        from journify.limits import failures  # noqa: F401, PLC0415 -- needs the app registry
