"""Spotify's accounts service: a code or a refresh token for new tokens."""

import datetime as dt
from http import HTTPStatus
from typing import Any

from django.conf import settings
from django.utils import timezone

from journify.outbound.errors import PlatformError
from journify.outbound.fields import whole_of
from journify.outbound.session import Platform
from spotify_auth.web_api.connections import Tokens

NAME = "spotify-accounts"


class InvalidGrantError(PlatformError):
    """The code or refresh token is not good any more: throw it away, ask for consent again."""

    def __init__(self) -> None:
        super().__init__(NAME)


def exchange_code(*, code: str, verifier: str, redirect_uri: str) -> dict[str, Any]:
    """Turn the code of a consent into tokens (PKCE, and the secret in the header)."""
    return _post(
        {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": redirect_uri,
            "code_verifier": verifier,
        }
    )


def refresh(refresh_token: str) -> Tokens:
    """Get a new access token.

    Raises InvalidGrantError: six months are over, or the listener took the consent back;
    PlatformError: Spotify is away or answered something else.
    """
    answer = _post({"grant_type": "refresh_token", "refresh_token": refresh_token})
    seconds = whole_of(answer.get("expires_in")) or 3600
    return Tokens(
        access_token=str(answer["access_token"]),
        refresh_token=str(answer.get("refresh_token") or ""),
        expires_at=timezone.now() + dt.timedelta(seconds=min(seconds, 86_400)),
    )


def _post(form: dict[str, str]) -> dict[str, Any]:
    platform = Platform(NAME)
    response = platform.request(
        "POST",
        f"{settings.PLATFORM_URLS['spotify-accounts']}/api/token",
        data=form,
        auth=(settings.SPOTIFY_CLIENT_ID, settings.SPOTIFY_CLIENT_SECRET),
    )
    with platform.reading():
        answer = dict(platform.json_of(response))
    if response.status_code == HTTPStatus.OK and "access_token" in answer:
        return answer
    if answer.get("error") == "invalid_grant":
        raise InvalidGrantError
    raise PlatformError(NAME)
