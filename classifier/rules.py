"""What of songs and their answers is kept for how long: rules of the housekeeping."""

import datetime as dt

from django.core.management import call_command
from django.utils.translation import gettext_lazy as _

from classifier import metadata
from classifier.files import tryouts
from classifier.queue import heartbeats, outdated
from journify.curating import previews
from journify.operations import housekeeping
from journify.operations.housekeeping import Rule

A_DAY = dt.timedelta(days=1)

housekeeping.register_rules(
    Rule(
        name="try-outs",
        tables=("classifier.TryOut",),
        kept=lambda: 2 * tryouts.FORGOTTEN_AFTER,
        promise=_(
            "The file until it was heard, its answer until it was shown, and neither for more "
            "than %(minutes)s minutes."
        ),
        prune=tryouts.forget_old_tryouts,
        every=0.0,
    ),
    Rule(
        name="drawings",
        tables=("classifier.Explanation", "classifier.Arc"),
        kept=lambda: outdated.DRAWINGS_KEPT_FOR,
        promise=_("A drawing of what counted, or of a whole song: %(days)s days."),
        prune=outdated.forget_drawings,
    ),
    Rule(
        name="old answers",
        tables=("classifier.Classification",),
        kept=lambda: outdated.ANSWERS_KEPT_FOR,
        promise=_(
            "The answer of an older version of a model: until the newer one’s is %(days)s days old."
        ),
        prune=outdated.forget_answers,
    ),
    Rule(
        name="Spotify’s metadata",
        tables=("classifier.Song",),
        kept=lambda: 2 * metadata.KEPT_FOR,
        promise=_(
            "What Spotify told is forgotten %(days)s days after it was last read, or when the "
            "last listener of it leaves Spotify or this journal."
        ),
        prune=lambda: call_command("forget_metadata", verbosity=0),
    ),
    Rule(
        name="workers",
        tables=("classifier.Worker",),
        kept=lambda: A_DAY,
        promise=_("Until a day after it is done."),
        prune=heartbeats.forget_dead_workers,
    ),
    Rule(
        name="tables looked at before an import",
        tables=(),
        kept=lambda: previews.KEPT,
        promise=_("For %(minutes)s minutes."),
        prune=previews.forget_old_previews,
    ),
)
