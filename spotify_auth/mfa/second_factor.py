"""The keys of an account beside its password: who must have one, and how secrets are kept."""

from http import HTTPStatus
from typing import Any

from allauth.account.internal.stagekit import get_pending_stage
from allauth.mfa import stages
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.base.views import authenticate as allauth_authenticate
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import generate_totp_secret
from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from typing_extensions import override

from journify.limits.requests import spend
from journify.web.http import Middleware
from spotify_auth.encryption import decrypt, encrypt
from spotify_auth.models import User

NAME = "Journify"


class SecondFactorAdapter(DefaultMFAAdapter):
    """Secrets lie in the database as platforms' tokens do: unreadable without `TOKEN_KEYS`."""

    def get_totp_issuer(self) -> str:
        return NAME

    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        entity: dict[str, str] = super().get_public_key_credential_rp_entity()
        return entity | {"name": NAME}

    def _get_user_identifier(self, user: User) -> str:
        """Call somebody by their name wherever keys are kept, never by an address."""
        return user.get_username()

    @override
    def generate_authenticator_name(self, user: User, type: Authenticator.Type) -> str:
        count = Authenticator.objects.filter(user=user, type=type).count()
        return _("Passkey %(number)s") % {"number": count + 1}

    def is_mfa_enabled(self, user: Any, types: list[str] | None = None) -> bool:
        """Whether there is a second key: recovery codes alone are none, everybody has them."""
        kinds = [Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN]
        return bool(super().is_mfa_enabled(user, types=kinds if types is None else types))

    def encrypt(self, text: str) -> str:
        return encrypt(text)

    def decrypt(self, encrypted_text: str) -> str:
        """Decrypt the secret of an authenticator; where no key fits, give one that nobody knows.

        Of an empty secret anybody could compute the codes.
        """
        return decrypt(encrypted_text) or str(generate_totp_secret())


class AuthenticateStage(stages.AuthenticateStage):
    """The second step of signing in.

    A listener's passkey is a way in beside the password, and asks nothing of it: whoever loses the
    device has the password. Staff needs two keys, and so does whoever set up an app.
    """

    def _should_handle(self, request: HttpRequest) -> bool:
        user = self.login.user
        if user is None:
            return False
        has_app = is_mfa_enabled(user, [Authenticator.Type.TOTP])
        return bool((has_app or user.is_staff) and super()._should_handle(request))


class StaffSecondFactorMiddleware(Middleware):
    """Keep staff without a second key out of the admin where `STAFF_SECOND_FACTOR` is on."""

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
