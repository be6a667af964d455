from __future__ import annotations

from django.apps import AppConfig


class ClassifierConfig(AppConfig):
    """Songs, and what the models and people say of them."""

    name = "classifier"
    verbose_name = "Songs and emotions"

    def ready(self) -> None:
        """Register checks and work; have audio deleted with its song, and changes told of."""
        # need the app registry
        from classifier import checks, rules  # noqa: F401, PLC0415
        from classifier.emotions import changes  # noqa: PLC0415
        from classifier.files import cleanup  # noqa: PLC0415
        from classifier.queue import work  # noqa: PLC0415

        cleanup.connect()
        changes.connect()
        work.register()
        rules.register()
