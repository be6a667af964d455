"""One reminder, said on every way that the listener chose. It holds nothing of the journal."""

import logging
from smtplib import SMTPException

from allauth.account.models import EmailAddress
from django.conf import settings
from django.core import signing
from django.core.mail import EmailMessage
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from journal.reminders import push
from journal.reminders.models import Nudge, PushDevice, Reminder
from journal.reminders.schedule import has_answered_on, language_of
from journify.background import jobs
from spotify_auth.models import User

logger = logging.getLogger(__name__)

SALT = "journal.reminders.stop"


def send(nudge: Nudge) -> None:
    """Remind once, unless the day has an answer by now or nobody wants to be reminded any more."""
    reminder = Reminder.objects.filter(user=nudge.user_id).select_related("user").first()
    if reminder is not None and not has_answered_on(reminder.user, nudge.date):
        with translation.override(language_of(reminder)):
            _send_everywhere(nudge, reminder)
    jobs.settle(nudge, status=jobs.Status.DONE)


def nudge_interrupted(nudge: Nudge) -> bool:
    """Leave a reminder whose worker died: one that may have come must not come again."""
    return jobs.settle(nudge, status=jobs.Status.FAILED)


def _send_everywhere(nudge: Nudge, reminder: Reminder) -> None:
    message = {
        "title": "Journify",
        "body": _("Your page for today is open."),
        "url": reverse("journal:today"),
        "stop": stop_path(reminder),
        "stop_word": _("No more reminders"),
    }
    if reminder.by_mail:
        _mail(reminder)
    for device in PushDevice.objects.filter(user=reminder.user):
        if not jobs.change(nudge, lease_until=jobs.lease_end()):
            return
        push.deliver(device, message)


def stop_path(reminder: Reminder) -> str:
    """Return the address that ends all reminders, for whoever has it."""
    token = signing.dumps(str(reminder.pk), salt=SALT)
    return reverse("journal:stop_reminding", args=[token])


def reminder_of(token: str) -> Reminder | None:
    """Return whose reminders such an address ends; None where they ended, or it is none."""
    try:
        key = signing.loads(token, salt=SALT)
    except signing.BadSignature:
        return None
    return Reminder.objects.filter(pk=key).select_related("user").first()


def mail_address_of(user: User) -> str:
    """Return where mail may be sent: a confirmed address; nothing where there is none."""
    if not settings.MAIL_ENABLED:
        return ""
    row = EmailAddress.objects.filter(user=user, verified=True).order_by("-primary").first()
    return row.email if row else ""


def _mail(reminder: Reminder) -> None:
    address = mail_address_of(reminder.user)
    if not address:
        return
    stop = reminder.origin + stop_path(reminder)
    context = {"page": reminder.origin + reverse("journal:today"), "stop": stop}
    mail = EmailMessage(
        _("Your page for today is open"),
        render_to_string("journal/reminders/mail.txt", context),
        to=[address],
        headers={  # one tap in the mail program (RFC 8058)
            "List-Unsubscribe": f"<{stop}>",
            "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
        },
    )
    try:
        mail.send()
    except (OSError, SMTPException):
        logger.exception("a reminder could not be mailed")
