"""The emotion that counts for a song and a person: the one rule, which everything asks.

1. A person's own label counts.
2. Otherwise the answer of a model: of all that stand, that of the model ranked first, and of its
   versions the newest, as the person's own layer corrects it (`classifier.emotions.personal`). If
   it is sure (`results.is_sure`), its emotion counts; if not, the song is "unsure".
3. Without an answer, the song is "listening" while work on it is open,
4. and "failed" where there is none.

An answer stands in its row until the row has a newer one: also while the song is listened to again,
and after that failed. Models are ranked by the order that the database keeps (`model_order`), so
that all machines agree which answer counts, whichever models each of them asks.

A test holds the forms of the rule to each other: `effective_of` the rows of one song,
`effective_in` many songs in two queries, and `counting_answers` in the database.
"""

from __future__ import annotations

import hashlib
import json
import logging
import uuid
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from django.conf import settings
from django.core.cache import cache
from django.db.models import Case, Exists, IntegerField, OuterRef, Q, Subquery, Value, When
from django.db.models.functions import Coalesce

from classifier.models import Classification, EmotionRule, Label, PersonalLayer
from classifier.serving.results import UNSURE, UNSURE_BELOW, is_sure
from journify.models import as_text, bare
from ml.labels import EMOTIONS
from ml.personal import LAYER_VERSION, Layer

if TYPE_CHECKING:
    from uuid import UUID

    from django.db.models import ExpressionWrapper, QuerySet
    from django.db.models.expressions import Combinable

    from classifier.models import ClassificationQuerySet
    from spotify_auth.models import User

    # keys, or the column of another model that points to them
    Songs = QuerySet[Any, Any] | Sequence[UUID]

logger = logging.getLogger(__name__)

UNTAUGHT = Layer()

State = Literal["answered", "unsure", "listening", "failed"]

# To be raised when the rule changes otherwise than by its models and its bound.
RULE_VERSION = 2
# A machine follows another one's change of the order within so many seconds.
ORDER_SECONDS = 5
THE_RULE = uuid.UUID(int=1)


def _emotion_that_counts(*, label: str, heard: str, certainty: float) -> str:
    """Return the label, else what was heard, "unsure" if it was not sure, or "" without either."""
    if label or not heard:
        return label
    return heard if is_sure(certainty) else UNSURE


def _as_heard_by(
    layer: Layer, probabilities: Mapping[str, float], *, heard: str, certainty: float
) -> tuple[str, float]:
    """Return what an answer says to a listener, and how sure it is of that."""
    said = corrected(layer, probabilities)
    if said is probabilities:
        return heard, certainty
    heard = max(said, key=said.__getitem__)
    return heard, said[heard]


def corrected(layer: Layer, probabilities: Mapping[str, float]) -> Mapping[str, float]:
    """Return probabilities as a listener's layer has them; the same where it changes nothing."""
    if not layer.changes_anything or not probabilities:
        return probabilities
    said = layer.correct([probabilities.get(emotion.value, 0.0) for emotion in EMOTIONS])
    return {emotion.value: value for emotion, value in zip(EMOTIONS, said, strict=True)}


class Verdict(NamedTuple):
    """What is said of a song: what a model heard, how sure it was, and the person's label."""

    heard: str = ""
    certainty: float = 0.0
    label: str = ""

    @property
    def emotion(self) -> str:
        """The emotion that counts, "unsure", or "" while nothing is known."""
        return _emotion_that_counts(label=self.label, heard=self.heard, certainty=self.certainty)


@dataclass(frozen=True)
class Effective:
    """What counts for one song, and the rows it rests on."""

    label: str = ""
    answer: Classification | None = None  # of a model, also where a label outweighs it
    work: Classification | None = None  # without an answer: the open work, else the latest
    layer: Layer = UNTAUGHT  # what the person's labels taught

    @property
    def emotion(self) -> str:
        """The emotion that counts, "unsure", or "" while nothing is known."""
        if self.answer is None:
            return self.label
        heard, certainty = _as_heard_by(
            self.layer,
            self.answer.probabilities,
            heard=self.answer.emotion,
            certainty=self.answer.certainty,
        )
        return _emotion_that_counts(label=self.label, heard=heard, certainty=certainty)

    @property
    def state(self) -> State:
        if self.emotion:
            return "unsure" if self.emotion == UNSURE else "answered"
        return "listening" if self.work and self.work.is_open else "failed"


def effective_of(
    rows: Sequence[Classification], *, label: str = "", layer: Layer = UNTAUGHT
) -> Effective:
    """Say what counts for a song, given its classifications and the person's label and layer."""
    answer = _counting_answer(rows)
    if answer is not None:
        return Effective(label=label, answer=answer, layer=layer)
    latest = sorted(rows, key=lambda row: (row.is_open, row.queued_at), reverse=True)
    return Effective(label=label, work=latest[0] if latest else None)


def _counting_answer(rows: Sequence[Classification]) -> Classification | None:
    answers = [row for row in rows if row.has_answer]
    if len(answers) < 2:
        return answers[0] if answers else None
    ranks = _ranks_of(model_order())
    return max(
        answers,
        key=lambda row: (
            -ranks.get(row.model, len(ranks)),
            row.answer_time,
            row.certainty,
            row.emotion,
            row.pk,
        ),
    )


def effective_in(
    user: User | UUID, songs: Songs, *, order: Sequence[str] | None = None
) -> dict[Hashable, Verdict]:
    """Say what counts in each of `songs` for `user`, in three queries however many there are.

    They are known by their bare keys (`journify.models.bare`); those without an answer and a label
    are missing.
    """
    layer = PersonalLayer.objects.layer_of(user if isinstance(user, uuid.UUID) else user.pk)
    verdicts = heard_in(songs, order=order, layer=layer)
    labels = Label.objects.filter(user=user, song__in=songs).order_by()
    for song, label in labels.values_list(bare("song_id"), "emotion"):
        verdicts[song] = verdicts.get(song, Verdict())._replace(label=label)
    return verdicts


