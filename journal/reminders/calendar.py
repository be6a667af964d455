"""The calendar to subscribe to (RFC 5545): an event a day at the listener's hour, with an alarm."""

import datetime as dt
from collections.abc import Iterator

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from journal.reminders.models import Reminder
from journal.reminders.schedule import has_answered_on, next_due, zone_of

# Calendars look again every few hours or days.
DAYS = 30
LINE_BYTES = 75
MOMENT = "%Y%m%dT%H%M%SZ"


def feed(reminder: Reminder) -> str:
    """Write the coming days; today is left out once it has an answer."""
    lines = [
        *("BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Journify//Reminder//EN"),
        *("METHOD:PUBLISH", "X-WR-CALNAME:Journify", "REFRESH-INTERVAL;VALUE=DURATION:PT4H"),
        "X-PUBLISHED-TTL:PT4H",
    ]
    for moment in _moments(reminder):
        lines += _event(reminder, moment)
    return "".join(_folded(line) for line in [*lines, "END:VCALENDAR"])


def _moments(reminder: Reminder) -> Iterator[dt.datetime]:
    zone, now = zone_of(reminder), timezone.now()
    today = now.astimezone(zone).date()
    moment = dt.datetime.combine(today, dt.time(), zone) - dt.timedelta(seconds=1)
    for _number in range(DAYS):
        moment = next_due(reminder.at, zone, moment)
        is_today = moment.astimezone(zone).date() == today
        if not (is_today and has_answered_on(reminder.user, today)):
            yield moment


def _event(reminder: Reminder, moment: dt.datetime) -> list[str]:
    summary = _("A song for today")
    return [
        "BEGIN:VEVENT",
        f"UID:{moment:%Y%m%d}-{reminder.pk}",
        f"DTSTAMP:{timezone.now():{MOMENT}}",
        f"DTSTART:{moment:{MOMENT}}",
        "DURATION:PT10M",
        f"SUMMARY:{_escaped(summary)}",
        f"URL:{reminder.origin}{reverse('journal:today')}",
        "TRANSP:TRANSPARENT",
        *("BEGIN:VALARM", "ACTION:DISPLAY", "TRIGGER:PT0M", f"DESCRIPTION:{_escaped(summary)}"),
        *("END:VALARM", "END:VEVENT"),
    ]


def _escaped(text: str) -> str:
    """Write a text value (RFC 5545, 3.3.11)."""
    for sign in "\\;,":
        text = text.replace(sign, f"\\{sign}")
    return text.replace("\n", "\\n")


def _folded(line: str) -> str:
    """End a line, in pieces of 75 bytes that break no letter (RFC 5545, 3.1)."""
    pieces, size = [""], 0
    for letter in line:
        width = len(letter.encode())
        if size + width > LINE_BYTES:
            pieces.append(" ")
            size = 1
        pieces[-1] += letter
        size += width
    return "\r\n".join(pieces) + "\r\n"
