"""Features from outside, where no clip can be had."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from classifier.models import Classification, Song
from classifier.queue import rows as queue
from classifier.serving import fallback, listening
from classifier.sources.features import features_of
from classifier.tests.factories import ClassificationFactory, SongFactory
from journify.outbound.models import PlatformPace
from journify.tests.sandbox import Sandbox
from ml.ann import TrackResult
from ml.predictor import Prediction
from tools.sandbox.catalogue import SandboxSong
from tools.sandbox.platforms import reccobeats

if TYPE_CHECKING:
    from pytest_django.fixtures import SettingsWrapper

pytestmark = pytest.mark.django_db
Status = Classification.Status


@pytest.fixture
def there(sandbox: Sandbox, settings: SettingsWrapper) -> SandboxSong:
    settings.FEATURE_SOURCES = ["clip", "reccobeats"]
    settings.CLIP_SOURCES = ["upload"]
    return sandbox.world.songs[5]


@pytest.fixture
def song(there: SandboxSong) -> Song:
    return SongFactory(
        audio="", title=there.title, spotify_id=there.spotify_id, duration_ms=200_000
    )


def test_reccobeats_is_asked_by_the_spotify_id(song: Song, there: SandboxSong) -> None:
    found = features_of(song)
    assert found is not None
    row, source = found
    assert source == "reccobeats"
    assert row["energy"] == reccobeats.audio_features(there)["energy"]
    assert not {"href", "duration_ms", "title"} & set(row)


def test_reccobeats_is_asked_by_the_isrc_when_there_is_no_id(
    song: Song, there: SandboxSong
) -> None:
    song.spotify_id, song.isrc = None, there.isrc
    assert features_of(song) is not None


def test_none_when_reccobeats_leaves_the_track_out(song: Song) -> None:
    song.spotify_id = "0" * 22
    assert features_of(song) is None


def test_nothing_is_asked_without_an_id(song: Song, sandbox: Sandbox) -> None:
    song.spotify_id = None
    assert features_of(song) is None
    assert sandbox.world.requests == []


def test_nothing_is_asked_unless_switched_on(
    song: Song, sandbox: Sandbox, settings: SettingsWrapper
) -> None:
    settings.FEATURE_SOURCES = ["clip"]
    assert features_of(song) is None
    assert sandbox.world.requests == []


def test_retry_after_of_reccobeats_is_kept(song: Song, sandbox: Sandbox) -> None:
    sandbox.fail("reccobeats", "rate-limited")
    assert features_of(song) is None
    assert PlatformPace.objects.get(platform="reccobeats").blocked_until is not None
    assert len(sandbox.world.requests) == 1


def test_spotify_is_asked_with_the_apps_own_token(
    song: Song, sandbox: Sandbox, settings: SettingsWrapper
) -> None:
    settings.FEATURE_SOURCES = ["spotify"]
    sandbox.world.has_audio_features = True
    found = features_of(song)
    assert found is not None
    assert found[1] == "spotify"


def test_none_when_spotify_refuses_as_it_does_new_apps(
    song: Song, sandbox: Sandbox, settings: SettingsWrapper
) -> None:
    settings.FEATURE_SOURCES = ["spotify"]
    assert features_of(song) is None


class TestListening:
    @pytest.fixture
    def claimed(self, song: Song, monkeypatch: pytest.MonkeyPatch) -> Classification:
        def heard(rows: list[object]) -> list[TrackResult]:
            shares = {"sad": 0.1, "happy": 0.2, "energetic": 0.3, "calm": 0.4}
            calm = Prediction("calm", shares, [], "ann_tracks", "9")  # type: ignore[arg-type]
            return [TrackResult(calm) for _ in rows]

        monkeypatch.setattr("ml.ann.predict_tracks", heard)
        row = ClassificationFactory(song=song, status=Status.QUEUED, emotion="")
        claimed = queue.claim_classification(row.pk, worker="w")
        assert claimed is not None
        return claimed

    def test_answered_from_features_and_said_so(self, claimed: Classification) -> None:
        listening.listen(claimed)
        answer = Classification.objects.get(model="ann_tracks")
        assert (answer.emotion, answer.input, answer.clip_source) == (
            "calm",
            "features",
            "reccobeats",
        )

    def test_failed_for_want_of_a_clip_when_there_are_no_features(
        self, claimed: Classification, sandbox: Sandbox
    ) -> None:
        sandbox.fail("reccobeats", "down", times=3)
        listening.listen(claimed)
        row = Classification.objects.get()
        assert row.status == Status.FAILED
        assert "no audio of this song" in row.error

    def test_failed_when_the_features_are_no_use(
        self, claimed: Classification, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        refused = [TrackResult(None, "The row says nothing about energy.")]
        monkeypatch.setattr("ml.ann.predict_tracks", lambda _rows: refused)
        assert fallback.answer_from_features(claimed.song) is None


def test_the_shipped_network_answers_from_what_reccobeats_tells(song: Song) -> None:
    found = fallback.answer_from_features(song)
    assert found is not None
    prediction, source = found
    assert source == "reccobeats"
    assert prediction.model == "ann_tracks"
    assert sum(prediction.probabilities.values()) == pytest.approx(1)
