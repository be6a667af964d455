"""Sessions that ended, and the addresses and browsers that were written down with them."""

from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.utils import timezone

BATCH_SIZE = 500


def forget_ended() -> None:
    """Delete both; allauth deletes the second only for who looks at the list of their own."""
    Session.objects.filter(expire_date__lt=timezone.now()).delete()
    rows = list(UserSession.objects.order_by("pk").values_list("pk", "session_key"))
    for start in range(0, len(rows), BATCH_SIZE):
        batch = dict(rows[start : start + BATCH_SIZE])
        keys = Session.objects.filter(session_key__in=batch.values())
        open_ones = set(keys.values_list("session_key", flat=True))
        ended = [pk for pk, key in batch.items() if key not in open_ones]
        UserSession.objects.filter(pk__in=ended).delete()
