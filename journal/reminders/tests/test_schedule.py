"""Once a day at the listener's hour, over all workers, and not on days that are answered."""

from __future__ import annotations

import datetime as dt
import zoneinfo

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from classifier.tests.factories import SongFactory
from journal import services
from journal.reminders import schedule, sending
from journal.reminders.models import Nudge, PushDevice, Reminder
from journal.tests.factories import EntryFactory
from journify.background import jobs
from journify.operations import housekeeping
from journify.tests.push_service import PushService
from spotify_auth.models import User

LISBON = zoneinfo.ZoneInfo("Europe/Lisbon")
BERLIN = zoneinfo.ZoneInfo("Europe/Berlin")


def utc(*when: int) -> dt.datetime:
    return dt.datetime(*when, tzinfo=dt.UTC)  # type: ignore[misc,arg-type]


@pytest.mark.parametrize(
    ("after", "due"),
    [
        (utc(2026, 11, 30, 12), utc(2026, 11, 30, 20)),
        (utc(2026, 11, 30, 20), utc(2026, 12, 1, 20)),  # now is past
        (utc(2026, 11, 30, 23, 30), utc(2026, 12, 1, 20)),  # after midnight in Berlin
        (utc(2026, 3, 28, 21), utc(2026, 3, 29, 19)),  # the clocks went forward
        (utc(2026, 10, 24, 21), utc(2026, 10, 25, 20)),  # and back
    ],
)
def test_the_hour_is_the_listeners(after: dt.datetime, due: dt.datetime) -> None:
    assert schedule.next_due(dt.time(21), BERLIN, after) == due


def test_an_hour_that_a_day_has_not_comes_an_hour_later() -> None:
    due = schedule.next_due(dt.time(2, 30), BERLIN, utc(2026, 3, 28, 12))
    assert due == utc(2026, 3, 29, 1, 30)


def come(reminder: Reminder, ago: dt.timedelta = dt.timedelta(0)) -> dt.datetime:
    """Have its hour come."""
    due = timezone.now() - ago
    Reminder.objects.filter(pk=reminder.pk).update(due_at=due)
    return due


def work() -> None:
    """Do what waits, as a worker would."""
    for row in iter(jobs.claim_next, None):
        jobs.kind_of(row).do(row)


def test_nobody_is_called_before_the_hour(reminder: Reminder) -> None:
    schedule.call_due()
    assert not Nudge.objects.exists()


def test_it_comes_once_however_many_workers_look(
    reminder: Reminder, device: PushDevice, service: PushService
) -> None:
    due = come(reminder)
    for _worker in range(3):
        schedule.call_due()
        work()
    assert len(service.got) == 1
    reminder.refresh_from_db()
    assert due < reminder.due_at <= due + dt.timedelta(days=1, hours=1)


def test_workers_look_by_themselves(
    reminder: Reminder, device: PushDevice, service: PushService
) -> None:
    come(reminder)
    for chore in list(housekeeping.due()):
        chore()
    work()
    assert len(service.got) == 1


def test_two_who_look_at_the_same_moment_make_one_row(reminder: Reminder) -> None:
    come(reminder)
    seen = [Reminder.objects.get(pk=reminder.pk) for _ in range(2)]
    for each in seen:
        schedule._call(each, timezone.now())
    assert Nudge.objects.count() == 1


def test_another_hour_on_the_same_day_does_not_remind_again(
    reminder: Reminder, device: PushDevice, service: PushService
) -> None:
    for _hour in range(2):
        come(reminder)
        schedule.call_due()
        work()
    assert len(service.got) == 1


def test_the_day_after_it_comes_again(
    reminder: Reminder, device: PushDevice, service: PushService
) -> None:
    yesterday = timezone.localdate(timezone=LISBON) - dt.timedelta(days=1)
    Nudge.objects.create(user=reminder.user, date=yesterday, status=Nudge.Status.DONE)
    come(reminder)
    schedule.call_due()
    work()
    assert len(service.got) == 1


def test_a_day_that_is_answered_stays_silent(
    reminder: Reminder, device: PushDevice, service: PushService
) -> None:
    today = timezone.localdate(timezone=LISBON)
    entry = EntryFactory(journal__user=reminder.user, journal__date=today)
    come(reminder)
    schedule.call_due()
    services.answer_entry(entry, SongFactory())  # between the hour and the worker
    row = Nudge.objects.get()
    sending.send(jobs.claim(Nudge.objects.all(), row.pk))  # type: ignore[arg-type]
    assert service.got == []


def test_an_answer_of_yesterday_does_not_count(
    reminder: Reminder, device: PushDevice, service: PushService
) -> None:
    yesterday = timezone.localdate(timezone=LISBON) - dt.timedelta(days=1)
    entry = EntryFactory(journal__user=reminder.user, journal__date=yesterday)
    services.answer_entry(entry, SongFactory())
    come(reminder)
    schedule.call_due()
    sending.send(jobs.claim(Nudge.objects.all(), Nudge.objects.get().pk))  # type: ignore[arg-type]
    assert len(service.got) == 1


def test_what_is_hours_late_is_left_out(reminder: Reminder) -> None:
    come(reminder, ago=dt.timedelta(hours=3))
    schedule.call_due()
    assert not Nudge.objects.exists()
    reminder.refresh_from_db()
    assert reminder.due_at > timezone.now()


def test_a_worker_that_died_does_not_remind_twice(
    reminder: Reminder, device: PushDevice, service: PushService
) -> None:
    come(reminder)
    schedule.call_due()
    row = jobs.claim(Nudge.objects.all(), Nudge.objects.get().pk)
    assert row is not None
    Nudge.objects.update(lease_until=timezone.now() - dt.timedelta(seconds=1))
    assert jobs.sweep() == 1
    work()
    assert service.got == []
    assert Nudge.objects.get().status == Nudge.Status.FAILED


def test_it_follows_the_time_zone_of_the_settings(
    reminder: Reminder, listener: Client, user: User
) -> None:
    before = reminder.due_at
    values = {"time_zone": "Asia/Tokyo", "theme": "auto", "phrases_per_day": 5, "large_phrases": 3}
    assert listener.post(reverse("journal:settings"), values).status_code == 302
    reminder.refresh_from_db()
    assert reminder.due_at != before
    assert reminder.due_at.astimezone(zoneinfo.ZoneInfo("Asia/Tokyo")).hour == 21


def test_what_says_that_somebody_was_reminded_is_deleted(user: User) -> None:
    today = timezone.now().date()
    for days in (0, schedule.KEPT_DAYS, schedule.KEPT_DAYS + 1):
        Nudge.objects.create(user=user, date=today - dt.timedelta(days=days))
    schedule.forget_old_nudges()
    assert Nudge.objects.count() == 2
