from __future__ import annotations

import pytest
from django.core.files.base import ContentFile

from classifier.models import Classification, Song
from classifier.queue import rows as queue
from classifier.serving.embeddings import pack_embedding
from classifier.serving.listening import listen
from classifier.tests.factories import SongFactory
from classifier.tests.fakes import FakePrediction, FakeService
from spotify_auth.models import User

pytestmark = pytest.mark.django_db


def listened(song: Song) -> Classification:
    row = queue.claim_classification(queue.request_classification(song).pk, worker="w1")
    assert row is not None
    listen(row)
    row.refresh_from_db()
    return row


@pytest.fixture
def first(service: FakeService, heard_song: Song) -> Classification:
    return listened(heard_song)


@pytest.fixture
def again(heard_song: Song, user: User) -> Song:
    """The same file, uploaded by a listener under another name."""
    return SongFactory(audio=heard_song.audio.name, title="Another name", owner=user)


def test_the_same_file_is_heard_once(
    service: FakeService, first: Classification, again: Song
) -> None:
    service.script = [FakePrediction(emotion="sad")]
    row = listened(again)
    assert len(service.heard) == 1
    assert (row.status, row.emotion, row.clip_source) == ("done", "happy", "upload")
    same = (
        "probabilities",
        "segments",
        "word_odds",
        "certainty",
        "model",
        "version",
        "clip_sha256",
    )
    assert [getattr(row, name) for name in same] == [getattr(first, name) for name in same]
    assert row.embedding == pack_embedding([127, 0, -5])
    assert len(row.clip_sha256) == 64


def test_an_answer_without_the_tags_word_is_heard_again(
    service: FakeService, first: Classification, again: Song
) -> None:
    Classification.objects.update(word_odds={})
    row = listened(again)
    assert len(service.heard) == 2
    assert row.word_odds == FakePrediction().word_odds


def test_another_file_is_heard(service: FakeService, first: Classification) -> None:
    with first.song.audio.open() as source:
        content = source.read()
    other = SongFactory()
    other.audio.save("song.flac", ContentFile(content + b"\0"))
    listened(other)
    assert len(service.heard) == 2


@pytest.mark.parametrize(
    "change",
    [{"version": "older"}, {"model": "another"}, {"status": Classification.Status.FAILED}],
    ids=["another version", "another model", "no answer"],
)
def test_a_file_is_heard_again_when_the_answer_is_no_answer_of_this_model(
    service: FakeService, first: Classification, again: Song, change: dict[str, str]
) -> None:
    Classification.objects.filter(pk=first.pk).update(**change)
    assert listened(again).status == "done"
    assert len(service.heard) == 2


def test_an_imported_answer_is_none(
    service: FakeService, first: Classification, again: Song
) -> None:
    """What a listener's archive claims of a file must not be what others are told."""
    Classification.objects.filter(pk=first.pk).update(clip_sha256="", emotion="sad")
    assert listened(again).emotion == "happy"
    assert len(service.heard) == 2
