"""The forms of the one rule agree, whatever rows there are."""

from __future__ import annotations

import datetime as dt
import random
import uuid
from collections.abc import Hashable

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from pytest_django import Settings

from classifier.emotions import effective
from classifier.emotions.effective import (
    Verdict,
    counting_answers,
    effective_in,
    effective_of,
    heard_in,
)
from classifier.emotions.readings import read
from classifier.models import Classification, EmotionRule, Label, Song
from classifier.queue import rows as queue
from classifier.serving.results import UNSURE, UNSURE_BELOW
from classifier.tests.factories import ClassificationFactory, LabelFactory, SongFactory
from journify.models import uuid_of
from ml.labels import EMOTIONS
from spotify_auth.models import User

pytestmark = pytest.mark.django_db

NAMES = [emotion.value for emotion in EMOTIONS]
NOW = timezone.now()
# few, so that rows of one song are level in each of them now and then
MOMENTS = [None, NOW, NOW - dt.timedelta(hours=1), NOW - dt.timedelta(microseconds=1)]
CERTAINTIES = [0.0, 0.3, UNSURE_BELOW - 1e-9, UNSURE_BELOW, 0.9]
MODELS = ["resnet18_bilstm", "ann", "retired", "forgotten"]


def by_id(verdicts: dict[Hashable, Verdict]) -> dict[uuid.UUID, Verdict]:
    return {uuid_of(key): verdict for key, verdict in verdicts.items()}


def add_row(dice: random.Random, song: Song) -> None:
    """Write what may stand in a row, also what no function of ours writes."""
    emotion, certainty = dice.choice([*NAMES, ""]), dice.choice(CERTAINTIES)
    Classification.objects.get_or_create(
        song=song,
        model=dice.choice(MODELS),
        version=dice.choice(["1", "2", "10"]),
        defaults={
            "status": dice.choice(Classification.Status.values),
            "emotion": emotion,
            "certainty": certainty if emotion else 0.0,
            "probabilities": {emotion: certainty} if emotion else {},
            "answered_at": dice.choice(MOMENTS),
            "queued_at": dice.choice(MOMENTS) or NOW,
        },
    )


def make_songs(dice: random.Random, users: list[User], count: int) -> None:
    for _ in range(count):
        song = SongFactory(audio="")
        for _ in range(dice.randrange(6)):
            add_row(dice, song)
        for user in users:
            if dice.random() < 0.2:
                LabelFactory(song=song, user=user, emotion=dice.choice(NAMES))


@pytest.mark.parametrize("seed", range(6))
def test_the_forms_of_the_rule_agree(
    user: User, stranger: User, settings: Settings, seed: int
) -> None:
    dice = random.Random(seed)  # noqa: S311 -- dice, not secrets
    make_songs(dice, [user, stranger], 60)
    settings.CLASSIFIER_MODELS = dice.sample(MODELS[:3], dice.randint(1, 3))
    effective.adopt_order()
    many = by_id(effective_in(user, Song.objects.all()))
    in_database = {row.song_id: row for row in counting_answers()}
    # whatever the dice say, one of each state
    ClassificationFactory(emotion="", status="queued")
    SongFactory()
    seen = set()
    for song in Song.objects.with_readings(user):
        rows = list(song.classifications.all())
        label = next((label.emotion for label in song.own_labels), "")
        one = effective_of(rows, label=label)
        assert many.get(song.pk, Verdict()).emotion == one.emotion
        assert in_database.get(song.pk) == one.answer
        reading = read(song)
        assert reading.state == one.state
        assert reading.emotion == ("" if one.emotion == UNSURE else one.emotion)
        assert (one.state == "listening") == (not one.emotion and any(row.is_open for row in rows))
        seen.add(one.state)
    assert seen == {"answered", "unsure", "listening", "failed"}


@pytest.mark.parametrize("seed", range(3))
def test_a_filter_finds_what_the_rule_says(user: User, seed: int) -> None:
    dice = random.Random(seed)  # noqa: S311 -- dice, not secrets
    make_songs(dice, [], 60)
    found = {
        emotion: set(counting_answers().counted_as(emotion).values_list("song", flat=True))
        for emotion in [*NAMES, UNSURE]
    }
    said = by_id(heard_in(Song.objects.all()))
    assert found == {
        emotion: {song for song, verdict in said.items() if verdict.emotion == emotion}
        for emotion in found
    }


def test_of_two_versions_the_one_that_answered_last_counts() -> None:
    song = SongFactory()
    earlier, later = NOW - dt.timedelta(days=2), NOW - dt.timedelta(days=1)
    ClassificationFactory(song=song, version="1", emotion="sad", answered_at=earlier)
    ClassificationFactory(song=song, version="2", emotion="calm", answered_at=later)
    # asked again: it becomes the newest once it has answered, not before
    queue.requeue(song.classifications.get(version="1"))
    assert effective_of(song.classifications.all()).emotion == "calm"
    claimed = queue.claim_classification(song.classifications.get(version="1").pk, worker="w")
    assert claimed is not None
    queue.settle_classification(claimed, status="done", emotion="happy", certainty=0.9)
    assert effective_of(song.classifications.all()).emotion == "happy"


