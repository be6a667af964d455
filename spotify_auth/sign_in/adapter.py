"""What allauth asks us about accounts, ours and Spotify's."""

import logging
import time
from smtplib import SMTPException
from typing import Any

from allauth.account import app_settings as account_settings
from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.adapter import get_adapter as get_account_adapter
from allauth.account.internal.flows.login import get_authentication_records
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.models import SocialLogin, SocialToken
from django.conf import settings
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import Model
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from typing_extensions import override

from journify import names
from journify.limits.addresses import client_address
from journify.limits.browsers import remember
from journify.limits.requests import spend
from spotify_auth.encryption import decrypt, encrypt
from spotify_auth.mfa.second_factor import AuthenticateStage
from spotify_auth.mfa.ways import has_own_way
from spotify_auth.models import User
from spotify_auth.people import free_name, user_of
from spotify_auth.sign_in import invitations
from spotify_auth.sign_in.troubles import sign_in_trouble_of

logger = logging.getLogger(__name__)

# Of a SocialToken: at Spotify the second is the refresh token.
SECRETS = ("token", "token_secret")


class AccountAdapter(DefaultAccountAdapter):
    """One opinion of where a request comes from, and of which names are one."""

    @override
    def clean_username(self, username: str, shallow: bool = False) -> str:
        """Write a new name in one form; refuse one that is somebody's, or looks like it."""
        user = User(username=names.normalized(username))
        for validator in User._meta.get_field("username").validators:
            validator(user.username)
        if not shallow:
            try:
                user.clean()
            except ValidationError as error:
                raise ValidationError(error.messages) from None
        return user.username

    def generate_unique_username(self, txts: list[str | None], _regex: str | None = None) -> str:
        return free_name(txts)

    def authenticate(self, request: HttpRequest, **credentials: Any) -> User | None:
        """Take a name as it is typed for the one that is meant."""
        user = user_of(credentials.get("username", ""))
        if user is not None:
            credentials["username"] = user.username
        found: User | None = super().authenticate(request, **credentials)
        return found

    def get_login_stages(self) -> list[str]:
        theirs = "allauth.mfa.stages.AuthenticateStage"
        ours = f"{AuthenticateStage.__module__}.{AuthenticateStage.__name__}"
        return [ours if stage == theirs else stage for stage in super().get_login_stages()]

    def is_reauthentication_required(self, *, app: str, **how: Any) -> bool:
        """Take having just come from Spotify for a proof, of whoever has no password."""
        return super().is_reauthentication_required(app=app, **how) and not self._just_came()

    def get_reauthentication_methods(self, user: Any) -> list[dict[str, Any]]:
        """Send whoever has neither password nor passkey to Spotify once more."""
        methods: list[dict[str, Any]] = super().get_reauthentication_methods(user)
        if not user.is_authenticated or has_own_way(user) or not settings.SPOTIFY_ENABLED:
            return methods
        return [{"id": "spotify", "description": "Spotify", "url": reverse("spotify_login")}]

    def _just_came(self) -> bool:
        user = self.request.user
        if has_own_way(user):
            return False
        since = time.time() - account_settings.REAUTHENTICATION_TIMEOUT
        records = get_authentication_records(self.request, user)
        return any(row["method"] == "socialaccount" and row["at"] > since for row in records)

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Send a mail; where the mail server is away, say so instead of failing."""
        try:
            super().send_mail(template_prefix, email, context)
        except (OSError, SMTPException):
            logger.exception("a mail could not be sent")
            sentence = _("The mail could not be sent just now. Please try again later.")
            messages.error(self.request, sentence)

    def get_password_change_redirect_url(self, _request: HttpRequest) -> str:
        return reverse("mfa_index")

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return invitations.is_open(request)

    def post_login(self, request: HttpRequest, user: User, **how: Any) -> HttpResponse:
        response: HttpResponse = super().post_login(request, user, **how)
        remember(response, user.get_username())
        return response

    @override
    def save_user(self, request: HttpRequest, user: User, form: Any, commit: bool = True) -> User:
        """Make an account; who comes second for a name at the very same moment is told."""
        try:
            with invitations.used(request), transaction.atomic():
                saved: User = super().save_user(request, user, form, commit)
        except IntegrityError:
            messages.error(request, User._meta.get_field("username").error_messages["unique"])
            raise ImmediateHttpResponse(redirect("account_signup")) from None
        return saved

    def get_client_ip(self, request: HttpRequest) -> str:
        """Believe only the proxies that we know of."""
        return client_address(request)


class SocialAdapter(DefaultSocialAccountAdapter):
    """A user name of the display name, our own pages for what goes wrong, back to the profile."""

    def populate_user(
        self, _request: HttpRequest, sociallogin: SocialLogin, data: dict[str, Any]
    ) -> User:
        """Give a new user a free name, and nothing else of Spotify's."""
        user: User = sociallogin.user
        user.username = get_account_adapter().generate_unique_username(
            [data.get("name"), "listener"]
        )
        return user

    @override
    def save_user(self, request: HttpRequest, sociallogin: SocialLogin, form: Any = None) -> User:
        """Make an account, as often from one place as with a password."""
        spend(request, "sign-up")
        with invitations.used(request):
            user: User = super().save_user(request, sociallogin, form)
        return user

    def serialize_instance(self, instance: Model) -> dict[str, Any]:
        """Write what allauth keeps in a session, as it does while a second key is asked for.

        Sessions lie in the database as well: tokens are unreadable there, too.
        """
        values: dict[str, Any] = super().serialize_instance(instance)
        if isinstance(instance, SocialToken):
            values |= {name: encrypt(values.get(name) or "") for name in SECRETS}
        return values

    def deserialize_instance(self, model: type[Model], data: dict[str, Any]) -> Model:
        if model is SocialToken:
            data = data | {name: decrypt(data.get(name) or "") for name in SECRETS}
        instance: Model = super().deserialize_instance(model, data)
        return instance

    def on_authentication_error(
        self,
        _request: HttpRequest,
        _provider: Any,
        error: Any = None,
        exception: Exception | None = None,
        extra_context: dict[str, Any] | None = None,
    ) -> None:
        if extra_context is not None:
            has_state = extra_context.get("state") is not None
            extra_context["trouble"] = sign_in_trouble_of(exception, has_state=has_state)

    def get_connect_redirect_url(self, _request: HttpRequest, _socialaccount: Any) -> str:
        return reverse(settings.SPOTIFY_PROFILE_URL)
