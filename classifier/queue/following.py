"""Answers of an older version of the main model follow the new one, when nothing else waits.

An earlier answer stands until then, so that an update changes nobody's history at once.
"""

from django.db.models import QuerySet

from classifier.models import Classification, Song
from classifier.queue import rows as queue
from classifier.serving.bundles import NO_VERSION, Bundle, main_bundle

AT_ONCE = 2  # songs a sweep: whoever comes meanwhile hardly waits for them
_followed: set[Bundle] = set()  # what this process has found nothing left to do for


def classify_outdated(at_once: int = AT_ONCE) -> int:
    """Ask for some answers of the main model's new version; return of how many songs."""
    bundle = main_bundle()
    if bundle.version == NO_VERSION or bundle in _followed:
        return 0
    if Classification.objects.waiting().exists():
        return 0
    songs = list(_outdated(bundle)[:at_once])
    for song in songs:
        queue.request_classification(song)
    if not songs:
        _followed.add(bundle)
    return len(songs)


def _outdated(bundle: Bundle) -> QuerySet[Song]:
    """Songs that another version of the model answered for, and this one was not asked about."""
    ours = Classification.objects.filter(model=bundle.name)
    asked = ours.filter(version=bundle.version).values("song")
    others = ours.answered().filter(input=Classification.Input.AUDIO).values("song")
    return Song.objects.filter(pk__in=others).exclude(pk__in=asked).order_by("created_at")
