"""Accounts: only the pages that work without an e-mail address, and signing in with Spotify."""

from __future__ import annotations

from allauth.account import views
from allauth.mfa.base.views import reauthenticate as reauthenticate_with_code
from allauth.socialaccount.providers import registry
from allauth.socialaccount.providers.oauth2.urls import default_urlpatterns
from django.urls import include, path

from journify.limits.requests import limited
from spotify_auth.oauth import SpotifyProvider
from spotify_auth.second_factor import authenticate
from spotify_auth.views import cancelled, invitation

registry.register(SpotifyProvider)

urlpatterns = [
    path("login/", limited("sign-in", name_field="login")(views.login), name="account_login"),
    path("logout/", views.logout, name="account_logout"),
    path("signup/", limited("sign-up")(views.signup), name="account_signup"),
    path("invitation/<str:token>/", invitation, name="account_invitation"),
    path("inactive/", views.account_inactive, name="account_inactive"),
    path(
        "password/change/",
        limited("sign-in")(views.password_change),
        name="account_change_password",
    ),
    path("password/set/", views.password_set, name="account_set_password"),
    path(
        "reauthenticate/",
        limited("sign-in")(views.reauthenticate),
        name="account_reauthenticate",
    ),
    path("second-key/authenticate/", authenticate, name="mfa_authenticate"),
    path(
        "second-key/reauthenticate/",
        limited("sign-in")(reauthenticate_with_code),
        name="mfa_reauthenticate",
    ),
    path("second-key/", include("allauth.mfa.urls")),
    path("spotify/cancelled/", cancelled, name="socialaccount_login_cancelled"),
    *default_urlpatterns(SpotifyProvider),
]
