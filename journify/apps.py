from __future__ import annotations

from django.apps import AppConfig


class JournifyConfig(AppConfig):
    """Settings and shared helpers."""

    name = "journify"
