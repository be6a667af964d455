"""Tells whoever keeps what songs carry that models or people may say something else by now.

Apps above this one keep it where they count thousands of songs (`Entry.emotion`). Whatever is
saved and deleted row by row is told of by `classifier.receivers`; what is written by `update` or
`bulk_create` has to `tell`.
"""

from collections.abc import Sequence
from uuid import UUID

from django.dispatch import Signal

from classifier.models import PersonalLayer, Song

# Sent with `song`, its key, and `user`, the key of the person who speaks; None for a model.
said = Signal()
# Sent with `user`, the key of a listener whose labels taught something else, and `songs`, the keys
# of those that have to be looked at again; None for all.
taught = Signal()
# Sent with `songs`, the keys of those that have another artist.
renamed = Signal()


def tell(song: UUID, *, user: UUID | None = None) -> None:
    """Say that a model, or `user`, may say something else of `song` than before."""
    said.send(sender=Song, song=song, user=user)


def tell_taught(user: UUID, songs: Sequence[UUID] | None) -> None:
    """Say that by what `user` taught, `songs` may count as something else for them."""
    taught.send(sender=PersonalLayer, user=user, songs=songs)


def tell_renamed(songs: Sequence[UUID]) -> None:
    """Say that `songs` may have another artist than before."""
    renamed.send(sender=Song, songs=songs)
