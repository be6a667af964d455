from __future__ import annotations

from django.apps import AppConfig


class LimitsConfig(AppConfig):
    """How often strangers and listeners may ask for what costs us something."""

    name = "journify.limits"
    verbose_name = "Limits"
