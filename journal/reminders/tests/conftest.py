from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from journal.reminders import push, schedule
from journal.reminders.models import PushDevice, Reminder
from journify.tests.push_service import PushService, push_service
from spotify_auth.models import User

if TYPE_CHECKING:
    from pytest_django.fixtures import SettingsWrapper


@pytest.fixture
def service(settings: SettingsWrapper) -> Iterator[PushService]:
    settings.PUSH_HOSTS = ["127.0.0.1"]
    with push_service() as service:
        yield service


@pytest.fixture
def device(service: PushService, user: User) -> PushDevice:
    given = service.subscription
    assert push.keep_device(
        user, endpoint=given["endpoint"], public_key=given["p256dh"], secret=given["auth"]
    )
    return PushDevice.objects.get(user=user)


@pytest.fixture
def reminder(user: User) -> Reminder:
    """Every evening at nine, in Lisbon."""
    return schedule.choose_reminder(
        user,
        at=dt.time(21),
        time_zone="Europe/Lisbon",
        language="en",
        origin="https://journal.example",
    )
