"""The ways into an account, and back into it: whoever closes one is left another."""

from typing import Any

from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.socialaccount.models import SocialAccount
from django.db.models import QuerySet
from django.http import HttpRequest

from spotify_auth.models import User

# Set at sign-up, until the listener says that the codes are kept: whether a page showed them open.
NEW_CODES = "new_recovery_codes"
SHOWN = "shown"


def passkeys_of(user: User) -> QuerySet[Authenticator]:
    kind = Authenticator.Type.WEBAUTHN
    rows: QuerySet[Authenticator] = Authenticator.objects.filter(user=user, type=kind)
    return rows


def codes_of(user: User) -> list[str]:
    row = Authenticator.objects.filter(user=user, type=Authenticator.Type.RECOVERY_CODES).first()
    return list(row.wrap().get_unused_codes()) if row else []


def give_codes(request: HttpRequest, user: User) -> None:
    """Make the first recovery codes, which the next page shows."""
    RecoveryCodes.activate(user)
    request.session[NEW_CODES] = True


def new_codes_for(request: HttpRequest, user: User) -> dict[str, Any] | None:
    """Return what a page shows of the codes of sign-up, and note that one did; None without any."""
    codes = codes_of(user)
    is_first = request.session[NEW_CODES] != SHOWN
    if is_first:
        request.session[NEW_CODES] = SHOWN
    return {"codes": codes, "is_first": is_first} if codes else None


def has_own_way(user: User) -> bool:
    """Whether the user gets in without Spotify."""
    return user.has_usable_password() or passkeys_of(user).exists()


def is_last_way(passkey: Authenticator) -> bool:
    """Whether without this passkey there is only the hope of recovery codes."""
    user = passkey.user
    others = passkeys_of(user).exclude(pk=passkey.pk)
    has_spotify = SocialAccount.objects.filter(user=user).exists()
    return not (user.has_usable_password() or has_spotify or others.exists())
