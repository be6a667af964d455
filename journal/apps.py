from __future__ import annotations

from django.apps import AppConfig


class JournalConfig(AppConfig):
    """Phrases, days and entries, and every page a listener sees."""

    name = "journal"
