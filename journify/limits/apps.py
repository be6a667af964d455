from __future__ import annotations

import datetime as dt

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class LimitsConfig(AppConfig):
    """How often strangers and listeners may ask for what costs us something."""

    name = "journify.limits"
    verbose_name = "Limits"

    def ready(self) -> None:
        """Listen to failed sign-ins; forget limits that say nothing any more."""
        from journify.limits import allowances, failures  # noqa: F401, PLC0415
        from journify.operations import housekeeping  # noqa: PLC0415 -- need the app registry

        housekeeping.register(
            housekeeping.Rule(
                name="limits",
                tables=("limits.Allowance",),
                kept=dt.timedelta,
                promise=_("Until the time is over."),
                prune=allowances.prune,
            )
        )
