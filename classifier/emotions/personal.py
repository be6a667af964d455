"""What a listener's labels teach: kept as a few numbers, used wherever answers count for them.

`ml.personal` says how it is learnt, `effective` how it counts, and `journal.emotions.learning`
keeps what songs count as up to date with it.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from uuid import UUID

from django.db.models import F, Q
from django.utils.timezone import now

from classifier.emotions.effective import HeardSong, answers_in
from classifier.models import LAYER_FIELDS, Label, PersonalLayer
from journify.models import bare, uuid_of
from ml.labels import EMOTIONS, Emotion
from ml.personal import MAX_LABELS, Axes, Center, Fit, axes_of, center_of, fit_layer


def layer_row(user: UUID) -> PersonalLayer:
    """What a listener taught so far; unsaved, and changing nothing, where that is nothing yet."""
    return PersonalLayer.objects.filter(user=user).first() or PersonalLayer(user_id=user)


def learn(user: UUID, songs: Sequence[UUID]) -> PersonalLayer:
    """Learn from a listener's labels, in a fixed number of queries.

    `songs` are others of the listener, which tell where that listener's music lies.
    """
    row = layer_row(user)
    said = _labels_of(user, row)
    answers = {
        uuid_of(key): answer
        for key, answer in answers_in([*{*said, *songs}]).items()
        if answer.probabilities
    }
    known = {song: emotion for song, emotion in said.items() if song in answers}
    fit = _fit(known, answers)
    values = {
        **{name: getattr(fit.layer, name) for name in LAYER_FIELDS},
        "labels": fit.labels,
        "before": fit.before,
        "after": fit.after,
        **_compared_with(answers[song] for song in known),
        "fitted_at": now(),
    }
    return PersonalLayer.objects.update_or_create(user_id=user, defaults=values)[0]


def switch_layer(user: UUID, *, is_on: bool) -> None:
    PersonalLayer.objects.update_or_create(user_id=user, defaults={"is_on": is_on})


def forget_layer(user: UUID) -> None:
    """Forget what a listener's labels taught; the labels stay, and teach nothing any more."""
    nothing = PersonalLayer(user_id=user)
    names = (*LAYER_FIELDS, "labels", "before", "after", "model", "version", "fitted_at")
    values = {name: getattr(nothing, name) for name in names}
    PersonalLayer.objects.update_or_create(user_id=user, defaults=values | {"forgotten_at": now()})


def outdate(user: UUID) -> None:
    """Have a worker learn again from a listener's labels."""
    if not PersonalLayer.objects.filter(user=user).update(is_stale=True):
        PersonalLayer.objects.get_or_create(user_id=user, defaults={"is_stale": True})


def outdate_labelled(song: UUID) -> None:
    """Have a worker learn again from the labels of a song that a model heard anew."""
    people = Label.objects.filter(song=song).order_by().values("user")
    PersonalLayer.objects.filter(user__in=people).update(is_stale=True)


def axes_in(answer: HeardSong) -> Axes:
    return axes_of([answer.probabilities.get(emotion.value, 0.0) for emotion in EMOTIONS])


def _labels_of(user: UUID, row: PersonalLayer) -> dict[UUID, Emotion]:
    """The newest labels that teach, the newest first."""
    teaching = Q(updated_at__gt=row.forgotten_at) if row.forgotten_at else Q()
    newest = Label.objects.filter(teaching, user=user).order_by(F("updated_at").desc(), "pk")
    values = newest.values_list(bare("song_id"), "emotion")[:MAX_LABELS]
    return {uuid_of(song): Emotion(emotion) for song, emotion in values}


def _fit(said: Mapping[UUID, Emotion], answers: Mapping[UUID, HeardSong]) -> Fit:
    axes = {song: axes_in(answer) for song, answer in answers.items()}
    center = center_of(axes.values()) if axes else Center()
    return fit_layer([axes[song] for song in said], list(said.values()), center)


def _compared_with(answers: Iterable[HeardSong]) -> dict[str, str]:
    """The model and version that most answers are of."""
    commonest = Counter((answer.model, answer.version) for answer in answers).most_common(1)
    model, version = commonest[0][0] if commonest else ("", "")
    return {"model": model, "version": version}
