"""The page of the reminder, and the calendar's private address."""

from __future__ import annotations

import datetime as dt
import re
import zoneinfo
from typing import TYPE_CHECKING

import pytest
from allauth.account.models import EmailAddress
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from classifier.tests.factories import SongFactory
from journal import services
from journal.archive.snapshot import account_of
from journal.reminders.models import PushDevice, Reminder
from journal.tests.factories import EntryFactory
from journify.tests.push_service import PushService
from spotify_auth.models import User

if TYPE_CHECKING:
    from pytest_django.fixtures import SettingsWrapper

PAGE = "/settings/reminder/"


def test_an_hour_is_chosen_by_the_listeners_clock(listener: Client, user: User) -> None:
    listener.cookies["time_zone"] = "Asia/Tokyo"
    listener.post(PAGE, {"at": "07:30"})
    reminder = Reminder.objects.get(user=user)
    assert reminder.at == dt.time(7, 30)
    assert reminder.due_at.astimezone(dt.UTC).time() == dt.time(22, 30)
    assert 'value="07:30"' in listener.get(PAGE).content.decode()


def test_an_hour_alone_reminds_nobody_and_the_page_says_so(
    listener: Client, service: PushService
) -> None:
    page = listener.post(PAGE, {"at": "07:30"}, follow=True)
    assert "Nothing reminds you yet" in page.content.decode()
    page = listener.post(reverse("journal:subscribe"), service.subscription, follow=True)
    assert "Nothing reminds you yet" not in page.content.decode()


@pytest.mark.parametrize("at", ["", "25:00", "soon"])
def test_what_is_no_hour_is_refused(listener: Client, at: str) -> None:
    assert listener.post(PAGE, {"at": at}).context["form"].errors
    assert not Reminder.objects.exists()


def test_mail_is_offered_where_there_is_a_confirmed_address(
    listener: Client, user: User, settings: SettingsWrapper
) -> None:
    settings.MAIL_ENABLED = True
    assert "by_mail" not in listener.get(PAGE).context["form"].fields
    row = EmailAddress.objects.create(user=user, email='"<b>"@example.org', primary=True)
    assert "by_mail" not in listener.get(PAGE).context["form"].fields
    row.verified = True
    row.save()
    page = listener.get(PAGE)
    assert "by_mail" in page.context["form"].fields
    assert "<b>" not in page.content.decode().partition("id_by_mail_helptext")[2][:200]
    listener.post(PAGE, {"at": "20:00", "by_mail": "on"})
    assert Reminder.objects.get(user=user).by_mail


def test_a_device_subscribes_and_is_forgotten(
    listener: Client, user: User, service: PushService
) -> None:
    page = listener.post(reverse("journal:subscribe"), service.subscription, follow=True)
    assert "This device reminds you" in page.content.decode()
    assert "1 device reminds you" in page.content.decode()
    assert Reminder.objects.get(user=user).at == dt.time(20)
    listener.post(reverse("journal:unsubscribe"), {"endpoint": service.endpoint})
    assert not PushDevice.objects.exists()


def test_a_browser_that_names_another_host_is_refused(
    listener: Client, service: PushService
) -> None:
    wrong = service.subscription | {"endpoint": "https://169.254.169.254/latest/"}
    page = listener.post(reverse("journal:subscribe"), wrong, follow=True)
    assert "not one we know" in page.content.decode()
    assert not PushDevice.objects.exists()


def test_nobody_forgets_the_devices_of_others(
    stranger: User, device: PushDevice, service: PushService
) -> None:
    client = Client()
    client.force_login(stranger)
    for values in ({"endpoint": service.endpoint}, {}):
        client.post(reverse("journal:unsubscribe"), values)
    assert PushDevice.objects.get() == device


def test_no_more_reminders_ends_everything(
    listener: Client, reminder: Reminder, device: PushDevice
) -> None:
    listener.post(reverse("journal:stop_reminders"))
    assert not Reminder.objects.exists()
    assert not PushDevice.objects.exists()


class TestCalendar:
    def address(self, listener: Client) -> str:
        listener.post(reverse("journal:change_calendar"), {"calendar": "new"})
        html = listener.get(PAGE).content.decode()
        (found,) = re.findall(r'value="http://testserver(/reminder/[^"]+\.ics)"', html)
        return str(found)

    def test_whoever_has_the_address_reads_the_hours(
        self, listener: Client, reminder: Reminder
    ) -> None:
        response = Client().get(self.address(listener))
        assert response["Content-Type"] == "text/calendar; charset=utf-8"
        text = response.content.decode()
        starts = [
            dt.datetime.strptime(when, "%Y%m%dT%H%M%SZ").replace(tzinfo=dt.UTC)
            for when in re.findall(r"DTSTART:(\w+)", text)
        ]
        assert len(starts) == 30
        lisbon = zoneinfo.ZoneInfo("Europe/Lisbon")
        assert {start.astimezone(lisbon).time() for start in starts} == {dt.time(21)}
        assert len({start.date() for start in starts}) == 30
        assert text.count("BEGIN:VALARM") == 30

    def test_lines_are_as_the_standard_wants_them(
        self, listener: Client, reminder: Reminder
    ) -> None:
        """https://www.rfc-editor.org/rfc/rfc5545#section-3.1"""
        address = self.address(listener)
        Reminder.objects.update(origin="https://a-very-long-name." + "example." * 9 + "org")
        lines = Client().get(address).content.split(b"\r\n")
        assert lines[0] == b"BEGIN:VCALENDAR"
        assert lines[-2:] == [b"END:VCALENDAR", b""]
        assert max(len(line) for line in lines) <= 75
        assert any(line.startswith(b" ") for line in lines)

    def test_a_day_with_an_answer_is_left_out(
        self, listener: Client, user: User, reminder: Reminder
    ) -> None:
        address = self.address(listener)
        entry = EntryFactory(journal__user=user, journal__date=timezone.localdate())
        before = Client().get(address).content
        services.answer_entry(entry, SongFactory())
        after = Client().get(address).content
        assert before.count(b"BEGIN:VEVENT") == after.count(b"BEGIN:VEVENT") + 1

    def test_it_is_revoked(self, listener: Client, reminder: Reminder) -> None:
        first = self.address(listener)
        second = self.address(listener)
        assert first != second
        assert Client().get(first).status_code == 404
        assert Client().get(second).status_code == 200
        listener.post(reverse("journal:change_calendar"), {"calendar": "off"})
        assert Client().get(second).status_code == 404

    def test_two_without_an_address_do_not_collide(
        self, reminder: Reminder, stranger: User
    ) -> None:
        client = Client()
        client.force_login(stranger)
        assert client.post(PAGE, {"at": "20:00"}).status_code == 302
        assert Client().get("/reminder/None.ics").status_code == 404
        assert Client().get("/reminder/.ics").status_code == 404


def test_an_export_tells_of_the_reminder(user: User, reminder: Reminder) -> None:
    told = account_of(user)["reminder"]
    assert told == {"at": "21:00", "by_mail": False, "calendar": False, "devices_since": []}