def heard_in(
    songs: Songs, *, order: Sequence[str] | None = None, layer: Layer = UNTAUGHT
) -> dict[Hashable, Verdict]:
    """Return the answers of models that count in `songs`, as `effective_in`.

    Without a layer: as they stand, whoever asks.
    """
    if layer.changes_anything:
        return {
            song: answer.verdict(layer) for song, answer in answers_in(songs, order=order).items()
        }
    found = counting_values(Classification.objects.filter(song__in=songs).order_by(), order=order)
    return {song: Verdict(*values) for song, values in found.items()}


class HeardSong(NamedTuple):
    """The answer that counts in a song, with all its probabilities."""

    emotion: str
    certainty: float
    probabilities: Mapping[str, float]
    model: str
    version: str
    word_odds: Mapping[str, float] = MappingProxyType({})  # where it was asked for

    def verdict(self, layer: Layer) -> Verdict:
        return Verdict(
            *_as_heard_by(layer, self.probabilities, heard=self.emotion, certainty=self.certainty)
        )


def answers_in(
    songs: Songs, *columns: str, order: Sequence[str] | None = None
) -> dict[Hashable, HeardSong]:
    """Return the answers that count in `songs`, by their bare keys, in one query.

    `columns`: "word_odds" where that is wanted, too.
    """
    rows = Classification.objects.filter(song__in=songs).order_by()
    found = counting_values(rows, "probabilities", "model", "version", *columns, order=order)
    return {song: HeardSong(*values) for song, values in found.items()}


def counting_values(
    rows: QuerySet[Classification],
    *columns: str | ExpressionWrapper[Combinable],
    order: Sequence[str] | None = None,
) -> dict[Hashable, tuple[Any, ...]]:
    """Return of the answer that counts in each song: emotion, certainty, and `columns` besides."""
    ranks = _ranks_of(model_order() if order is None else order)
    values = rows.values_list(
        *(bare("song_id"), "status", "model", "emotion", "certainty"),
        # thousands of moments need not become Python's to be compared
        *(as_text("answered_at"), as_text("queued_at"), *columns),
    )
    best: dict[Hashable, tuple[tuple[Any, ...], tuple[Any, ...]]] = {}
    for song, status, model, emotion, certainty, answered, queued, *others in values:
        # not in the database, which would take up everybody's answers to find these songs'
        if status == Classification.Status.FAILED or not emotion:
            continue
        key = (-ranks.get(model, len(ranks)), answered or queued, certainty, emotion)
        if song not in best or key > best[song][0]:
            best[song] = key, (emotion, certainty, *others)
    return {song: chosen for song, (_key, chosen) in best.items()}


def _ranks_of(order: Sequence[str]) -> dict[str, int]:
    return {model: place for place, model in enumerate(order)}


def counting_answers() -> ClassificationQuerySet:
    """Return each song's answer that counts, as a query for few songs or a filter's."""
    answers = Classification.objects.answered()
    of_song = answers.filter(song=OuterRef("song"))
    best = of_song.order_by(
        _rank_in_database(),
        Coalesce("answered_at", "queued_at").desc(),
        *("-certainty", "-emotion", "-pk"),
    )
    # most songs have one answer: the database needs to sort none of them
    others = of_song.exclude(pk=OuterRef("pk"))
    return answers.filter(~Exists(others) | Q(pk=Subquery(best.values("pk")[:1])))


def model_order(*, is_fresh: bool = False) -> Sequence[str]:
    """Return the order in which models' answers count, as the database has it.

    Until one was adopted there, it is this machine's. A page may use one that is some seconds old;
    whoever writes what counts takes a fresh one.
    """
    order: list[str] | None = None if is_fresh else cache.get(f"{__name__}.order")
    if order is None:
        orders = EmotionRule.objects.filter(pk=THE_RULE).values_list("model_order", flat=True)
        order = orders.first() or []
        cache.set(f"{__name__}.order", order, ORDER_SECONDS)
    return order or list(settings.CLASSIFIER_MODELS)


def adopt_order() -> EmotionRule:
    """Have answers count by this machine's CLASSIFIER_MODELS from now on, on every machine.

    Where they did before, nothing changes. Otherwise the entries have to be recounted, and what
    listeners taught is learnt anew: workers do both.
    """
    rule, _is_new = EmotionRule.objects.get_or_create(pk=THE_RULE)
    order: list[str] = settings.CLASSIFIER_MODELS
    values = {"model_order": order, "digest": digest_of(order)}
    if rule.digest != values["digest"]:
        logger.warning("answers of models count in the order %s from now on", ", ".join(order))
        others = EmotionRule.objects.filter(pk=THE_RULE).exclude(digest=values["digest"])
        others.update(recounted_to=None, recounted_at=None, **values)
        PersonalLayer.objects.filter(labels__gt=0).update(is_stale=True)
        rule.refresh_from_db()
    cache.delete(f"{__name__}.order")
    return rule


def digest_of(models: Sequence[str]) -> str:
    """Return a digest of everything that the rule depends on."""
    text = json.dumps([RULE_VERSION, LAYER_VERSION, UNSURE_BELOW, *models])
    return hashlib.sha256(text.encode()).hexdigest()


def _rank_in_database() -> Case:
    ranks = _ranks_of(model_order())
    places = [When(model=model, then=Value(place)) for model, place in ranks.items()]
    return Case(*places, default=Value(len(ranks)), output_field=IntegerField())
