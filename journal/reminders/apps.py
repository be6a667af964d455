from __future__ import annotations

from django.apps import AppConfig


class RemindersConfig(AppConfig):
    """A reminder at an hour the listener chooses: push messages, mail, a calendar."""

    name = "journal.reminders"
    label = "reminders"
