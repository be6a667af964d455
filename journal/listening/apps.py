from __future__ import annotations

from django.apps import AppConfig


class ListeningConfig(AppConfig):
    """What a listener listened to elsewhere, and how it sounded."""

    name = "journal.listening"
    label = "listening"
