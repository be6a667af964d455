"""The landing page, settings, more, and what the four emotions mean."""

import math
from typing import cast

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from classifier import quota
from journal import services
from journal.day.pages import preferences_of
from journal.forms import PreferencesForm
from journal.reminders import schedule
from journal.tryout.samples import samples
from journify.web.http import HttpRequest, SignedInRequest, signed_in_form, signed_in_get


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Say what this is; a signed-in listener goes straight to today."""
    if request.user.is_authenticated:
        return redirect("journal:today")
    context = {
        "max_mb": settings.TRY_OUT_MAX_MB,
        "may_try_out": settings.TRYOUTS,
        "samples": samples(),
    }
    return TemplateResponse(request, "home.html", context)


@require_safe
def emotions(request: HttpRequest) -> HttpResponse:
    return TemplateResponse(request, "journal/emotions.html")


@signed_in_get
def more(request: SignedInRequest) -> HttpResponse:
    """Lead to what has no place of its own in the bar."""
    return TemplateResponse(request, "journal/more.html")


@signed_in_form
def settings_page(request: SignedInRequest) -> HttpResponse:
    preferences = preferences_of(request.user)
    form = PreferencesForm(
        request.POST or None,
        instance=preferences,
        initial={"time_zone": preferences.time_zone or timezone.get_current_timezone_name()},
    )
    if request.method == "POST" and form.is_valid():
        services.save_preferences(request.user, **cast("dict[str, str | int]", form.cleaned_data))
        schedule.follow_zone(request.user)
        response = redirect("journal:settings")
        usual = _forget_language(request, response)
        with translation.override(form.cleaned_data["language"] or usual):
            messages.success(request, _("Your settings are saved."))
        return response
    used = math.ceil(quota.used_by(request.user) / quota.MEGABYTE)
    context = {"form": form, "used_mb": used, "quota_mb": settings.STORAGE_QUOTA_MB}
    return TemplateResponse(request, "journal/settings.html", context)


def _forget_language(request: HttpRequest, response: HttpResponse) -> str:
    """Forget what was chosen before signing in, or it would win over "like my browser".

    Returns the language that counts where the settings name none.
    """
    request.COOKIES.pop(settings.LANGUAGE_COOKIE_NAME, None)
    response.delete_cookie(
        settings.LANGUAGE_COOKIE_NAME, samesite=settings.LANGUAGE_COOKIE_SAMESITE
    )
    return translation.get_language_from_request(request)
