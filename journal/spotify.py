"""Where the journal and Spotify meet."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.core.cache import cache
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from classifier.metadata import forget_metadata, is_stale
from classifier.models import Song
from journal.models import Entry
from journify.background import jobs
from journify.outbound.errors import PlatformError
from spotify_auth import connections
from spotify_auth.client import SpotifyClient

if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any

    from spotify_auth.models import User

SPANS = {
    "short_term": _("four weeks"),
    "medium_term": _("six months"),
    "long_term": _("a year"),
}

# A song that is shown again and again is asked for once in this time.
REFRESH_SECONDS = 600


@transaction.atomic
def disconnect(user: User) -> None:
    """Delete tokens, the link to the account, and metadata that nobody else uses."""
    connections.forget(user)
    by_others = Entry.objects.exclude(user=user).filter(song__isnull=False).values("song")
    # also songs that were picked once and replaced since: nobody has a use for their names
    forget_metadata(Song.objects.exclude(spotify_id=None).exclude(pk__in=by_others))


def refresh_lazily(user: User, songs: Iterable[Song | None]) -> None:
    """Have old metadata of songs that are being shown read anew, in the background."""
    from journal.tasks import refresh_metadata  # noqa: PLC0415 -- tasks import this module's kin

    old = {song.pk: song for song in songs if song is not None and is_stale(song)}
    connection = connections.connection_of(user) if old else None
    if connection is None or connection.state != connection.State.CONNECTED:
        return
    for song_id in old:
        if cache.add(f"refresh-metadata-{song_id}", "asked", REFRESH_SECONDS):
            jobs.tell(refresh_metadata, song_id=str(song_id), user_id=str(user.pk))


def listening(user: User, span: str) -> dict[str, Any]:
    """Read what Spotify says of the listener; at the first trouble the rest is left out."""
    found: dict[str, Any] = {"span": span, "spans": SPANS}
    try:
        client = SpotifyClient.of(user)
        found["profile"] = client.profile()
        found["tracks"] = client.top_tracks(span)
        found["artists"] = client.top_artists(span)
        found["plays"] = client.recently_played()
    except PlatformError as error:
        found["error"] = str(error)
    return found
