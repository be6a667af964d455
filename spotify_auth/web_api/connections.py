"""Consents: kept when given, marked when they end, gone when the listener disconnects."""

import datetime as dt
from dataclasses import dataclass

from allauth.socialaccount.models import SocialAccount
from django.db import transaction
from django.db.models import F
from django.utils import timezone

from journify.outbound.errors import PlatformError
from spotify_auth.models import SpotifyConnection, User


@dataclass(frozen=True)
class Tokens:
    """What Spotify gives; a refresh often brings no new refresh token, and the old one stays."""

    access_token: str
    refresh_token: str
    expires_at: dt.datetime
    scope: str = ""


def connection_of(user: User) -> SpotifyConnection | None:
    return SpotifyConnection.objects.filter(user=user).first()


def keep_consent(user: User, tokens: Tokens) -> None:
    """Keep the tokens of a consent that was just given.

    Without a new refresh token the old one stays, and with it the old date.
    """
    values = {
        "access_token": tokens.access_token,
        "expires_at": tokens.expires_at,
        "scope": tokens.scope[:300],
        "state": SpotifyConnection.State.CONNECTED,
        "last_error": "",
        "last_error_at": None,
        "refreshing_until": None,
    }
    if tokens.refresh_token:
        values |= {"refresh_token": tokens.refresh_token, "consented_at": timezone.now()}
    row, _is_new = SpotifyConnection.objects.get_or_create(user=user)
    SpotifyConnection.objects.filter(pk=row.pk).update(**values, revision=F("revision") + 1)


@transaction.atomic
def forget_tokens(user: User) -> None:
    """Delete the tokens and the link to the Spotify account."""
    SpotifyConnection.objects.filter(user=user).delete()
    SocialAccount.objects.filter(user=user, provider="spotify").delete()


def forget_others(account: SocialAccount) -> None:
    """Delete the listener's earlier Spotify accounts, or each would stay a way in."""
    SocialAccount.objects.filter(user=account.user, provider=account.provider).exclude(
        pk=account.pk
    ).delete()


def note_error(connection: SpotifyConnection, error: PlatformError) -> None:
    """Keep the last trouble in English words, which the connection's page translates."""
    SpotifyConnection.objects.filter(pk=connection.pk).update(
        last_error=error.in_english()[:200], last_error_at=timezone.now()
    )


def note_success(connection: SpotifyConnection) -> None:
    """Forget the last trouble; writes only where there was one."""
    SpotifyConnection.objects.filter(pk=connection.pk).exclude(last_error="").update(
        last_error="", last_error_at=None
    )
