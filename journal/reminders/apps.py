from __future__ import annotations

import datetime as dt

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class RemindersConfig(AppConfig):
    """A reminder at an hour the listener chooses: push messages, mail, a calendar."""

    name = "journal.reminders"
    label = "reminders"

    def ready(self) -> None:
        """Have workers see who is to be reminded, and do it."""
        from journal.reminders import checks, schedule  # noqa: F401, PLC0415 -- the app registry
        from journal.reminders.models import Nudge  # noqa: PLC0415
        from journify.background import jobs  # noqa: PLC0415
        from journify.operations import housekeeping  # noqa: PLC0415

        jobs.register(
            jobs.Kind(
                model=Nudge,
                work="journal.reminders.sending.send",
                interrupted="journal.reminders.sending.interrupted",
            )
        )
        housekeeping.also(schedule.call_due)
        housekeeping.register(
            housekeeping.Rule(
                name="reminders sent",
                tables=("reminders.Nudge",),
                kept=lambda: dt.timedelta(days=schedule.KEPT_DAYS),
                promise=_("That you were reminded on a day: %(days)s days."),
                prune=schedule.forget_old,
            )
        )
