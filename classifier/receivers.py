"""What follows when songs, answers and labels are saved or deleted.

Signals, because they are the one thing that Django tells of every deletion: songs also go with
their owner's account, by querysets and by the admin's actions and imports, where no method of ours
is called.
"""

from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.db.models.signals import post_delete, post_save
from django.dispatch import receiver

from classifier.emotions import changes, personal
from classifier.models import Classification, Explanation, Label, Song, TryOut
from journify.files import forget_with_rows

forget_with_rows(Song, "audio")
forget_with_rows(Explanation, "picture")
forget_with_rows(TryOut, "audio")


@receiver(post_save, sender=Classification)
@receiver(post_save, sender=Label)
def tell_of_saved(
    *, instance: Classification | Label, created: bool, raw: bool, **_signal: Any
) -> None:
    is_work = isinstance(instance, Classification) and instance.status != instance.Status.DONE
    # rows that are loaded bring what was kept of them along; new work says nothing yet
    if not raw and not (created and is_work):
        _tell_of(instance)


@receiver(post_save, sender=Song)
def tell_of_renamed(*, instance: Song, created: bool, **_signal: Any) -> None:
    if not created and instance.artist != instance.artist_read:
        changes.tell_renamed([instance.pk])


@receiver(post_delete, sender=Classification)
@receiver(post_delete, sender=Label)
def tell_of_deleted(*, instance: Classification | Label, origin: Any, **_signal: Any) -> None:
    """Tell of what is deleted itself; what goes with its song or its person takes all along."""
    model = origin.model if isinstance(origin, QuerySet) else type(origin)
    if model is type(instance):
        _tell_of(instance)


@receiver(changes.said)
def outdate_layers(*, song: UUID, user: UUID | None, **_signal: Any) -> None:
    """Have what labels teach learnt again where a label or an answer they stand beside changed."""
    if user is None:
        personal.outdate_labelled(song)
    else:
        personal.outdate(user)


def _tell_of(row: Classification | Label) -> None:
    changes.tell(row.song_id, user=row.user_id if isinstance(row, Label) else None)
