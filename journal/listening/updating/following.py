"""Keep a history up to date from ListenBrainz or Last.fm: what was heard lately, politely.

ListenBrainz gives anybody's listens without a key (GET /1/user/NAME/listens) to whoever says in
the User-Agent who asks: addresses of others are blocked. Last.fm wants the operator's key.
https://listenbrainz.readthedocs.io/en/latest/users/api/core.html
https://lastfm-docs.github.io/api-docs/user/getRecentTracks/
"""

import datetime as dt
import logging
from collections.abc import Callable, Iterable
from http import HTTPStatus
from typing import Any
from urllib.parse import quote

from django.conf import settings
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from journal.listening.importing.plays import Play, moment_of_seconds, play_of
from journal.listening.importing.readers import listenbrainz
from journal.listening.importing.storing import store
from journal.listening.models import Followed
from journify.outbound.errors import NotFoundError, PlatformError
from journify.outbound.fields import list_of, mapping_of
from journify.outbound.session import Platform

logger = logging.getLogger(__name__)

Service = Followed.Service

EVERY = dt.timedelta(minutes=10)
AT_ONCE = 5
PATIENCE_SECONDS = 3.0
FIRST_COUNT, NEXT_COUNT = 100, 200
# Last.fm's errors (https://lastfm-docs.github.io/api-docs/codes/)
LASTFM_NO_USER, LASTFM_HIDDEN = 6, 17


def services() -> list[str]:
    """What can be followed on this server."""
    if settings.OFFLINE:
        return []
    return [Service.LISTENBRAINZ, *([Service.LASTFM] if settings.LASTFM_API_KEY else [])]


def names_due() -> QuerySet[Followed]:
    """The names that were not asked about lately."""
    long_ago = timezone.now() - EVERY
    return Followed.objects.filter(service__in=services()).filter(
        Q(checked_at=None) | Q(checked_at__lt=long_ago)
    )


def refresh_due() -> None:
    for followed in names_due().select_related("user").order_by("checked_at")[:AT_ONCE]:
        # claimed by whoever changes it first, so that two workers do not both ask
        is_ours = Followed.objects.filter(pk=followed.pk, checked_at=followed.checked_at).update(
            checked_at=timezone.now()
        )
        if is_ours:
            _ask_for_plays(followed)


def _ask_for_plays(followed: Followed) -> None:
    """Ask for the latest plays, and say beside the name why there are none."""
    try:
        plays = [play for play in READERS[followed.service](followed) if play is not None]
    except NotFoundError:
        _end(followed, _("Nobody has this name there, or their listens are private."))
    except PlatformError as error:
        logger.info("listens of %s wait: %s", followed.service, type(error).__name__)
        _end(followed, str(error))
    else:
        if plays:
            store(followed.user, plays, progress=lambda: None)
        latest = max((play.started_at for play in plays if play.started_at), default=None)
        _end(followed, "", **({"latest_at": latest} if latest else {}))


def _end(followed: Followed, error: str, **values: Any) -> None:
    Followed.objects.filter(pk=followed.pk).update(error=error[:300], **values)


def _listenbrainz(followed: Followed) -> Iterable[Play | None]:
    params: dict[str, Any] = {"count": FIRST_COUNT}
    if followed.latest_at:
        params = {"count": NEXT_COUNT, "min_ts": int(followed.latest_at.timestamp())}
    url = f"{settings.PLATFORM_URLS['listenbrainz']}/1/user/{quote(followed.name, safe='')}/listens"
    answer = _answer(Service.LISTENBRAINZ, url, params)
    listens = list_of(mapping_of(mapping_of(answer).get("payload")).get("listens"))
    return (listenbrainz.read_listenbrainz(row) for row in listens if isinstance(row, dict))


def _lastfm(followed: Followed) -> Iterable[Play | None]:
    params: dict[str, Any] = {
        "method": "user.getrecenttracks",
        "user": followed.name,
        "api_key": settings.LASTFM_API_KEY,
        "format": "json",
        "limit": NEXT_COUNT,
    }
    if followed.latest_at:
        params["from"] = int(followed.latest_at.timestamp()) + 1
    answer = mapping_of(_answer(Service.LASTFM, f"{settings.PLATFORM_URLS['lastfm']}/2.0/", params))
    if answer.get("error") in {LASTFM_NO_USER, LASTFM_HIDDEN}:
        raise NotFoundError(Service.LASTFM)
    if "error" in answer:
        raise PlatformError(Service.LASTFM)
    tracks = mapping_of(answer.get("recenttracks")).get("track")
    # a single track comes as an object, not as a list of one
    rows = [tracks] if isinstance(tracks, dict) else list_of(tracks)
    return (_lastfm_play(row) for row in rows if isinstance(row, dict))


def _lastfm_play(row: dict[str, Any]) -> Play | None:
    """Read a track; what plays just now comes first and has no date."""
    started_at = moment_of_seconds(mapping_of(row.get("date")).get("uts"))
    artist, album = mapping_of(row.get("artist")), mapping_of(row.get("album"))
    names = artist.get("#text") or artist.get("name"), row.get("name")
    if started_at is None:
        return None
    return play_of(names, started_at, album=album.get("#text"))


def _answer(service: str, url: str, params: dict[str, Any]) -> Any:
    platform = Platform(service, PATIENCE_SECONDS)
    agent = f"Journify/1.0 ( {settings.CONTACT or 'self-hosted music journal'} )"
    response = platform.request("GET", url, params=params, headers={"User-Agent": agent})
    if response.status_code == HTTPStatus.NOT_FOUND:
        raise NotFoundError(service)
    return platform.json_of(response)


READERS: dict[str, Callable[[Followed], Iterable[Play | None]]] = {
    Service.LISTENBRAINZ: _listenbrainz,
    Service.LASTFM: _lastfm,
}
