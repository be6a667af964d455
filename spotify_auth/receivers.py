"""What follows when allauth has seen a consent, or a password or a code that was wrong.

Tokens are kept by us, encrypted, and not by allauth.
"""

from typing import Any

from allauth.account.signals import user_signed_up
from allauth.mfa.signals import authentication_failed
from allauth.socialaccount.models import SocialLogin
from allauth.socialaccount.signals import social_account_added, social_account_updated
from django.contrib.auth.signals import user_login_failed
from django.dispatch import receiver
from django.http import HttpRequest
from django.utils import timezone

from journify.limits.failures import note_failure
from spotify_auth.mfa.ways import give_codes
from spotify_auth.models import User
from spotify_auth.web_api import connections


@receiver([user_signed_up, social_account_added, social_account_updated])
def keep_tokens(sociallogin: SocialLogin | None = None, **_kwargs: Any) -> None:
    """Keep the tokens of a sign-in with Spotify, new or repeated; others have none."""
    if sociallogin is None or sociallogin.token is None:
        return
    token = sociallogin.token
    connections.forget_others(sociallogin.account)
    connections.keep_consent(
        sociallogin.user,
        connections.Tokens(
            token.token,
            token.token_secret,
            token.expires_at or timezone.now(),
            # lost where a second key was asked for in between: then it is asked for again
            getattr(token, "scope", ""),
        ),
    )


@receiver(user_signed_up)
def make_codes(request: HttpRequest, user: User, **_kwargs: Any) -> None:
    """Give a new account a way back in."""
    give_codes(request, user)


@receiver(user_login_failed)
def note_wrong_password(request: HttpRequest | None = None, **_kwargs: Any) -> None:
    if request is not None:
        note_failure(request, "sign-in")


@receiver(authentication_failed)
def note_wrong_code(request: HttpRequest, **_kwargs: Any) -> None:
    note_failure(request, "second-factor")
