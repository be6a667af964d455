"""What a reminder says, and how it is ended with one tap."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from allauth.account.models import EmailAddress
from django.core import mail
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from journal.models import Preferences
from journal.reminders import sending
from journal.reminders.models import Nudge, PushDevice, Reminder
from journal.tests.factories import EntryFactory
from journify.background import jobs
from journify.tests.push_service import PushService

if TYPE_CHECKING:
    from pytest_django.fixtures import SettingsWrapper

SECRET = "Nobody else may ever read this"


def remind(reminder: Reminder) -> None:
    row = Nudge.objects.create(user=reminder.user, date=timezone.localdate())
    claimed = jobs.claim(Nudge.objects.all(), row.pk)
    assert claimed is not None
    sending.send(claimed)
    claimed.refresh_from_db()
    assert claimed.status == Nudge.Status.DONE


@pytest.fixture
def by_mail(reminder: Reminder, settings: SettingsWrapper) -> Reminder:
    settings.MAIL_ENABLED = True
    reminder.by_mail = True
    reminder.save()
    EmailAddress.objects.create(
        user=reminder.user, email="nina@example.org", verified=True, primary=True
    )
    return reminder


def test_nothing_of_the_journal_stands_in_it(
    by_mail: Reminder, device: PushDevice, service: PushService
) -> None:
    EntryFactory(journal__user=by_mail.user, note=SECRET, phrase_text=SECRET)
    remind(by_mail)
    (message,) = service.got
    assert message.keys() == {"title", "body", "url", "stop", "stop_word"}
    assert (message["body"], message["url"]) == ("Your page for today is open.", "/journal/")
    said = str(message) + mail.outbox[0].message().as_string()
    for secret in (SECRET, by_mail.user.get_username(), str(by_mail.user.pk)):
        assert secret not in said


def test_it_speaks_the_listeners_language(
    reminder: Reminder, device: PushDevice, service: PushService
) -> None:
    Preferences.objects.update_or_create(user=reminder.user, defaults={"language": "de"})
    remind(reminder)
    assert service.got[0]["body"] == "Deine Seite für heute ist offen."


def test_mail_comes_with_one_tap_to_stop(by_mail: Reminder) -> None:
    remind(by_mail)
    (message,) = mail.outbox
    assert message.to == ["nina@example.org"]
    assert "https://journal.example/journal/" in message.body
    stop = message.extra_headers["List-Unsubscribe"]
    assert message.extra_headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    address = stop.strip("<>")
    assert address in message.body
    mail_program = Client(enforce_csrf_checks=True)
    path = address.removeprefix("https://journal.example")
    assert mail_program.get(path).status_code == 200
    assert Reminder.objects.exists(), "scanners open links"
    said = mail_program.post(path, {"List-Unsubscribe": "One-Click"})
    assert said.status_code == 200
    assert not Reminder.objects.exists()
    assert mail_program.get(path).status_code == 200


@pytest.mark.parametrize("values", [{"verified": False}, {"email": ""}])
def test_an_address_that_nobody_confirmed_gets_none(
    by_mail: Reminder, values: dict[str, object]
) -> None:
    EmailAddress.objects.update(**values)
    remind(by_mail)
    assert mail.outbox == []


def test_a_mail_server_that_is_away_stops_no_push(
    by_mail: Reminder,
    device: PushDevice,
    service: PushService,
    settings: SettingsWrapper,
    caplog: pytest.LogCaptureFixture,
) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1
    remind(by_mail)
    assert len(service.got) == 1
    assert "could not be mailed" in caplog.text


def test_the_tap_in_a_push_message_ends_all(
    reminder: Reminder, device: PushDevice, service: PushService
) -> None:
    remind(reminder)
    assert Client().post(service.got[0]["stop"]).status_code == 200
    assert not Reminder.objects.exists()
    assert not PushDevice.objects.exists()


def test_an_address_that_somebody_made_up_ends_nothing(reminder: Reminder) -> None:
    real = sending.stop_path(reminder)
    token = real.split("/")[-2]
    forged = reverse(
        "journal:stop_reminding", args=[token[:-1] + ("A" if token[-1] != "A" else "B")]
    )
    assert Client().post(forged).status_code == 200
    assert Reminder.objects.exists()


def test_who_stopped_meanwhile_is_not_reminded(
    reminder: Reminder, device: PushDevice, service: PushService
) -> None:
    Reminder.objects.all().delete()
    remind(reminder)
    assert service.got == []