class TestAnAnswerStandsUntilThereIsANewOne:
    """Point 6: whatever becomes of another try, what was known stays known."""

    @pytest.fixture
    def row(self) -> Classification:
        return ClassificationFactory(emotion="calm", answered_at=NOW - dt.timedelta(days=1))

    def seen(self, row: Classification) -> tuple[str, str]:
        found = effective_of(list(row.song.classifications.all()))
        ((_key, verdict),) = heard_in([row.song_id]).items()
        assert verdict.emotion == found.emotion
        return found.state, found.emotion

    def test_while_it_waits_and_is_under_way(self, row: Classification) -> None:
        assert queue.classify_again(row.song)
        assert self.seen(row) == ("answered", "calm")
        assert queue.claim_classification(row.pk, worker="w")
        assert self.seen(row) == ("answered", "calm")

    def test_after_it_failed(self, row: Classification) -> None:
        queue.classify_again(row.song)
        claimed = queue.claim_classification(row.pk, worker="w")
        assert claimed is not None
        queue.fail_classification(claimed, "This file is silent.", reason="silent")
        assert self.seen(row) == ("answered", "calm")
        row.refresh_from_db()
        # nothing was heard just now
        assert row.answered_at == NOW - dt.timedelta(days=1)

    def test_of_a_new_version_too(self, row: Classification) -> None:
        Classification.objects.filter(pk=row.pk).update(version="0")
        newer = queue.request_classification(row.song)
        assert newer.pk != row.pk
        assert self.seen(row) == ("answered", "calm")
        claimed = queue.claim_classification(newer.pk, worker="w")
        assert claimed is not None
        queue.fail_classification(claimed, "This file is silent.", reason="silent")
        assert self.seen(row) == ("answered", "calm")

    def test_what_failed_does_not_come_back_when_it_is_tried_again(
        self, row: Classification
    ) -> None:
        Classification.objects.filter(pk=row.pk).update(status="failed")
        row.refresh_from_db()
        queue.requeue(row)
        assert effective_of(list(row.song.classifications.all())).state == "listening"


def test_queries_do_not_grow_with_songs(user: User) -> None:
    dice = random.Random(1)  # noqa: S311 -- dice, not secrets
    effective.model_order()
    for _ in range(3):
        make_songs(dice, [user], 5)
        with CaptureQueriesContext(connection) as queries:
            effective_in(user, Song.objects.all())
        assert len(queries) == 3


def test_other_songs_are_not_looked_at(user: User) -> None:
    song = ClassificationFactory().song
    ClassificationFactory()
    assert by_id(effective_in(user, Song.objects.filter(pk=song.pk))).keys() == {song.pk}


@pytest.mark.parametrize(
    ("verdict", "emotion"),
    [
        (Verdict(), ""),
        (Verdict(heard="sad", certainty=UNSURE_BELOW - 0.01), "unsure"),
        (Verdict(heard="sad", certainty=UNSURE_BELOW), "sad"),
        (Verdict(heard="sad", certainty=0.9, label="calm"), "calm"),
        (Verdict(heard="sad", certainty=0.1, label="calm"), "calm"),
        (Verdict(label="calm"), "calm"),
    ],
)
def test_a_label_wins_and_a_doubtful_answer_is_no_emotion(verdict: Verdict, emotion: str) -> None:
    assert verdict.emotion == emotion


class TestTheOrderStandsInTheDatabase:
    """Point 5: machines whose CLASSIFIER_MODELS differ agree which answer counts."""

    @pytest.fixture
    def song(self) -> Song:
        song = SongFactory()
        ClassificationFactory(song=song, model="resnet18_bilstm", emotion="calm")
        ClassificationFactory(song=song, model="ann", emotion="sad")
        return song

    def emotion_of(self, song: Song) -> str:
        return effective_of(list(song.classifications.all())).emotion

    def test_without_one_this_machine_s_counts(self, song: Song, settings: Settings) -> None:
        settings.CLASSIFIER_MODELS = ["ann"]
        assert self.emotion_of(song) == "sad"

    def test_what_was_adopted_counts_on_every_machine(self, song: Song, settings: Settings) -> None:
        effective.adopt_order()
        settings.CLASSIFIER_MODELS = ["ann", "resnet18_bilstm"]
        assert self.emotion_of(song) == "calm"
        assert effective.model_order(is_fresh=True) == ["resnet18_bilstm", "ann"]
        effective.adopt_order()
        assert self.emotion_of(song) == "sad"
        assert EmotionRule.objects.count() == 1

    def test_another_machine_s_order_is_followed(self, song: Song) -> None:
        effective.adopt_order()
        assert self.emotion_of(song) == "calm"
        EmotionRule.objects.update(model_order=["ann"])
        # whoever writes asks anew, a page within seconds
        fresh = heard_in([song.pk], order=effective.model_order(is_fresh=True))
        assert [verdict.emotion for verdict in fresh.values()] == ["sad"]
        assert self.emotion_of(song) == "sad"


def test_labels_of_others_do_not_count(user: User, stranger: User) -> None:
    song = LabelFactory(song=ClassificationFactory(emotion="happy").song, user=stranger).song
    assert by_id(effective_in(user, [song.pk]))[song.pk].emotion == "happy"
    assert Label.objects.count() == 1
