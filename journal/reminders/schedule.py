"""Whose hour has come: a chore of the worker finds them, and a row a day claims each."""

import contextlib
import datetime as dt
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from journal.day.pages import preferences_of
from journal.models import Entry
from journal.reminders.models import Nudge, PushDevice, Reminder
from journal.site.dates import zone_named
from journify.background import jobs
from spotify_auth.models import User

USUAL = dt.time(20, 0)
# So many a time; the next chore takes the others.
BATCH_SIZE = 50
# A reminder that comes much later, after a server was away, reminds of nothing.
LATE = dt.timedelta(hours=1)
KEPT_DAYS = 3


def zone_of(reminder: Reminder) -> dt.tzinfo:
    """Return the listener's time zone: of the settings, else of the browser that set the hour."""
    return zone_named(preferences_of(reminder.user).time_zone, reminder.time_zone)


def language_of(reminder: Reminder) -> str:
    return preferences_of(reminder.user).language or reminder.language


def next_due(at: dt.time, zone: dt.tzinfo, after: dt.datetime) -> dt.datetime:
    """Return the first moment after `after` at which a clock in `zone` says `at`."""
    day = after.astimezone(zone).date()
    moments = [dt.datetime.combine(day + dt.timedelta(days=n), at, zone) for n in (0, 1)]
    return next(each for each in moments if each > after).astimezone(dt.UTC)


def choose_reminder(user: User, *, at: dt.time | None = None, **values: Any) -> Reminder:
    """Set the hour, and what else is given; without one the hour stays, or is the usual one."""
    reminder = Reminder.objects.filter(user=user).first() or Reminder(user=user, at=USUAL)
    for name, value in values.items():
        setattr(reminder, name, value)
    reminder.at = at or reminder.at
    reminder.due_at = next_due(reminder.at, zone_of(reminder), timezone.now())
    reminder.save()
    return reminder


def follow_zone(user: User) -> None:
    for reminder in Reminder.objects.filter(user=user):
        due = next_due(reminder.at, zone_of(reminder), timezone.now())
        Reminder.objects.filter(pk=reminder.pk).update(due_at=due)


def end_reminders(user: User) -> None:
    """End all reminders of a listener: devices, mail and calendar."""
    Reminder.objects.filter(user=user).delete()
    PushDevice.objects.filter(user=user).delete()


def has_answered_on(user: User, date: dt.date) -> bool:
    """Say whether there is nothing to remind of."""
    return Entry.objects.of(user).answered().filter(date=date).exists()


def call_due() -> None:
    """Have everybody reminded whose hour has come, each once a day."""
    now = timezone.now()
    due = Reminder.objects.filter(due_at__lte=now).select_related("user").order_by("due_at")
    for reminder in due[:BATCH_SIZE]:
        _call(reminder, now)


def _call(reminder: Reminder, now: dt.datetime) -> None:
    zone = zone_of(reminder)
    # of two workers one moves it on
    rows = Reminder.objects.filter(pk=reminder.pk, due_at=reminder.due_at)
    is_ours = rows.update(due_at=next_due(reminder.at, zone, now))
    if not is_ours or now - reminder.due_at > LATE:
        return
    # an hour that was changed after it had come does not remind again on that day
    date = reminder.due_at.astimezone(zone).date()
    with contextlib.suppress(IntegrityError), transaction.atomic():
        Nudge.objects.create(user=reminder.user, date=date, turn_at=jobs.turn(Nudge))
        jobs.wake()


def forget_old_nudges() -> None:
    before = timezone.localdate(timezone=dt.UTC) - dt.timedelta(days=KEPT_DAYS)
    Nudge.objects.filter(date__lt=before).delete()
