"""What was heard lately, or on a past day, for the picker: each an answer in one tap."""

import datetime as dt
from dataclasses import dataclass
from uuid import UUID

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from classifier.models import Song
from journal import consent
from journal.listening.models import ListenedSong, Listening, ListeningMonth
from journal.listening.packing import unpack
from journal.listening.updating.hearing import find_song
from journify.outbound.errors import NotFoundError, PlatformError
from spotify_auth.models import User

COUNT = 8
DEEZER = "deezer"
# How far back "lately" goes.
LATELY = dt.timedelta(days=14)


@dataclass(frozen=True)
class RecentlyHeard:
    """A song that was heard, and when, in the listener's time."""

    id: UUID
    title: str
    artist: str
    heard_at: dt.datetime


def recent_songs(user: User, day: dt.date, *, is_today: bool) -> list[RecentlyHeard]:
    """Return songs heard lately, or on that past day, the newest first and each once."""
    zone = timezone.get_current_timezone()
    end = timezone.now() if is_today else _midnight(day + dt.timedelta(days=1), zone)
    start = end - LATELY if is_today else _midnight(day, zone)
    moments = _latest(user, start, end)
    rows = ListenedSong.objects.filter(user=user, number__in=list(moments))
    heard = [
        RecentlyHeard(
            id=row.pk,
            title=row.title,
            artist=row.artist,
            heard_at=dt.datetime.fromtimestamp(moments[row.number], zone),
        )
        for row in rows
    ]
    return sorted(heard, key=lambda one: one.heard_at, reverse=True)[:COUNT]


def catalogue_song_of(user: User, listened_id: str) -> Song | None:
    """Return the song of the catalogue that a heard one is, looking it up where needed.

    Raises PlatformError: it is not known here yet, and the platform does not tell, does not have
    it, or may not be asked.
    """
    listened = ListenedSong.objects.filter(user=user, pk=listened_id).select_related("song").first()
    if listened is None:
        return None
    if listened.song is not None:
        return listened.song
    if not _may_look_up(user):
        raise NotAllowedError(DEEZER)
    song = find_song(listened)
    if song is None:
        raise NotFoundError(DEEZER)
    return song


class NotAllowedError(PlatformError):
    message = _(
        "This song is not here yet. Let Journify search Deezer for it, above or in the "
        "settings, and tap it again."
    )


def _may_look_up(user: User) -> bool:
    """Whether titles may leave the server: for the search, or for the whole history."""
    is_looked_up = Listening.objects.filter(user=user, is_paused=False).exists()
    return settings.DEEZER_SEARCH and (is_looked_up or consent.may_search_outside(user))


def _latest(user: User, start: dt.datetime, end: dt.datetime) -> dict[int, int]:
    """The newest moment of each song between two moments: of two months' rows at most."""
    first = start.astimezone(dt.UTC).date().replace(day=1)
    last = end.astimezone(dt.UTC).date().replace(day=1)
    months = ListeningMonth.objects.filter(user=user, month__gte=first, month__lte=last)
    found: dict[int, int] = {}
    for packed in months.order_by("month").values_list("packed", flat=True):
        for play in unpack(packed):
            if start.timestamp() <= play.moment < end.timestamp():
                found[play.song] = play.moment
    newest = sorted(found.items(), key=lambda item: -item[1])
    return dict(newest[: 4 * COUNT])


def _midnight(day: dt.date, zone: dt.tzinfo) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(), zone)
