"""What of accounts is kept for how long; `journify.operations.housekeeping` keeps to it."""

import datetime as dt

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from journify.operations import housekeeping
from spotify_auth import sessions
from spotify_auth.sign_in import invitations

housekeeping.register_rules(
    housekeeping.Rule(
        name="sessions",
        tables=("sessions.Session", "usersessions.UserSession"),
        kept=lambda: dt.timedelta(seconds=settings.SESSION_COOKIE_AGE),
        promise=_("Until you sign out there, or after %(days)s days."),
        prune=sessions.forget_ended,
    ),
    housekeeping.Rule(
        name="invitations",
        tables=("spotify_auth.Invitation",),
        kept=lambda: invitations.KEPT_FOR,
        promise=_("Until %(days)s days after it was used or has ended."),
        prune=invitations.forget_old_invitations,
    ),
)
