from __future__ import annotations

import datetime as dt

import pytest
from django.db import IntegrityError
from django.utils import timezone

from classifier.models import EMOTION_CHOICES, Classification, Song, audio_path
from classifier.tests.factories import ClassificationFactory, LabelFactory, SongFactory
from ml.labels import EMOTIONS
from spotify_auth.models import User

pytestmark = pytest.mark.django_db


class TestAudioPath:
    @pytest.mark.parametrize(
        ("filename", "suffix"),
        [
            ("a.mp3", ".mp3"),
            ("A.FLAC", ".flac"),
            ("../../etc/passwd", ""),
            ("a.exe", ""),
            ("a.mp3.exe", ""),
            ("a.mp3/../b", ""),
        ],
    )
    def test_only_known_extensions_reach_the_disk(self, filename: str, suffix: str) -> None:
        folder, _, name = audio_path(Song(), filename).partition("/")
        assert folder == "audio"
        assert len(name.removesuffix(suffix)) == 36
        assert name.endswith(suffix)
        assert "/" not in name

    def test_names_differ_when_files_are_called_alike(self) -> None:
        assert audio_path(Song(), "a.mp3") != audio_path(Song(), "a.mp3")


class TestSong:
    def test_visible_to_its_owner_and_from_the_catalogue(self, user: User, stranger: User) -> None:
        own, common = SongFactory(owner=user), SongFactory()
        SongFactory(owner=stranger)
        assert set(Song.objects.visible_to(user)) == {own, common}

    def test_catalogue_holds_what_belongs_to_nobody(self, user: User) -> None:
        common = SongFactory()
        SongFactory(owner=user)
        assert list(Song.objects.catalogue()) == [common]

    def test_has_audio_only_while_storage_has_it(self) -> None:
        song = SongFactory()
        assert song.has_audio
        song.audio.storage.delete(song.audio.name)
        assert not song.has_audio
        assert not SongFactory(audio="").has_audio

    def test_duration_is_known_or_not(self) -> None:
        assert Song(duration_ms=1500).duration == dt.timedelta(seconds=1.5)
        assert Song().duration is None

    def test_named_by_title_and_artist(self) -> None:
        assert str(Song(title="Clair", artist="Debussy")) == "Clair – Debussy"
        assert str(Song(title="Clair")) == "Clair"

    def test_spotify_ids_are_unique_where_there_are_any(self) -> None:
        SongFactory(spotify_id=None)
        SongFactory(spotify_id=None)
        SongFactory(spotify_id="x")
        with pytest.raises(IntegrityError):
            SongFactory(spotify_id="x")


class TestClassification:
    def test_one_row_for_each_version_of_a_model(self) -> None:
        row = ClassificationFactory()
        ClassificationFactory(song=row.song, version="other")
        with pytest.raises(IntegrityError):
            ClassificationFactory(song=row.song)

    def test_states_of_the_work(self) -> None:
        now = timezone.now()
        rows = {
            name: ClassificationFactory(status=status, lease_until=lease)
            for name, status, lease in [
                ("queued", "queued", None),
                ("running", "running", now + dt.timedelta(minutes=1)),
                ("expired", "running", now - dt.timedelta(minutes=1)),
                ("done", "done", None),
                ("failed", "failed", None),
            ]
        }
        every = Classification.objects
        assert set(every.all().open()) == {rows["queued"], rows["running"], rows["expired"]}
        assert set(every.all().done()) == {rows["done"]}
        assert set(every.all().expired()) == {rows["expired"]}

    def test_named_by_song_and_state(self) -> None:
        song = Song(title="Clair")
        assert str(Classification(song=song, model="ann", emotion="calm")) == "Clair: calm (ann)"
        assert str(Classification(song=song, model="ann")) == "Clair: waiting (ann)"


def test_one_label_for_each_person_and_song(user: User, stranger: User) -> None:
    label = LabelFactory(user=user)
    LabelFactory(user=stranger, song=label.song)
    with pytest.raises(IntegrityError):
        LabelFactory(user=user, song=label.song)


def test_emotions_are_those_of_the_models_in_their_order() -> None:
    assert [value for value, _word in EMOTION_CHOICES] == [emotion.value for emotion in EMOTIONS]
