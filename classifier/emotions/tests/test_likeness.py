from __future__ import annotations

import math
import random

import pytest

from classifier.emotions.likeness import nearest
from classifier.models import Classification, Song
from classifier.serving.embeddings import Direction, pack_embedding
from classifier.tests.factories import ClassificationFactory, SongFactory

pytestmark = pytest.mark.django_db


def heard(emotion: str = "calm", embedding: list[int] | None = None, **values: object) -> Song:
    values["embedding"] = pack_embedding(embedding or [])
    return ClassificationFactory(emotion=emotion, **values).song


def test_songs_that_point_the_same_way_come_first() -> None:
    song = heard(embedding=[127, 0, 10])
    opposite = heard(embedding=[0, 127, 0])
    near = heard(embedding=[120, 20, 0])
    same = heard("sad", embedding=[127, 0, 10])
    found = nearest(song, Song.objects.all(), count=8)
    assert found == [same.pk, near.pk, opposite.pk]


def test_the_probabilities_stand_in_where_embeddings_are_missing() -> None:
    song = heard("calm", embedding=[127, 0])
    sad, calm = heard("sad"), heard("calm")
    assert nearest(song, Song.objects.all(), count=8)[0] == calm.pk
    assert nearest(sad, Song.objects.filter(pk=calm.pk), count=8) == [calm.pk]


def test_embeddings_of_another_version_are_not_compared() -> None:
    song = heard("calm", embedding=[127, 0])
    older = heard("sad", embedding=[127, 0], version="old")
    calm = heard("calm", embedding=[0, 127])
    assert nearest(song, Song.objects.all(), count=8) == [calm.pk, older.pk]


def test_only_the_best_answer_of_a_song_counts() -> None:
    song, other = heard("calm"), heard("sad")
    ClassificationFactory(song=other, model="ann", emotion="calm")
    third = heard("calm")
    assert nearest(song, Song.objects.all(), count=1) == [third.pk]


def test_nothing_is_like_a_song_that_was_not_heard() -> None:
    heard()
    failed = heard("", status=Classification.Status.FAILED)
    assert nearest(SongFactory(), Song.objects.all(), count=8) == []
    assert nearest(failed, Song.objects.all(), count=8) == []


def test_songs_that_failed_are_like_nothing() -> None:
    heard("", status=Classification.Status.FAILED)
    assert nearest(heard(), Song.objects.all(), count=8) == []


def test_packed_embeddings_are_ordered_as_by_the_cosine() -> None:
    chance = random.Random(1)  # noqa: S311 -- no secret
    own, *others = [[chance.randrange(-127, 128) for _ in range(256)] for _ in range(40)]
    others += [[0] * 256, [2 * value // 3 for value in own], [-value for value in own]]
    direction = Direction(pack_embedding(own) or b"")

    def cosine(other: list[int]) -> float:
        length = math.hypot(*other) * math.hypot(*own)
        return sum(a * b for a, b in zip(own, other, strict=True)) / length if length else 0.0

    for other in others:
        along = direction.along(pack_embedding(other) or b"") / math.hypot(*own)
        assert along == pytest.approx(cosine(other), abs=1e-9)


def test_a_network_that_says_nothing_has_no_embedding() -> None:
    assert pack_embedding([]) is None
