"""What was heard lately, or on a past day, for the picker: each an answer in one tap."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils import timezone

from journal.listening.hearing import find_song
from journal.listening.models import ListenedSong, ListeningMonth
from journal.listening.packing import unpack

if TYPE_CHECKING:
    from uuid import UUID

    from classifier.models import Song
    from spotify_auth.models import User

COUNT = 8
# How far back "lately" goes.
LATELY = dt.timedelta(days=14)


@dataclass(frozen=True)
class Heard:
    """A song that was heard, and when, in the listener's time."""

    id: UUID
    title: str
    artist: str
    heard_at: dt.datetime


def recent_songs(user: User, day: dt.date, *, is_today: bool) -> list[Heard]:
    """Return songs heard lately, or on that past day, the newest first and each once."""
    zone = timezone.get_current_timezone()
    end = timezone.now() if is_today else _midnight(day + dt.timedelta(days=1), zone)
    start = end - LATELY if is_today else _midnight(day, zone)
    moments = _latest(user, start, end)
    rows = ListenedSong.objects.filter(user=user, number__in=list(moments))
    heard = [
        Heard(
            id=row.pk,
            title=row.title,
            artist=row.artist,
            heard_at=dt.datetime.fromtimestamp(moments[row.number], zone),
        )
        for row in rows
    ]
    return sorted(heard, key=lambda one: one.heard_at, reverse=True)[:COUNT]


def song_of(user: User, listened_id: str) -> Song | None:
    """Return the song of the catalogue that a heard one is, looking it up where needed.

    Raises
    ------
    PlatformError
        It is not known here yet, and the platform does not tell.
    """
    listened = ListenedSong.objects.filter(user=user, pk=listened_id).select_related("song").first()
    if listened is None:
        return None
    return listened.song or find_song(listened)


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
