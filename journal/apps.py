from __future__ import annotations

from django.apps import AppConfig


class JournalConfig(AppConfig):
    """Phrases, days and entries, and every page a listener sees."""

    name = "journal"

    def ready(self) -> None:
        """Have archives deleted with their rows, answers renewed, and transfers looked after."""
        from journal import cleanup, renewing, transfers  # noqa: PLC0415 -- need the app registry
        from journal.models import Transfer  # noqa: PLC0415
        from journify import housekeeping  # noqa: PLC0415
        from journify.background import jobs  # noqa: PLC0415

        cleanup.connect()
        renewing.connect()
        jobs.register(
            jobs.Kind(
                model=Transfer,
                task="journal.tasks.carry_out",
                argument="transfer_id",
                interrupted="journal.transfers.interrupted",
            )
        )
        housekeeping.register(transfers.forget_expired)
