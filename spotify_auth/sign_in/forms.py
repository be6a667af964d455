"""Forms that ask for a proof of who somebody is, and those that make one."""

from collections.abc import Mapping
from typing import Any

from allauth.account import forms as account
from allauth.account.models import EmailAddress
from allauth.core import context
from allauth.core.internal.cryptokit import normalize_user_code
from allauth.mfa.adapter import get_adapter
from allauth.mfa.app_settings import TOTP_PERIOD, TOTP_TOLERANCE
from allauth.mfa.base import forms
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.forms import GenerateRecoveryCodesForm
from allauth.mfa.webauthn import forms as webauthn
from django import forms as django_forms
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _

from journify.limits.allowances import Rate, take
from journify.limits.failures import note_failure
from spotify_auth.models import User
from spotify_auth.people import user_of

# A code of an app holds in its own half minute, and in as many before and behind it.
ONCE = Rate(1, (2 * TOTP_TOLERANCE + 1) * TOTP_PERIOD)


def _is_right(authenticator: Authenticator | None, code: str) -> bool:
    """Whether a code is one of an authenticator's, and was not used at this very moment."""
    code = normalize_user_code(code)
    if authenticator is None or not code or not authenticator.wrap().validate_code(code):
        return False
    return _is_first(authenticator, code)


def _is_first(authenticator: Authenticator, code: str) -> bool:
    """Take each code once, whatever process asks: allauth forgets an app's sooner.

    https://datatracker.ietf.org/doc/html/rfc6238#section-5.2
    """
    used = f"{authenticator.pk}|{code}"
    key = salted_hmac("spotify_auth.sign_in.forms", used, algorithm="sha256")
    return not take(key.hexdigest(), ONCE)


class PlainFieldsMixin(django_forms.Form):
    """Our words for the fields, and no placeholder that says them a second time."""

    labels: Mapping[str, Any] = {}

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        for name, field in self.fields.items():
            field.label = self.labels.get(name, field.label)
            field.widget.attrs.pop("placeholder", None)


class LoginForm(PlainFieldsMixin, account.LoginForm):
    labels = {"login": _("User name")}


class SignupForm(PlainFieldsMixin, account.SignupForm):
    labels = {"username": _("User name")}


NEW_PASSWORD = {"password1": _("New password"), "password2": _("New password (again)")}


class ChangePasswordForm(PlainFieldsMixin, account.ChangePasswordForm):
    labels = NEW_PASSWORD | {"oldpassword": _("Current password")}


class SetPasswordForm(PlainFieldsMixin, account.SetPasswordForm):
    """A first password, beside another way to sign in."""


class ResetPasswordKeyForm(PlainFieldsMixin, account.ResetPasswordKeyForm):
    labels = NEW_PASSWORD


class CodeOnceMixin(PlainFieldsMixin, forms.BaseAuthenticateForm):
    """Refuse a code that was used just now as one that was never right."""

    def clean_code(self) -> str:
        """Read a code as people write it, with blanks."""
        data: dict[str, Any] = self.cleaned_data
        data["code"] = normalize_user_code(data["code"])
        code = str(super().clean_code())
        if not _is_first(self.authenticator, code):
            raise get_adapter().validation_error("incorrect_code")
        return code


class AuthenticateForm(CodeOnceMixin, forms.AuthenticateForm):
    """At signing in."""


class ReauthenticateForm(CodeOnceMixin, forms.ReauthenticateForm):
    """Before a change of the account."""


class RecoverForm(django_forms.Form):
    """A name and a recovery code; with two-step sign-in, a code of the app as well."""

    login = django_forms.CharField(
        label=_("User name"),
        max_length=150,
        widget=django_forms.TextInput(attrs={"autocomplete": "username"}),
    )
    code = django_forms.CharField(
        label=_("Recovery code"),
        max_length=60,
        widget=django_forms.TextInput(attrs={"autocomplete": "off", "inputmode": "numeric"}),
    )
    app_code = django_forms.CharField(
        label=_("Code of your authenticator app"),
        help_text=_("Only if you have set one up."),
        required=False,
        max_length=20,
        widget=django_forms.TextInput(
            attrs={"autocomplete": "one-time-code", "inputmode": "numeric"}
        ),
    )

    user: User

    def __init__(self, request: HttpRequest, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.request = request

    def clean(self) -> dict[str, Any]:
        """Find whose code it is; what is wrong is not told."""
        data = super().clean() or {}
        if self.errors:
            return data
        user = user_of(data["login"])
        if user is None or not self._is_proved(user, data):
            note_failure(self.request, "recovery")
            raise ValidationError(_("Name and code do not fit, or the code was used already."))
        self.user = user
        return data

    def _is_proved(self, user: User, data: dict[str, Any]) -> bool:
        rows = Authenticator.objects.filter(user=user)
        app = rows.filter(type=Authenticator.Type.TOTP).first()
        # a list of codes is one key; whoever has to have two has the app as well
        if (app is not None or user.is_staff) and not _is_right(app, data["app_code"]):
            return False
        codes = rows.filter(type=Authenticator.Type.RECOVERY_CODES).first()
        return user.is_active and _is_right(codes, data["code"])


class GenerateCodesForm(GenerateRecoveryCodesForm):
    """New recovery codes, with a second key or without: they are the way back in."""

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = self.cleaned_data
        return data


class AddPasskeyForm(webauthn.AddWebAuthnForm):
    """A key that opens the account by itself, and so knows who holds it."""

    passwordless = None

    def clean(self) -> dict[str, Any]:
        """Refuse a key that asks nobody for a finger or a PIN, and what is none."""
        self.cleaned_data["passwordless"] = True
        data: dict[str, Any] = _understood(super().clean)
        return data


class LoginPasskeyForm(webauthn.LoginWebAuthnForm):
    def clean_credential(self) -> Authenticator:
        """Write down what proves nothing."""
        try:
            return _understood(super().clean_credential)
        except ValidationError:
            note_failure(context.request, "passkey")
            raise


class AuthenticatePasskeyForm(webauthn.AuthenticateWebAuthnForm):
    def clean_credential(self) -> Authenticator:
        return _understood(super().clean_credential)


class ReauthenticatePasskeyForm(webauthn.ReauthenticateWebAuthnForm):
    def clean_credential(self) -> Authenticator:
        return _understood(super().clean_credential)


def _understood(clean: Any) -> Any:
    """Take an answer that no browser gives as a wrong one."""
    try:
        return clean()
    except (AttributeError, IndexError, KeyError, TypeError, ValueError) as error:
        if isinstance(error, ValidationError):
            raise
        raise get_adapter().validation_error("incorrect_code") from None


class ResetPasswordForm(PlainFieldsMixin, account.ResetPasswordForm):
    """Send a link to an address that was confirmed: another may be a stranger's."""

    users: list[User]

    def clean_email(self) -> str:
        email = str(super().clean_email())
        confirmed = EmailAddress.objects.filter(email=email, verified=True)
        owners = set(confirmed.values_list("user_id", flat=True))
        self.users = [user for user in self.users if user.pk in owners]
        return email
