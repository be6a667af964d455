from __future__ import annotations

from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from classifier.curating.insight import insight
from classifier.models import PersonalLayer, Song
from classifier.tests.factories import ClassificationFactory, LabelFactory
from spotify_auth.models import User
from spotify_auth.tests.factories import UserFactory

URL = reverse("admin:classifier_insight")


def corrected(count: int, *, said: str = "sad") -> Song:
    row = ClassificationFactory(emotion="calm")
    for _ in range(count):
        LabelFactory(song=row.song, emotion=said)
    return row.song


def test_songs_corrected_most_come_first(db: None) -> None:
    once, thrice = corrected(1), corrected(3)
    corrected(5, said="calm")
    rows = insight()["corrected"]
    assert [(row["song"], row["heard"], row["said"], row["count"]) for row in rows] == [
        (thrice, "calm", "sad", 3),
        (once, "calm", "sad", 1),
    ]


def test_each_version_is_compared_with_people(db: None) -> None:
    song = corrected(3)
    ClassificationFactory(song=song, version="2", emotion="sad")
    found = {row.version: (row.labels, row.agreed, row.percent) for row in insight()["models"]}
    assert found == {"test": (3, 0, 0), "2": (3, 3, 100)}


def test_what_was_learned_is_summed_over_several_listeners(db: None) -> None:
    values = {"model": "main", "labels": 10, "before": 5, "after": 8, "is_on": True}
    for _ in range(3):
        PersonalLayer.objects.create(user=UserFactory(), version="2", **values)
    # two listeners: a curator who is one of them would know what the other said
    for _ in range(2):
        PersonalLayer.objects.create(user=UserFactory(), version="1", **values)
    [row] = insight()["personal"]
    assert (row.version, row.listeners, row.labels) == ("2", 3, 30)
    assert (row.percent_before, row.percent_after) == (50, 80)


def test_queue_and_failures_are_counted(db: None) -> None:
    for _ in range(2):
        ClassificationFactory(status="failed", emotion="", error="No clip.")
    ClassificationFactory(status="queued", emotion="")
    found = insight()
    assert found["queue"] == {"waiting": 1, "under way": 0, "done": 0, "failed": 2}
    assert found["failures"] == [("No clip.", 2)]


def test_the_page_needs_permission(
    curator: User, user: User, browser_of: Callable[[User], Client]
) -> None:
    corrected(2)
    page = browser_of(curator).get(URL)
    assert page.status_code == 200
    assert "Corrected most" in page.content.decode()
    assert browser_of(UserFactory(is_staff=True)).get(URL).status_code == 404
    assert browser_of(user).get(URL).status_code == 302


@pytest.mark.parametrize("more", [8])
def test_queries_do_not_grow(db: None, more: int) -> None:
    def count() -> int:
        with CaptureQueriesContext(connection) as queries:
            insight()
        return len(queries)

    corrected(1)
    count()  # the order of models is kept for some seconds
    few = count()
    for _ in range(more):
        corrected(2)
    assert count() == few == 7
