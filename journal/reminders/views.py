"""The reminder: its hour and its ways, the calendar's address, and one tap to stop."""

import secrets
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.html import escape
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from journal.reminders import calendar, push, schedule
from journal.reminders.models import Reminder
from journal.reminders.sending import mail_address_of, reminder_of
from journify.limits.requests import limited
from journify.web.http import HttpRequest, SignedInRequest, signed_in_form, signed_in_post


class ReminderForm(forms.Form):
    """The hour, and whether mail is sent where there is an address to send it to."""

    at = forms.TimeField(
        label=gettext_lazy("Time"),
        help_text=gettext_lazy("On days you have already answered, nothing comes."),
        widget=forms.TimeInput({"type": "time"}, "%H:%M"),
    )
    by_mail = forms.BooleanField(label=gettext_lazy("By e-mail"), required=False)

    def __init__(self, *args: Any, address: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if address:
            self.fields["by_mail"].help_text = escape(address)
        else:
            del self.fields["by_mail"]


class SubscriptionForm(forms.Form):
    endpoint = forms.CharField(max_length=push.ENDPOINT_LENGTH)
    p256dh = forms.CharField(max_length=100)
    auth = forms.CharField(max_length=40)


@signed_in_form
@limited("reminders")
def reminders(request: SignedInRequest) -> HttpResponse:
    reminder = Reminder.objects.filter(user=request.user).first()
    address = mail_address_of(request.user)
    initial = {
        "at": reminder.at if reminder else schedule.USUAL,
        "by_mail": bool(reminder and reminder.by_mail),
    }
    form = ReminderForm(request.POST or None, address=address, initial=initial)
    if request.method == "POST" and form.is_valid():
        chosen = form.cleaned_data
        _choose(request, at=chosen["at"], by_mail=chosen.get("by_mail", False))
        messages.success(request, _("Your settings are saved."))
        return redirect("journal:reminders")
    context = {
        "form": form,
        "reminder": reminder,
        "calendar": _calendar_address(request, reminder),
        "devices": request.user.push_devices.count(),
        "server_key": push.server_key() if push.is_on() else "",
    }
    return TemplateResponse(request, "journal/reminders/page.html", context)


@signed_in_post
@limited("reminders")
def subscribe(request: SignedInRequest) -> HttpResponse:
    """Remind on this device, too."""
    form = SubscriptionForm(request.POST)
    values = form.cleaned_data if form.is_valid() else {}
    is_kept = bool(values) and push.keep_device(
        request.user,
        endpoint=values["endpoint"],
        public_key=values["p256dh"],
        secret=values["auth"],
    )
    if is_kept:
        _choose(request)
        messages.success(request, _("This device reminds you from now on."))
    else:
        messages.error(request, _("This browser’s push service is not one we know."))
    return redirect("journal:reminders")


@signed_in_post
def unsubscribe(request: SignedInRequest) -> HttpResponse:
    """Remind on this device no more; without one, on none."""
    if endpoint := request.POST.get("endpoint", ""):
        push.forget_device(request.user, endpoint)
    else:
        request.user.push_devices.all().delete()
    messages.success(request, _("No more push messages there."))
    return redirect("journal:reminders")


@signed_in_post
@limited("reminders")
def change_calendar(request: SignedInRequest) -> HttpResponse:
    """Give the calendar an address, another one, or none: the one before is not good any more."""
    is_on = request.POST.get("calendar") != "off"
    _choose(request, calendar_key=secrets.token_urlsafe(32) if is_on else None)
    return redirect("journal:reminders")


@signed_in_post
def stop(request: SignedInRequest) -> HttpResponse:
    schedule.end_reminders(request.user)
    messages.success(request, _("No more reminders. Your journal stays as it is."))
    return redirect("journal:reminders")


@require_safe
def calendar_feed(_request: HttpRequest, key: str) -> HttpResponse:
    """Give a calendar to whoever has its address: calendars sign in nowhere."""
    reminder = get_object_or_404(Reminder.objects.select_related("user"), calendar_key=key)
    with translation.override(schedule.language_of(reminder)):
        text = calendar.feed(reminder)
    return HttpResponse(text, content_type="text/calendar; charset=utf-8")


@csrf_exempt  # mail programs and the service worker have no token; the address itself is one
@require_http_methods(["GET", "POST"])
def stop_reminding(request: HttpRequest, token: str) -> HttpResponse:
    """End all reminders by the address in a message; opening it asks, since mail scanners do."""
    reminder = reminder_of(token)
    if request.method == "POST" and reminder is not None:
        schedule.end_reminders(reminder.user)
        reminder = None
    return TemplateResponse(request, "journal/reminders/stop.html", {"is_on": reminder is not None})


def _choose(request: SignedInRequest, **values: Any) -> Reminder:
    return schedule.choose_reminder(
        request.user,
        time_zone=timezone.get_current_timezone_name(),
        language=translation.get_language() or "en",
        origin=f"{request.scheme}://{request.get_host()}",
        **values,
    )


def _calendar_address(request: SignedInRequest, reminder: Reminder | None) -> str:
    if reminder is None or not reminder.calendar_key:
        return ""
    return request.build_absolute_uri(
        reverse("journal:calendar_feed", args=[reminder.calendar_key])
    )
