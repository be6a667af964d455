from __future__ import annotations

from collections.abc import Iterator

import pytest

from classifier.models import Classification
from classifier.queue import following
from classifier.tests.factories import ClassificationFactory

pytestmark = pytest.mark.django_db
Status = Classification.Status


@pytest.fixture(autouse=True)
def _afresh() -> Iterator[None]:
    following._followed.clear()
    yield
    following._followed.clear()


def answered(version: str, **values: object) -> Classification:
    return ClassificationFactory(version=version, status=Status.DONE, **values)


def waiting() -> list[Classification]:
    return list(Classification.objects.waiting())


def test_answers_of_an_older_version_follow_when_nothing_waits() -> None:
    old = answered("0.9")
    assert following.classify_outdated() == 1
    (row,) = waiting()
    assert (row.song, row.model, row.version) == (old.song, old.model, "test")
    old.refresh_from_db()
    assert old.status == Status.DONE  # and stands meanwhile


def test_songs_of_this_version_are_left_alone() -> None:
    song = answered("0.9").song
    answered("test", song=song)
    assert following.classify_outdated() == 0
    assert waiting() == []


def test_songs_follow_a_few_at_a_time_behind_what_waits() -> None:
    for _ in range(following.AT_ONCE + 1):
        answered("0.9")
    assert following.classify_outdated() == following.AT_ONCE
    assert following.classify_outdated() == 0
    Classification.objects.waiting().update(status=Status.FAILED)
    assert following.classify_outdated() == 1


def test_answers_from_features_are_left_alone() -> None:
    answered("0.9", input=Classification.Input.FEATURES)
    assert following.classify_outdated() == 0


def test_nobody_looks_again_when_all_have_followed() -> None:
    assert following.classify_outdated() == 0
    answered("0.9")
    assert following.classify_outdated() == 0  # what comes later is asked about at once
