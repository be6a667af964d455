"""The work of reminders: one row is one listener's day."""

from journal.reminders.models import Nudge
from journify.background import jobs

jobs.register(
    jobs.Kind(
        model=Nudge,
        work="journal.reminders.sending.send",
        interrupted="journal.reminders.sending.nudge_interrupted",
    )
)
