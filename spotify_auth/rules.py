"""What of accounts is kept for how long; `journify.operations.housekeeping` keeps to it."""

import datetime as dt

from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.sessions.models import Session
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from journify.models import some_at_once
from journify.operations import housekeeping
from spotify_auth.sign_in import invitations


def forget_ended_sessions() -> None:
    """Delete sessions, and the addresses and browsers that were written down with them.

    Allauth deletes these only for who looks at the list of their own.
    """
    Session.objects.filter(expire_date__lt=timezone.now()).delete()
    rows = list(UserSession.objects.order_by("pk").values_list("pk", "session_key"))
    for some in some_at_once(rows):
        batch = dict(some)
        keys = Session.objects.filter(session_key__in=batch.values())
        open_ones = set(keys.values_list("session_key", flat=True))
        ended = [pk for pk, key in batch.items() if key not in open_ones]
        UserSession.objects.filter(pk__in=ended).delete()


housekeeping.register_rules(
    housekeeping.Rule(
        name="sessions",
        tables=("sessions.Session", "usersessions.UserSession"),
        kept=lambda: dt.timedelta(seconds=settings.SESSION_COOKIE_AGE),
        promise=_("Until you sign out there, or after %(days)s days."),
        prune=forget_ended_sessions,
    ),
    housekeeping.Rule(
        name="invitations",
        tables=("spotify_auth.Invitation",),
        kept=lambda: invitations.KEPT_FOR,
        promise=_("Until %(days)s days after it was used or has ended."),
        prune=invitations.forget_old_invitations,
    ),
)
