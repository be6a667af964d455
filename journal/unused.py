"""Uploads that no answer uses any more: marked when that is noticed, deleted a month later."""

import datetime as dt

from django.utils import timezone

from classifier.models import Song, SongQuerySet

KEPT_FOR = dt.timedelta(days=30)
BATCH_SIZE = 500


def forget_uploads() -> None:
    """Mark what is unused, take the mark off what is used again, delete what was marked for long.

    In this order, so that what is used again a moment before is not deleted.
    """
    now = timezone.now()
    own = Song.objects.exclude(owner=None)
    _mark(own.filter(unused_since=None, entries=None), now)
    _mark(own.filter(unused_since__isnull=False, entries__isnull=False), None)
    old = own.filter(unused_since__lt=now - KEPT_FOR, entries=None)
    for pk in list(old.values_list("pk", flat=True)[:BATCH_SIZE]):
        Song.objects.filter(pk=pk, entries=None).delete()


def _mark(songs: SongQuerySet, moment: dt.datetime | None) -> None:
    keys = list(songs.values_list("pk", flat=True).distinct())
    for start in range(0, len(keys), BATCH_SIZE):
        batch = Song.objects.filter(pk__in=keys[start : start + BATCH_SIZE])
        batch.update(unused_since=moment)
