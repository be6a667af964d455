"""Finer words: where they lie, which a song gets, and how a person's own word counts."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from classifier.emotions.readings import read
from classifier.emotions.word_search import songs_with_word
from classifier.emotions.words import LABELS, NORMS, SIDES, WORDS, emotion_of, point_of, words_of
from classifier.models import Label, PersonalLayer, Song
from classifier.serving.results import as_point
from classifier.tests.factories import ClassificationFactory, LabelFactory, SongFactory
from journify.models import uuid_of
from ml.training.words import SAID

if TYPE_CHECKING:
    from spotify_auth.models import User

EMOTIONS = tuple(SIDES)


def chances(*values: float) -> dict[str, float]:
    return dict(zip(EMOTIONS, values, strict=True))


class TestWhereWordsLie:
    def test_each_lies_in_the_quarter_of_its_emotion(self) -> None:
        assert len(WORDS) == len(LABELS) == 20
        for word in WORDS.values():
            valence, arousal = SIDES[word.emotion]
            assert 0 < word.valence * valence <= 1
            assert 0 < word.arousal * arousal <= 1

    def test_what_teaches_them_names_all(self) -> None:
        taught = {emotion: list(words) for emotion, words in SAID.items()}
        assert taught == {emotion: list(words) for emotion, words in NORMS.items()}

    def test_words_of_a_feeling_keep_the_order_of_the_norms(self) -> None:
        for norms in NORMS.values():
            for (one, first), (other, second) in itertools.combinations(norms.items(), 2):
                if first[1] < second[1]:
                    assert WORDS[one].arousal <= WORDS[other].arousal


class TestWhichWords:
    @pytest.mark.parametrize("emotion", EMOTIONS)
    def test_they_belong_to_the_emotion_that_counts(self, emotion: str) -> None:
        for shares in itertools.product((0.02, 0.2, 0.5, 1.0), repeat=4):
            words = words_of(chances(*shares), {}, emotion=emotion)
            assert len(words) in {2, 3}
            assert {word.emotion for word in words} == {emotion}

    def test_of_no_sure_answer_all_are_asked(self) -> None:
        words = words_of(chances(0.4, 0.1, 0.1, 0.4), {}, emotion="unsure")
        assert len({word.emotion for word in words}) > 1

    def test_of_no_sure_answer_words_of_an_unlikely_emotion_are_not_said(self) -> None:
        odds = dict.fromkeys(NORMS["energetic"], 1.0)
        words = words_of(chances(0.44, 0.1, 0.02, 0.44), odds, emotion="unsure")
        assert "energetic" not in {word.emotion for word in words}

    def test_every_word_is_some_songs_first(self) -> None:
        steps = [step / 10 for step in range(11)]
        first = {
            words_of(chances(a * b, c * d, c * (1 - d), a * (1 - b)), {}, emotion=emotion)[0].name
            for a, b, d in itertools.product(steps, repeat=3)
            for c in (1 - a,)
            for emotion in EMOTIONS
        }
        assert first == set(WORDS)

    def test_louder_is_louder(self) -> None:
        """The same pleasantness with more arousal never gets a quieter word of the norms."""
        calm = [
            words_of(chances(0.1, high, 0.0, 0.9 - high), {}, emotion="calm") for high in (0.0, 0.4)
        ]
        assert calm[0][0].arousal < calm[1][0].arousal

    @pytest.mark.parametrize("emotion", EMOTIONS)
    def test_what_tags_say_moves_a_word_ahead_and_never_the_emotion(self, emotion: str) -> None:
        shares = chances(0.3, 0.2, 0.2, 0.3)
        before = [word.name for word in words_of(shares, {}, emotion=emotion)]
        for name in NORMS[emotion]:
            odds = {name: 3.0} | {word: 9.0 for word in WORDS if word not in NORMS[emotion]}
            after = words_of(shares, odds, emotion=emotion)
            assert after[0].name == name
            assert {word.emotion for word in after} == {emotion}
            against = words_of(shares, {before[0]: -3.0}, emotion=emotion)
            assert before[0] not in [word.name for word in against]

    def test_nothing_is_said_of_nothing(self) -> None:
        assert point_of({}) is None
        assert words_of({}, {}, emotion="sad") == []
        assert as_point({}, {}) == {}


class TestPoint:
    def test_it_is_what_the_sides_come_to(self) -> None:
        point = point_of(chances(0.1, 0.6, 0.1, 0.2))
        assert point is not None
        assert (point.valence, point.arousal) == (pytest.approx(0.6), pytest.approx(0.4))

    def test_it_is_surer_at_the_edge(self) -> None:
        edge, middle = point_of(chances(0, 1, 0, 0)), point_of(chances(1, 1, 1, 1))
        assert edge is not None
        assert middle is not None
        assert edge.valence_spread == 0.0
        assert middle.valence_spread == pytest.approx(1 / 3**0.5)

    def test_the_words_of_an_unsure_answer_are_not_one_emotions(self) -> None:
        """Two probabilities above the bound: the larger one counts, as everywhere."""
        assert {emotion_of(word) for word in as_point(chances(0.45, 0.55, 0, 0), {})["words"]} == {
            "happy"
        }


@pytest.mark.django_db
class TestOwnWord:
    def reading(self, user: User, song: Song):
        return read(Song.objects.with_readings(user).get(pk=song.pk))

    def test_it_stands_alone_and_never_changes_the_four(self, user: User) -> None:
        song = ClassificationFactory(emotion="sad").song
        heard = self.reading(user, song)
        LabelFactory(song=song, user=user, emotion="sad", word="solemn")
        said = self.reading(user, song)
        assert [word.name for word in said.finer] == ["solemn"]
        assert (said.emotion, said.bars, said.point) == (heard.emotion, heard.bars, heard.point)

    def test_a_word_of_another_emotion_counts_for_nothing(self, user: User) -> None:
        song = ClassificationFactory(emotion="sad").song
        LabelFactory(song=song, user=user, emotion="calm", word="solemn")
        reading = self.reading(user, song)
        assert reading.chosen is None
        assert {word.emotion for word in reading.finer} == {"calm"}

    def test_a_changed_emotion_drops_the_word_before_a_label_is_saved(self, user: User) -> None:
        label = LabelFactory(user=user, emotion="sad", word="solemn")
        label.emotion = "calm"
        label.full_clean()
        assert label.word == ""

    def test_songs_are_found_as_their_pages_describe_them(self, user: User, stranger: User) -> None:
        sad, calm, unsure = (
            ClassificationFactory(emotion="sad").song,
            ClassificationFactory(emotion="calm").song,
            ClassificationFactory(emotion="sad", probabilities=chances(0.3, 0.2, 0.2, 0.3)).song,
        )
        chosen, labelled = ClassificationFactory(emotion="sad").song, SongFactory()
        LabelFactory(song=chosen, user=user, emotion="happy", word="festive")
        LabelFactory(song=labelled, user=user, emotion="happy", word="festive")
        LabelFactory(song=calm, user=stranger, emotion="happy", word="festive")
        heard = [
            ClassificationFactory(emotion="calm", word_odds={name: 2.0}).song
            for name in NORMS["calm"]
        ]
        songs = [sad, calm, unsure, chosen, labelled, *heard]
        keys = [song.pk for song in songs]
        for name in WORDS:
            shown = {
                song.pk
                for song in songs
                if name in [word.name for word in self.reading(user, song).finer]
            }
            assert {uuid_of(key) for key in songs_with_word(user, keys, name)} == shown
        assert set(songs_with_word(user, keys, "festive")) == {chosen.pk, labelled.pk}
        for song, name in zip(heard, NORMS["calm"], strict=True):
            assert self.reading(user, song).finer[0].name == name

    def test_what_labels_taught_counts_for_words_too(self, user: User) -> None:
        song = ClassificationFactory(emotion="sad", probabilities=chances(0.5, 0.1, 0.1, 0.3)).song
        before = [word.name for word in self.reading(user, song).finer]
        PersonalLayer.objects.create(user=user, valence=3.0, strength=1.0, labels=8)
        after = [word.name for word in self.reading(user, song).finer]
        assert not set(before) & set(after)
        assert songs_with_word(user, [song.pk], after[0]) == [song.pk]
        assert songs_with_word(user, [song.pk], before[0]) == []

    def test_as_many_queries_however_many_songs(self, user: User) -> None:
        def queries() -> int:
            with CaptureQueriesContext(connection) as caught:
                songs_with_word(user, list(Song.objects.values_list("pk", flat=True)), "tender")
            return len(caught)

        LabelFactory(user=user, song=ClassificationFactory().song)
        queries()
        before = queries()
        for _ in range(5):
            LabelFactory(user=user, song=ClassificationFactory().song)
        assert queries() == before


@pytest.mark.django_db
def test_the_admin_keeps_a_word_of_the_emotion_only(user: User) -> None:
    label = Label(song=SongFactory(), user=user, emotion="happy", word="festive")
    label.full_clean()
    assert label.word == "festive"
