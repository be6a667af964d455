from __future__ import annotations

from django.apps import AppConfig


class OutboundConfig(AppConfig):
    """How we call other people's servers: politely, and only the ones we mean."""

    name = "journify.outbound"
    verbose_name = "Outside platforms"
