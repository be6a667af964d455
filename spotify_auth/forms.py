"""Forms that ask for the code of a second key."""

from __future__ import annotations

from allauth.core.internal.cryptokit import normalize_user_code
from allauth.mfa.adapter import get_adapter
from allauth.mfa.app_settings import TOTP_PERIOD, TOTP_TOLERANCE
from allauth.mfa.base import forms
from allauth.mfa.models import Authenticator
from django.utils.crypto import salted_hmac

from journify.limits.allowances import Rate, take

# A code holds in its own half minute, and in as many before and behind it.
ONCE = Rate(1, (2 * TOTP_TOLERANCE + 1) * TOTP_PERIOD)


class CodeOnceMixin:
    """Take an app's code once while it holds: allauth forgets it sooner, and knows one process.

    https://datatracker.ietf.org/doc/html/rfc6238#section-5.2
    """

    def clean_code(self) -> str:
        """Refuse a code that was used as one that was never right."""
        code = str(super().clean_code())  # type: ignore[misc]
        authenticator: Authenticator = self.authenticator  # type: ignore[attr-defined]
        if authenticator.type == Authenticator.Type.TOTP:
            used = f"{authenticator.pk}|{normalize_user_code(code)}"
            key = salted_hmac("spotify_auth.forms", used, algorithm="sha256")
            if take(key.hexdigest(), ONCE):
                raise get_adapter().validation_error("incorrect_code")
        return code


class AuthenticateForm(CodeOnceMixin, forms.AuthenticateForm):  # type: ignore[misc]  # not typed
    """At signing in."""


class ReauthenticateForm(CodeOnceMixin, forms.ReauthenticateForm):  # type: ignore[misc]  # likewise
    """Before a change of the account."""
