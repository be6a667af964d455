"""For how long uploads and archives are kept, and what else workers do from time to time."""

import datetime as dt

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from journal import unused
from journal.archive import transfers
from journify.operations import housekeeping
from journify.operations.housekeeping import Rule

housekeeping.also("journal.emotions.renewing.recount_some")
housekeeping.also("journal.emotions.learning.learn_some")
housekeeping.register_rules(
    Rule(
        name="unused uploads",
        tables=("classifier.Song",),
        kept=lambda: unused.KEPT_FOR,
        promise=_("A file that no answer uses any more: %(days)s days."),
        prune=unused.forget_uploads,
    ),
    Rule(
        name="exports and imports",
        tables=("journal.Transfer",),
        kept=lambda: dt.timedelta(days=settings.ARCHIVE_KEPT_DAYS),
        promise=_(
            "An export is deleted after %(days)s days, an archive you sent as soon as it is read."
        ),
        prune=transfers.forget_expired,
    ),
)
