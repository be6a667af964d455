"""Tells whoever keeps what songs carry that models or people may say something else by now.

Apps above this one keep it where they count thousands of songs (`Entry.emotion`). Whatever is
saved and deleted row by row is told of by `classifier.receivers`; what is written by `update` or
`bulk_create` has to `tell`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.dispatch import Signal

from classifier.models import Song

if TYPE_CHECKING:
    from uuid import UUID

# Sent with `song`, its key, and `user`, the key of the person who speaks; None for a model.
said = Signal()


def tell(song: UUID, *, user: UUID | None = None) -> None:
    """Say that a model, or `user`, may say something else of `song` than before."""
    said.send(sender=Song, song=song, user=user)
