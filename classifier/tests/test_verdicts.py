from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Hashable

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from classifier.models import Song
from classifier.readings import read
from classifier.tests.factories import ClassificationFactory, LabelFactory, SongFactory
from classifier.verdicts import Verdict, verdicts_of
from journify.models import uuid_of
from spotify_auth.models import User

UNSURE = {"sad": 0.3, "happy": 0.3, "energetic": 0.0, "calm": 0.4}


def by_id(verdicts: dict[Hashable, Verdict]) -> dict[uuid.UUID, Verdict]:
    return {uuid_of(key): verdict for key, verdict in verdicts.items()}


def make_songs(user: User, stranger: User) -> None:
    """One song for each way in which models and people can have spoken."""
    SongFactory()
    ClassificationFactory(emotion="happy")
    ClassificationFactory(emotion="calm", probabilities=UNSURE)
    ClassificationFactory(emotion="", status="failed")
    ClassificationFactory(emotion="", status="queued")
    LabelFactory(song=ClassificationFactory(emotion="happy").song, user=user, emotion="sad")
    LabelFactory(song=ClassificationFactory(emotion="happy").song, user=stranger, emotion="sad")
    LabelFactory(song=SongFactory(), user=user, emotion="energetic")
    main = ClassificationFactory(emotion="energetic")
    ClassificationFactory(song=main.song, model="ann", emotion="sad")
    ClassificationFactory(song=main.song, model="forgotten", emotion="happy")
    newer = ClassificationFactory(emotion="sad", version="2")
    earlier = timezone.now() - dt.timedelta(days=9)
    ClassificationFactory(song=newer.song, emotion="calm", version="1", queued_at=earlier)


def test_it_says_what_a_page_of_the_song_says(user: User, stranger: User) -> None:
    make_songs(user, stranger)
    verdicts = by_id(verdicts_of(user, Song.objects.all()))
    for song in Song.objects.with_readings(user):
        reading = read(song)
        verdict = verdicts.get(song.pk, Verdict())
        assert verdict.emotion == (reading.emotion if reading.state == "answered" else "")
        assert bool(verdict.label) == reading.is_labelled


def test_queries_do_not_grow_with_songs(user: User, stranger: User) -> None:
    for _ in range(3):
        make_songs(user, stranger)
        with CaptureQueriesContext(connection) as queries:
            verdicts_of(user, Song.objects.all())
        assert len(queries) == 2


def test_other_songs_are_not_looked_at(user: User) -> None:
    song = ClassificationFactory().song
    ClassificationFactory()
    assert by_id(verdicts_of(user, Song.objects.filter(pk=song.pk))).keys() == {song.pk}


@pytest.mark.parametrize(
    ("verdict", "emotion"),
    [
        (Verdict(), ""),
        (Verdict(heard="sad"), ""),
        (Verdict(heard="sad", is_sure=True), "sad"),
        (Verdict(heard="sad", is_sure=True, label="calm"), "calm"),
        (Verdict(heard="sad", label="calm"), "calm"),
    ],
)
def test_a_label_wins_and_doubt_counts_for_nothing(verdict: Verdict, emotion: str) -> None:
    assert verdict.emotion == emotion
