"""The second key of an account: who must have one, and how its secret is kept."""

from __future__ import annotations

from collections.abc import Callable
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from allauth.account.internal.stagekit import get_pending_stage
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.base.views import authenticate as allauth_authenticate
from allauth.mfa.totp.internal.auth import generate_totp_secret
from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.shortcuts import render

from journify.limits.requests import spend
from spotify_auth.encryption import decrypt, encrypt

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse


class SecondFactorAdapter(DefaultMFAAdapter):  # type: ignore[misc]  # allauth is not typed
    """Secrets lie in the database as platforms' tokens do: unreadable without `TOKEN_KEYS`."""

    def get_totp_issuer(self) -> str:
        """Return what the authenticator app calls us."""
        return "Journify"

    def encrypt(self, text: str) -> str:
        """Encrypt the secret of an authenticator."""
        return encrypt(text)

    def decrypt(self, encrypted_text: str) -> str:
        """Decrypt the secret of an authenticator; where no key fits, give one that nobody knows.

        Of an empty secret anybody could compute the codes.
        """
        return decrypt(encrypted_text) or str(generate_totp_secret())


class StaffSecondFactorMiddleware:
    """Keep staff without a second key out of the admin where `STAFF_SECOND_FACTOR` is on."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Say what is missing, with the way to it, in place of a page of the admin."""
        is_admin = request.path_info.startswith(f"/{settings.ADMIN_PATH}")
        if is_admin and settings.STAFF_SECOND_FACTOR and _lacks_one(request.user):
            template = "account/second_key_needed.html"
            return render(request, template, status=HTTPStatus.FORBIDDEN)
        return self.get_response(request)


def authenticate(request: HttpRequest) -> HttpResponse:
    """Ask for the code, with a limit on guesses that holds over processes."""
    if request.method == "POST":
        stage = get_pending_stage(request)
        name = stage.login.user.get_username() if stage else ""
        spend(request, "second-factor", name=name)
    response: HttpResponse = allauth_authenticate(request)
    return response


def _lacks_one(user: Any) -> bool:
    return bool(user.is_authenticated and user.is_staff and not is_mfa_enabled(user))
