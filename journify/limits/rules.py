"""For how long limits are kept."""

import datetime as dt

from django.utils.translation import gettext_lazy as _

from journify.limits import allowances
from journify.operations import housekeeping

housekeeping.register_rules(
    housekeeping.Rule(
        name="limits",
        tables=("limits.Allowance",),
        kept=dt.timedelta,
        promise=_("Until the time is over."),
        prune=allowances.prune,
    )
)
