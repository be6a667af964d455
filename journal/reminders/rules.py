"""What workers do for reminders from time to time, and how long what was sent is remembered."""

import datetime as dt

from django.utils.translation import gettext_lazy as _

from journal.reminders import schedule
from journify.operations import housekeeping

housekeeping.also("journal.reminders.schedule.call_due")
housekeeping.register_rules(
    housekeeping.Rule(
        name="reminders sent",
        tables=("reminders.Nudge",),
        kept=lambda: dt.timedelta(days=schedule.KEPT_DAYS),
        promise=_("That you were reminded on a day: %(days)s days."),
        prune=schedule.forget_old_nudges,
    )
)
