"""The account: devices, privacy, leaving."""

from django.contrib import messages
from django.contrib.auth import logout
from django.http import HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from journal.account import devices, leaving, privacy
from journal.forms import LeaveForm
from journal.listening.models import Followed
from journal.listening.updating import following
from journal.reminders import push
from journify.limits.requests import limited
from journify.web.http import (
    HttpRequest,
    SignedInRequest,
    signed_in_form,
    signed_in_get,
    signed_in_post,
)


@signed_in_get
def devices_page(request: SignedInRequest) -> HttpResponse:
    context = {"devices": devices.devices_of(request)}
    return TemplateResponse(request, "journal/devices.html", context)


@signed_in_post
def sign_out_devices(request: SignedInRequest) -> HttpResponse:
    count = devices.sign_out(request, request.POST.get("device", ""))
    sentence = ngettext(
        "%(count)s device is signed out.", "%(count)s devices are signed out.", count
    )
    messages.success(request, sentence % {"count": count})
    return redirect("journal:devices")


@signed_in_form
@limited("sign-in")
def leave(request: SignedInRequest) -> HttpResponse:
    """Say what goes, ask for the password, and delete the account."""
    form = LeaveForm(request.user, request.POST if request.method == "POST" else None)
    if form.is_valid():
        user = request.user
        logout(request)
        leaving.delete_account(user)
        messages.success(request, _("Your account is deleted, and everything in it."))
        return redirect("home")
    context = {"form": form, "goes": leaving.what_goes(request.user)}
    return TemplateResponse(request, "journal/leave.html", context)


@require_safe
def privacy_page(request: HttpRequest) -> HttpResponse:
    context = {
        "stored": privacy.described(),
        "cookies": privacy.COOKIES | privacy.STORAGE,
        "followed": [Followed.Service(name).label for name in following.services()],
        "push_enabled": push.is_on(),
    }
    return TemplateResponse(request, "journal/privacy.html", context)
