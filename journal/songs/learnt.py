"""What a listener's labels taught, as the page draws it, and the one song to ask about."""

import datetime as dt
import math
from collections import Counter
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.utils.translation import gettext_lazy, ngettext
from django_stubs_ext import StrOrPromise

from classifier.emotions.effective import HeardSong, answers_in
from classifier.emotions.personal import axes_in, layer_row
from classifier.emotions.readings import NOT_SURE, WORDS
from classifier.models import Label, PersonalLayer, Song
from classifier.serving.results import UNSURE
from journal.emotions.learning import latest_songs
from journify.models import uuid_of
from ml.personal import Axes, Layer
from spotify_auth.models import User

SHOWN = 20
# A shift of so much is worth a word, in log-odds.
NOTABLE = 0.15
# The picture: units a log-odd, and how far an arrow goes at most.
UNITS, REACH = 75, 165
# Songs within so much of each other, in log-odds, would follow each other.
NEAR = 1.0
FEWEST_SONGS = 8
# Before so many labels, what they taught is no finding.
LEAST_LABELS = 5
# By the directions of arousal and of valence.
WHAT_MOVED: dict[tuple[int, int], StrOrPromise] = {
    (1, 1): gettext_lazy("Music sounds livelier and more pleasant to you than to the model."),
    (1, 0): gettext_lazy("Music sounds livelier to you than to the model."),
    (1, -1): gettext_lazy("Music sounds livelier and less pleasant to you than to the model."),
    (0, 1): gettext_lazy("Music sounds more pleasant to you than to the model."),
    (0, 0): gettext_lazy("You hear music much as the model does, so it changes little."),
    (0, -1): gettext_lazy("Music sounds less pleasant to you than to the model."),
    (-1, 1): gettext_lazy("Music sounds quieter and more pleasant to you than to the model."),
    (-1, 0): gettext_lazy("Music sounds quieter to you than to the model."),
    (-1, -1): gettext_lazy("Music sounds quieter and less pleasant to you than to the model."),
}


def learnt_page_of(user: User) -> dict[str, Any]:
    """Draw what a listener taught, in a fixed number of queries."""
    row = layer_row(user.pk)
    moved = _moved(user, row.layer)
    found = Song.objects.in_bulk(list(moved)[:SHOWN])
    moves = WHAT_MOVED[_direction(row.arousal), _direction(row.valence)]
    return {
        "row": row,
        "sentences": [moves, _what_agrees(row)] if row.labels >= LEAST_LABELS else [],
        "arrow": _arrow(row) if row.strength and row.labels >= LEAST_LABELS else None,
        "songs": [
            {"song": found[key], "before": _word(before), "after": _word(after), "emotion": after}
            for key, (before, after) in moved.items()
            if key in found
        ],
        "total": len(moved),
    }


def learnt_sentence(changed: Counter[str]) -> str:
    """Say how many songs sound different since a label; nothing where none does."""
    count = changed.total()
    if not count:
        return ""
    if len(changed) > 1:
        sentence = ngettext(
            "%(count)s song you haven’t labelled now sounds different to you.",
            "%(count)s songs you haven’t labelled now sound different to you.",
            count,
        )
        return sentence % {"count": count}
    [emotion] = changed
    sentence = ngettext(
        "%(count)s song you haven’t labelled now sounds %(word)s to you.",
        "%(count)s songs you haven’t labelled now sound %(word)s to you.",
        count,
    )
    return sentence % {"count": count, "word": WORDS[emotion]}


def _unlabelled(user: User) -> dict[UUID, HeardSong]:
    """What was heard in the latest songs that have no label."""
    latest = list(latest_songs(user.pk))
    labelled = set(Label.objects.filter(user=user, song__in=latest).values_list("song", flat=True))
    answers = {uuid_of(key): answer for key, answer in answers_in(latest).items()}
    return {song: answers[song] for song in latest if song in answers and song not in labelled}


def _moved(user: User, layer: Layer) -> dict[UUID, tuple[str, str]]:
    """What the latest songs without a label count as, without the layer and with it."""
    if not layer.changes_anything:
        return {}
    moved = {}
    for song, answer in _unlabelled(user).items():
        plain, taught = answer.verdict(Layer()).emotion, answer.verdict(layer).emotion
        if plain != taught:
            moved[song] = plain, taught
    return moved


def _word(emotion: str) -> StrOrPromise:
    return NOT_SURE if emotion == UNSURE else WORDS[emotion]


def _direction(shift: float) -> int:
    """1 up, -1 down, 0 where it is not worth a word."""
    return 0 if abs(shift) < NOTABLE else round(math.copysign(1, shift))


def _what_agrees(row: PersonalLayer) -> str:
    """The second sentence: what that is worth, each label judged by what the others teach."""
    values = {"labels": row.labels, "before": row.before, "after": row.after}
    if not row.strength or row.after <= row.before:
        sentence = ngettext(
            "It agrees with %(before)s of your %(labels)s label.",
            "It agrees with %(before)s of your %(labels)s labels.",
            row.labels,
        )
    else:
        sentence = ngettext(
            "It agrees with %(after)s of your %(labels)s label now, with %(before)s before.",
            "It agrees with %(after)s of your %(labels)s labels now, with %(before)s before.",
            row.labels,
        )
    return sentence % values


def _arrow(row: PersonalLayer) -> dict[str, Any]:
    x, y = (max(-REACH, min(REACH, round(UNITS * value))) for value in (row.valence, row.arousal))
    return {"x": x, "y": -y}


def question_for(user: User, date: dt.date) -> Song | None:
    """The one song to ask a listener about on a day, or none: what it teaches most about.

    The first time on a day it is chosen and kept; labelled or put off, there is no other that day.
    """
    row = layer_row(user.pk)
    if row.asked_on != date:
        row.asked_on, row.asked_song_id = date, _most_telling(user, row.layer)
        values = {"asked_on": date, "asked_song_id": row.asked_song_id}
        PersonalLayer.objects.update_or_create(user_id=user.pk, defaults=values)
    asked = row.asked_song
    if asked is None or asked.labels.filter(user=user).exists():
        return None
    return asked if asked.owner_id in {None, user.pk} else None


def put_off(user: User) -> None:
    PersonalLayer.objects.filter(user=user).update(asked_song=None)


def _most_telling(user: User, layer: Layer) -> UUID | None:
    """Of the latest songs without a label, the least sure one that most others lie near to."""
    answers = {song: answer for song, answer in _unlabelled(user).items() if answer.probabilities}
    if len(answers) < FEWEST_SONGS:
        return None
    places = {song: layer.moved(axes_in(answer)) for song, answer in answers.items()}
    return max(answers, key=lambda song: _worth(song, places, answers))


def _worth(song: UUID, places: Mapping[UUID, Axes], answers: Mapping[UUID, HeardSong]) -> float:
    own = places[song]
    near = sum(
        abs(own.arousal - other.arousal) < NEAR and abs(own.valence - other.valence) < NEAR
        for other in places.values()
    )
    return (1.0 - answers[song].certainty) * near
