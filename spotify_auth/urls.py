"""Accounts: signing up, in and back in; the keys of an account; signing in with Spotify."""

import functools
import hashlib
from collections.abc import Callable
from typing import Any

from allauth.account import views
from allauth.mfa.base.views import index
from allauth.mfa.base.views import reauthenticate as reauthenticate_with_code
from allauth.mfa.totp.views import activate_totp, deactivate_totp
from allauth.mfa.webauthn.views import login_webauthn, reauthenticate_webauthn
from allauth.socialaccount.providers import registry
from allauth.socialaccount.providers.oauth2.urls import default_urlpatterns
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import include, path, register_converter
from django.urls.converters import StringConverter

from journify.limits.requests import limited, spend
from spotify_auth.mfa import passkeys
from spotify_auth.mfa.recovery import new_codes, recover
from spotify_auth.mfa.second_factor import authenticate
from spotify_auth.sign_in.oauth import SpotifyProvider
from spotify_auth.sign_in.views import cancelled, invitation

View = Callable[..., HttpResponse]


class UidConverter(StringConverter):
    """A user's key as allauth writes it: what follows it may hold a dash, too."""

    regex = "[0-9A-Za-z]+"


def _with_mail(view: View) -> View:
    """Answer 404 where no mail is sent; count what asks for one, by where it goes to."""

    @functools.wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not settings.MAIL_ENABLED:
            raise Http404
        if request.method == "POST":
            where = request.POST.get("email", "").strip().lower()
            # counted apart from one that only looks like it
            spend(request, "mail", name=hashlib.sha256(where.encode()).hexdigest())
        return view(request, *args, **kwargs)

    return guarded


register_converter(UidConverter, "uid")
registry.register(SpotifyProvider)

limited_password = limited("sign-in")
limited_key = limited("new-password")

keys = [
    path("", index, name="mfa_index"),
    path("webauthn/", index, name="mfa_list_webauthn"),
    path("totp/activate/", activate_totp, name="mfa_activate_totp"),
    path("recovery-codes/", include("allauth.mfa.recovery_codes.urls")),
    path("authenticate/", authenticate, name="mfa_authenticate"),
    path("reauthenticate/", limited_password(reauthenticate_with_code), name="mfa_reauthenticate"),
    path("totp/deactivate/", passkeys.keeping_codes(deactivate_totp), name="mfa_deactivate_totp"),
    path("webauthn/add/", passkeys.AddPasskeyView.as_view(), name="mfa_add_webauthn"),
    path(
        "webauthn/login/",
        limited("passkey", methods=("GET", "POST"))(login_webauthn),
        name="mfa_login_webauthn",
    ),
    path(
        "webauthn/reauthenticate/",
        limited_password(reauthenticate_webauthn),
        name="mfa_reauthenticate_webauthn",
    ),
    path("webauthn/keys/<str:pk>/edit/", passkeys.edit, name="mfa_edit_webauthn"),
    path(
        "webauthn/keys/<str:pk>/remove/",
        passkeys.keeping_codes(passkeys.remove),
        name="mfa_remove_webauthn",
    ),
]

mail = [
    path("email/", _with_mail(views.email), name="account_email"),
    path(
        "confirm-email/",
        _with_mail(views.email_verification_sent),
        name="account_email_verification_sent",
    ),
    path("confirm-email/<str:key>/", _with_mail(views.confirm_email), name="account_confirm_email"),
    path("password/reset/", _with_mail(views.password_reset), name="account_reset_password"),
    path(
        "password/reset/done/",
        _with_mail(views.password_reset_done),
        name="account_reset_password_done",
    ),
]

urlpatterns = [
    path("login/", limited("sign-in", name_field="login")(views.login), name="account_login"),
    path("logout/", views.logout, name="account_logout"),
    path("signup/", limited("sign-up")(views.signup), name="account_signup"),
    path("invitation/<str:token>/", invitation, name="account_invitation"),
    path("inactive/", views.account_inactive, name="account_inactive"),
    path("recover/", recover, name="account_recover"),
    path("new-codes/", new_codes, name="account_new_codes"),
    path(
        "password/change/", limited_password(views.password_change), name="account_change_password"
    ),
    path("password/set/", views.password_set, name="account_set_password"),
    path(
        "password/reset/key/<uid:uidb36>-<str:key>/",
        limited_key(views.password_reset_from_key),
        name="account_reset_password_from_key",
    ),
    path(
        "password/reset/key/done/",
        views.password_reset_from_key_done,
        name="account_reset_password_from_key_done",
    ),
    path("reauthenticate/", limited_password(views.reauthenticate), name="account_reauthenticate"),
    *mail,
    path("second-key/", include(keys)),
    path("spotify/cancelled/", cancelled, name="socialaccount_login_cancelled"),
    *default_urlpatterns(SpotifyProvider),
]
