"""How much room listeners' files may take: each one's, and all of theirs on this server."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.db.models import Sum
from django.utils.translation import gettext as _

from classifier.errors import UploadRejectedError
from classifier.models import Song

if TYPE_CHECKING:
    from classifier.models import SongQuerySet
    from spotify_auth.models import User

MEGABYTE = 1_000_000


def used_by(user: User) -> int:
    return _bytes_of(Song.objects.filter(owner=user))


def refuse_beyond(song: Song) -> None:
    """Take a song that was just written back, file and all, if there is no room for it.

    Written first and counted then: of two uploads at the same moment each sees the other, and none
    slips through.

    Raises UploadRejectedError: its owner's files, or everybody's, take more than they may.
    """
    if song.owner is None:
        return
    if used_by(song.owner) > settings.STORAGE_QUOTA_MB * MEGABYTE:
        song.delete()
        raise UploadRejectedError(
            _(
                "Your files may take %(max)s\xa0MB, and this one would be more. Answer with a song "
                "you have already, or with a shorter cut."
            )
            % {"max": settings.STORAGE_QUOTA_MB}
        )
    most = settings.STORAGE_SERVER_MB
    if most and _bytes_of(Song.objects.exclude(owner=None)) > most * MEGABYTE:
        song.delete()
        raise UploadRejectedError(
            _("This server has no room for more files. Answer with a song it has already.")
        )


def has_room(song: Song) -> bool:
    """Whether the file that a song is given fits; imports of one listener come one at a time."""
    if song.owner is None:
        return True
    everybodys = _bytes_of(Song.objects.exclude(owner=None).exclude(pk=song.pk))
    own = _bytes_of(Song.objects.filter(owner=song.owner).exclude(pk=song.pk))
    most = settings.STORAGE_SERVER_MB
    return own + song.audio_bytes <= settings.STORAGE_QUOTA_MB * MEGABYTE and (
        not most or everybodys + song.audio_bytes <= most * MEGABYTE
    )


def _bytes_of(songs: SongQuerySet) -> int:
    return songs.aggregate(total=Sum("audio_bytes"))["total"] or 0
