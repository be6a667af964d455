from __future__ import annotations

from django.apps import AppConfig


class ClassifierConfig(AppConfig):
    """Songs, and what the models and people say of them."""

    name = "classifier"
    verbose_name = "Songs and emotions"

    def ready(self) -> None:
        """Register the system checks and the work; have audio deleted with its song."""
        from classifier import checks, cleanup, work  # noqa: F401, PLC0415 -- need the app registry

        cleanup.connect()
        work.register()
