"""Keep beside listened songs what counts for their listeners, as is done for entries."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from classifier.emotions.effective import Verdict, heard_in
from classifier.models import Label
from journal.listening.models import ListenedSong, Listening

if TYPE_CHECKING:
    from collections.abc import Sequence
    from uuid import UUID


def follow(*, song: UUID, user: UUID | None = None, **_signal: Any) -> None:
    """Keep beside listened songs what counts for their listeners: receives `changes.said`."""
    rows = ListenedSong.objects.filter(song_id=song)
    listened = list(rows if user is None else rows.filter(user_id=user))
    if not listened:
        return
    heard = next(iter(heard_in([song]).values()), Verdict())
    labels = _labels_of(song, [row.user_id for row in listened])
    for row in listened:
        emotion = heard._replace(label=labels.get(row.user_id, "")).emotion
        if emotion != row.emotion:
            ListenedSong.objects.filter(pk=row.pk).update(emotion=emotion)
            Listening.objects.filter(user_id=row.user_id).update(is_stale=True)


def _labels_of(song: UUID, users: Sequence[UUID]) -> dict[UUID, str]:
    rows = Label.objects.filter(song_id=song, user__in=users)
    return dict(rows.values_list("user_id", "emotion"))
