"""Keep beside listened songs what counts for their listeners, as is done for entries."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from classifier.emotions.effective import UNTAUGHT, Verdict, answers_in, effective_in
from classifier.models import Label, PersonalLayer
from journal.listening.models import ListenedSong, Listening
from journify.models import bare, some_at_once, uuid_of


def follow_said(*, song: UUID, user: UUID | None = None, **_signal: Any) -> None:
    """Keep beside listened songs what counts for their listeners: receives `changes.said`."""
    rows = ListenedSong.objects.filter(song_id=song)
    listened = list(rows if user is None else rows.filter(user_id=user))
    if not listened:
        return
    answer = next(iter(answers_in([song]).values()), None)
    people = [row.user_id for row in listened]
    said = Label.objects.filter(song_id=song, user__in=people)
    labels = dict(said.values_list("user_id", "emotion"))
    taught = PersonalLayer.objects.at_work().filter(user__in=people)
    layers = {row.user_id: row.layer for row in taught}
    for row in listened:
        layer = layers.get(row.user_id, UNTAUGHT)
        heard = answer.verdict(layer) if answer else Verdict()
        emotion = heard._replace(label=labels.get(row.user_id, "")).emotion
        if emotion != row.emotion:
            ListenedSong.objects.filter(pk=row.pk).update(emotion=emotion)
            Listening.objects.filter(user_id=row.user_id).update(is_stale=True)


def follow_taught(*, user: UUID, songs: Sequence[UUID] | None, **_signal: Any) -> None:
    """Do so after a listener taught something: receives `changes.taught`."""
    rows = ListenedSong.objects.filter(user_id=user, song__isnull=False).order_by()
    if songs is not None:
        rows = rows.filter(song_id__in=songs)
    kept = {uuid_of(key): emotion for key, emotion in rows.values_list(bare("song_id"), "emotion")}
    changed = 0
    for some in some_at_once(list(kept)):
        verdicts = effective_in(user, some)
        groups: dict[str, list[UUID]] = defaultdict(list)
        for key, verdict in verdicts.items():
            song = uuid_of(key)
            if song in kept and verdict.emotion != kept[song]:
                groups[verdict.emotion].append(song)
        for emotion, of_emotion in groups.items():
            changed += rows.filter(song_id__in=of_emotion).update(emotion=emotion)
    if changed:
        Listening.objects.filter(user_id=user).update(is_stale=True)
