from __future__ import annotations

import datetime as dt

from django.apps import AppConfig
from django.conf import settings
from django.utils.translation import gettext_lazy as _


class JournalConfig(AppConfig):
    """Phrases, days and entries, and every page a listener sees."""

    name = "journal"

    def ready(self) -> None:
        """Have archives deleted with their rows, answers renewed, and transfers looked after."""
        from journal import cleanup, unused  # noqa: PLC0415 -- need the app registry
        from journal.archive import transfers  # noqa: PLC0415 -- need the app registry
        from journal.emotions import renewing  # noqa: PLC0415 -- need the app registry
        from journal.models import Refresh, Transfer  # noqa: PLC0415
        from journify.background import jobs  # noqa: PLC0415
        from journify.operations import housekeeping  # noqa: PLC0415

        cleanup.connect()
        renewing.connect()
        housekeeping.also(renewing.recount_some)
        jobs.register(
            jobs.Kind(
                model=Transfer,
                work="journal.archive.work.carry_out",
                interrupted="journal.archive.transfers.interrupted",
            )
        )
        jobs.register(
            jobs.Kind(
                model=Refresh,
                work="journal.spotify.connection.refresh",
                interrupted="journal.spotify.connection.interrupted",
            )
        )
        housekeeping.register(
            housekeeping.Rule(
                name="unused uploads",
                tables=("classifier.Song",),
                kept=lambda: unused.KEPT_FOR,
                promise=_("A file that no answer uses any more: %(days)s days."),
                prune=unused.forget_uploads,
            )
        )
        housekeeping.register(
            housekeeping.Rule(
                name="exports and imports",
                tables=("journal.Transfer",),
                kept=lambda: dt.timedelta(days=settings.ARCHIVE_KEPT_DAYS),
                promise=_(
                    "An export is deleted after %(days)s days, an archive you sent as soon as it "
                    "is read."
                ),
                prune=transfers.forget_expired,
            )
        )
