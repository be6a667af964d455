"""Where the journal and Spotify meet."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from classifier.metadata import forget_metadata
from classifier.models import Song
from journal.models import Entry
from spotify_auth import connections

if TYPE_CHECKING:
    from spotify_auth.models import User


@transaction.atomic
def disconnect(user: User) -> None:
    """Delete tokens, the link to the account, and metadata that nobody else uses."""
    connections.forget(user)
    used = Entry.objects.of(user).filter(song__spotify_id__isnull=False).values("song")
    by_others = Entry.objects.exclude(journal__user=user).filter(song__isnull=False).values("song")
    forget_metadata(Song.objects.filter(pk__in=used).exclude(pk__in=by_others))
