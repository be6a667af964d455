from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class RemindersConfig(AppConfig):
    """A reminder at an hour the listener chooses: push messages, mail, a calendar."""

    name = "journal.reminders"
    label = "reminders"
    verbose_name = _("Reminders")
