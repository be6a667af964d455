"""For how long uploads and archives are kept, and what else workers do from time to time."""

import datetime as dt

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from classifier.models import Song, SongQuerySet
from journal.archive import transfers
from journify.models import ROWS_AT_ONCE, some_at_once
from journify.operations import housekeeping
from journify.operations.housekeeping import Rule

KEPT_FOR = dt.timedelta(days=30)


def forget_uploads() -> None:
    """Mark what is unused, take the mark off what is used again, delete what was marked for long.

    In this order, so that what is used again a moment before is not deleted.
    """
    now = timezone.now()
    own = Song.objects.exclude(owner=None)
    _mark(own.filter(unused_since=None, entries=None), now)
    _mark(own.filter(unused_since__isnull=False, entries__isnull=False), None)
    old = own.filter(unused_since__lt=now - KEPT_FOR, entries=None)
    for pk in list(old.values_list("pk", flat=True)[:ROWS_AT_ONCE]):
        Song.objects.filter(pk=pk, entries=None).delete()


def _mark(songs: SongQuerySet, moment: dt.datetime | None) -> None:
    for keys in some_at_once(list(songs.values_list("pk", flat=True).distinct())):
        Song.objects.filter(pk__in=keys).update(unused_since=moment)


housekeeping.also("journal.emotions.renewing.recount_some")
housekeeping.also("journal.emotions.learning.learn_some")
housekeeping.register_rules(
    Rule(
        name="unused uploads",
        tables=("classifier.Song",),
        kept=lambda: KEPT_FOR,
        promise=_("A file that no answer uses any more: %(days)s days."),
        prune=forget_uploads,
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
