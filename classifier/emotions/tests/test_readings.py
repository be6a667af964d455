from __future__ import annotations

import datetime as dt

import pytest
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries, Settings

from classifier.emotions.readings import Reading, bars_of, read
from classifier.models import Classification, Song
from classifier.templatetags.readings import channels
from classifier.tests.factories import ClassificationFactory, LabelFactory, SongFactory
from spotify_auth.models import User

pytestmark = pytest.mark.django_db

Status = Classification.Status


def seen_by(user: User, song: Song) -> Reading:
    return read(Song.objects.with_readings(user).get(pk=song.pk))


@pytest.fixture
def song(db: None) -> Song:
    return SongFactory()


def add(song: Song, status: Status, *, minutes_ago: int = 0, **values: object) -> Classification:
    queued_at = timezone.now() - dt.timedelta(minutes=minutes_ago)
    if status != Status.DONE:
        values |= {"emotion": ""}
    return ClassificationFactory(song=song, status=status, queued_at=queued_at, **values)


class TestWhatWins:
    def test_a_label_beats_an_answer(self, user: User, song: Song) -> None:
        add(song, Status.DONE, emotion="calm")
        LabelFactory(song=song, user=user, emotion="sad")
        reading = seen_by(user, song)
        assert (reading.state, reading.emotion, reading.is_labelled) == ("answered", "sad", True)
        assert [bar.percent for bar in reading.bars] == [10, 10, 10, 70]

    @pytest.mark.parametrize("status", [Status.QUEUED, Status.FAILED])
    def test_a_label_beats_work_and_failure(self, user: User, song: Song, status: Status) -> None:
        add(song, status)
        LabelFactory(song=song, user=user, emotion="sad")
        reading = seen_by(user, song)
        assert (reading.state, reading.emotion, reading.bars) == ("answered", "sad", [])

    def test_a_label_of_somebody_else_counts_for_nothing(
        self, user: User, stranger: User, song: Song
    ) -> None:
        add(song, Status.DONE, emotion="calm")
        LabelFactory(song=song, user=stranger, emotion="sad")
        reading = seen_by(user, song)
        assert (reading.emotion, reading.is_labelled) == ("calm", False)

    @pytest.mark.parametrize("status", [Status.QUEUED, Status.RUNNING, Status.FAILED])
    def test_an_answer_beats_newer_work_and_failure(
        self, user: User, song: Song, status: Status
    ) -> None:
        add(song, Status.DONE, emotion="calm", version="old", minutes_ago=5)
        add(song, status)
        reading = seen_by(user, song)
        assert (reading.state, reading.emotion) == ("answered", "calm")

    @pytest.mark.parametrize("status", [Status.QUEUED, Status.RUNNING])
    def test_open_work_beats_a_newer_failure(self, user: User, song: Song, status: Status) -> None:
        add(song, status, minutes_ago=5)
        add(song, Status.FAILED, model="ann", error="No.")
        reading = seen_by(user, song)
        assert (reading.state, reading.stage, reading.error) == ("listening", status, "")

    @pytest.mark.parametrize("stage", Classification.Stage.values)
    def test_a_worker_says_what_it_does(self, user: User, song: Song, stage: str) -> None:
        add(song, Status.RUNNING, stage=stage)
        assert seen_by(user, song).stage == stage

    def test_the_failure_is_told_when_there_is_nothing_else(self, user: User, song: Song) -> None:
        add(song, Status.FAILED, error="This file is silent.")
        reading = seen_by(user, song)
        assert (reading.state, reading.error) == ("failed", "This file is silent.")

    def test_the_main_model_beats_a_newer_fallback(self, user: User, song: Song) -> None:
        add(song, Status.DONE, emotion="calm", minutes_ago=5)
        add(song, Status.DONE, emotion="sad", model="ann")
        assert seen_by(user, song).emotion == "calm"

    def test_the_newest_version_beats_an_older_one(self, user: User, song: Song) -> None:
        add(song, Status.DONE, emotion="sad", version="1", minutes_ago=5)
        add(song, Status.DONE, emotion="calm", version="2")
        assert seen_by(user, song).emotion == "calm"

    def test_the_order_of_asking_counts_among_fallbacks(
        self, user: User, song: Song, settings: Settings
    ) -> None:
        settings.CLASSIFIER_MODELS = ["resnet18_bilstm", "ann", "vgg"]
        add(song, Status.DONE, model="ann", emotion="sad", minutes_ago=9)
        add(song, Status.DONE, model="vgg", emotion="happy", minutes_ago=5)
        add(song, Status.DONE, model="retired", emotion="energetic")
        assert seen_by(user, song).emotion == "sad"

    def test_a_fallback_counts_when_the_main_model_failed(self, user: User, song: Song) -> None:
        add(song, Status.FAILED, error="No.")
        add(song, Status.DONE, emotion="sad", model="ann", minutes_ago=5)
        reading = seen_by(user, song)
        assert (reading.state, reading.emotion) == ("answered", "sad")


