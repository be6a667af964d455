from __future__ import annotations

from django.apps import AppConfig


class JournifyConfig(AppConfig):
    """Settings and shared helpers."""

    name = "journify"

    def ready(self) -> None:
        """Register the system checks."""
        from journify.mongodb import checks  # noqa: F401, PLC0415 -- needs the app registry
