"""The one place that refreshes: exactly once, however many processes want a token."""

import datetime as dt
import logging
import time
from uuid import UUID

from django.db.models import F, Q
from django.utils import timezone

from journify.outbound.errors import PlatformDownError, PlatformError
from spotify_auth.models import SpotifyConnection
from spotify_auth.web_api import accounts
from spotify_auth.web_api.errors import NotConnectedError, ReconnectError

logger = logging.getLogger(__name__)

# Refresh a little before the end, so that those who come meanwhile still have a good token.
EARLY = dt.timedelta(seconds=60)
# How long one process may take for it before another tries: longer than our timeouts together.
LEASE = dt.timedelta(seconds=30)
WAIT_SECONDS, LOOK_SECONDS = 6.0, 0.1


def access_token(connection_id: UUID, *, rejected: str = "") -> str:
    """Return a token that is good now.

    `rejected`: a token that Spotify has just refused: it is refreshed whatever its date says.
    Raises NotConnectedError, ReconnectError: there is no consent, or it has ended; PlatformError:
    Spotify is away.
    """
    deadline = time.monotonic() + WAIT_SECONDS
    while True:
        row = _usable(connection_id)
        if _is_good(row, rejected, timezone.now() + EARLY):
            return row.access_token
        if _claim(row):
            return _refresh(row)
        if _is_good(row, rejected, timezone.now()):
            return row.access_token
        if time.monotonic() > deadline:
            raise PlatformDownError(accounts.NAME)
        time.sleep(LOOK_SECONDS)


def _usable(connection_id: UUID) -> SpotifyConnection:
    row = SpotifyConnection.objects.filter(pk=connection_id).first()
    if row is None:
        raise NotConnectedError
    if row.state == SpotifyConnection.State.RECONNECT:
        raise ReconnectError
    if not row.refresh_token:  # never given, or no key of this process fits: it is left as it is
        raise ReconnectError
    return row


def _is_good(row: SpotifyConnection, rejected: str, until: dt.datetime) -> bool:
    return bool(row.access_token) and row.access_token != rejected and row.expires_at > until


def _claim(row: SpotifyConnection) -> bool:
    """Take the refreshing upon us; False when somebody else has it."""
    now = timezone.now()
    free = Q(refreshing_until=None) | Q(refreshing_until__lt=now)
    changed = SpotifyConnection.objects.filter(free, pk=row.pk, revision=row.revision).update(
        refreshing_until=now + LEASE, revision=F("revision") + 1
    )
    row.revision += 1
    return bool(changed)


def _refresh(row: SpotifyConnection) -> str:
    try:
        tokens = accounts.refresh(row.refresh_token)
    except accounts.InvalidGrantError:
        logger.info("Spotify ended the consent of connection %s", row.pk)
        _end(row)
        raise ReconnectError from None
    except PlatformError:
        _write(row, refreshing_until=None)
        raise
    kept = {"refresh_token": tokens.refresh_token} if tokens.refresh_token else {}
    _write(
        row,
        access_token=tokens.access_token,
        expires_at=tokens.expires_at,
        refreshing_until=None,
        **kept,
    )
    return tokens.access_token


def _end(row: SpotifyConnection) -> None:
    """Throw the tokens away; the journal goes on without them."""
    _write(
        row,
        access_token="",
        refresh_token="",
        state=SpotifyConnection.State.RECONNECT,
        last_error=ReconnectError().in_english(),
        last_error_at=timezone.now(),
        refreshing_until=None,
    )


def _write(row: SpotifyConnection, **values: object) -> None:
    """Write unless a new consent or a disconnect came in between."""
    SpotifyConnection.objects.filter(pk=row.pk, revision=row.revision).update(
        revision=F("revision") + 1, **values
    )