def test_empty_when_there_is_no_song() -> None:
    assert read(None).state == "empty"


def test_failed_without_a_reason_when_nobody_listened(user: User, song: Song) -> None:
    reading = seen_by(user, song)
    assert (reading.state, reading.error, reading.classification) == ("failed", "", None)


@pytest.mark.parametrize(("top", "state"), [(0.44, "unsure"), (0.45, "answered")])
def test_unsure_below_the_threshold(user: User, song: Song, top: float, state: str) -> None:
    shares = {"sad": 0.3, "happy": 0.1, "energetic": 0.6 - top, "calm": top}
    add(song, Status.DONE, emotion="calm", probabilities=shares)
    reading = seen_by(user, song)
    assert reading.state == state
    assert [bar.name for bar in reading.candidates] == ["calm", "sad"]


def test_never_unsure_when_labelled(user: User, song: Song) -> None:
    add(song, Status.DONE, probabilities=dict.fromkeys(("sad", "happy", "energetic", "calm"), 0.25))
    LabelFactory(song=song, user=user)
    assert seen_by(user, song).state == "answered"


def test_a_row_without_probabilities_is_read(user: User, song: Song) -> None:
    add(song, Status.DONE, emotion="calm", probabilities={}, segments=[])
    reading = seen_by(user, song)
    assert (reading.state, reading.emotion, reading.candidates) == ("unsure", "", [])
    assert [bar.percent for bar in reading.bars] == [0, 0, 0, 0]


class TestBars:
    def test_percentages_are_whole_and_in_the_emotions_order(self) -> None:
        bars = bars_of({"calm": 0.5551, "happy": 0.0049, "sad": 0.44, "energetic": 0.0})
        assert [(bar.name, bar.percent, bar.is_top) for bar in bars] == [
            ("sad", 44, False),
            ("happy", 0, False),
            ("energetic", 0, False),
            ("calm", 56, True),
        ]

    def test_the_likeliest_are_told_apart_when_percentages_are_equal(
        self, user: User, song: Song
    ) -> None:
        close = {"sad": 0.3004, "happy": 0.3008, "energetic": 0.3012, "calm": 0.0976}
        segment = {"start": 0.0, "end": 10.0, "probabilities": close}
        add(song, Status.DONE, emotion="energetic", probabilities=close, segments=[segment])
        reading = seen_by(user, song)
        assert [bar.name for bar in reading.candidates] == ["energetic", "happy"]
        assert (reading.segments[0].name, str(reading.segments[0].word)) == ("unsure", "not sure")


def test_segments_name_their_time_and_emotion(user: User, song: Song) -> None:
    add(song, Status.DONE, emotion="happy")
    segments = seen_by(user, song).segments
    assert [(s.start, s.end, s.name, s.percent) for s in segments] == [
        (0.0, 10.0, "happy", 70),
        (10.0, 20.0, "happy", 70),
        (20.0, 30.0, "happy", 70),
    ]


def test_queries_do_not_grow_with_songs(
    user: User, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for _ in range(5):
        LabelFactory(user=user, song=ClassificationFactory().song)
    with django_assert_num_queries(4):
        assert [read(song).state for song in Song.objects.with_readings(user)] == ["answered"] * 5


def test_the_buttons_of_a_song_are_drawn_with_what_is_known_of_it() -> None:
    unheard = channels(Reading(state="failed"), '"><b>', "/icons.svg")
    assert unheard.count("<button") == 4
    assert 'id="label-sad-&quot;&gt;&lt;b&gt;"' in unheard
    assert "%" not in unheard
    answer = ClassificationFactory.build(emotion="calm")
    said = Reading(state="answered", emotion="happy", is_labelled=True, classification=answer)
    drawn = channels(said, "a", "/icons.svg")
    assert drawn.count("&nbsp;%") == 4
    assert drawn.count("is-top") == 1
    assert drawn.count('aria-pressed="true"') == 1
    assert drawn.index('id="label-happy-a"') < drawn.index('aria-pressed="true"')
