from __future__ import annotations

from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_delete


class ListeningConfig(AppConfig):
    """What a listener listened to elsewhere, and how it sounded."""

    name = "journal.listening"
    label = "listening"

    def ready(self) -> None:
        """Have imports done, histories looked after, and files deleted with their rows."""
        from classifier.emotions import changes  # noqa: PLC0415 -- needs the app registry
        from journal.listening.emotions import follow  # noqa: PLC0415
        from journal.listening.models import ListeningImport, ListeningRound  # noqa: PLC0415
        from journify.background import jobs  # noqa: PLC0415
        from journify.operations import housekeeping  # noqa: PLC0415

        jobs.register(
            jobs.Kind(
                model=ListeningImport,
                work="journal.listening.imports.carry_out",
                interrupted="journal.listening.imports.interrupted",
            )
        )
        jobs.register(
            jobs.Kind(
                model=ListeningRound,
                work="journal.listening.rounds.do_round",
                interrupted="journal.listening.rounds.interrupted",
            )
        )
        changes.said.connect(follow, dispatch_uid="journal.listening")
        post_delete.connect(
            _forget_file, sender=ListeningImport, dispatch_uid="journal.listening.files"
        )
        housekeeping.also(_request_round)


def _forget_file(*, instance: Any, **_signal: Any) -> None:
    from classifier.files.cleanup import forget  # noqa: PLC0415 -- needs the app registry

    forget(str(instance.file.name or ""), instance.file.storage)


def _request_round() -> None:
    from journal.listening.rounds import request_round  # noqa: PLC0415 -- loads what calls others

    request_round()
