"""Clips from outside, against the stand-in platforms."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest

from classifier.errors import ClipLaterError, NoClipError
from classifier.files.decoding import get_decoder
from classifier.models import Song
from classifier.sources import audio_of
from classifier.tests.factories import SongFactory
from journify.outbound.models import PlatformPace
from journify.tests.sandbox import Sandbox
from ml.audio.loading import load_clip
from tools.sandbox.catalogue import SandboxSong

if TYPE_CHECKING:
    from pytest_django.fixtures import SettingsWrapper

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]


@pytest.fixture
def there(sandbox: Sandbox) -> SandboxSong:
    return sandbox.world.songs[3]


@pytest.fixture
def song(there: SandboxSong) -> Song:
    """A song that we hold no audio of, as it comes from a search."""
    return SongFactory(
        audio="",
        title=there.title,
        artist=there.artist,
        isrc=there.isrc,
        duration_ms=there.duration_ms,
    )


def heard_from(song: Song) -> str:
    with audio_of(song) as (path, source):
        assert load_clip(path).seconds > 3
    assert source in {"upload", "catalogue"} or not path.exists()
    return source


def why_not(song: Song) -> NoClipError:
    with pytest.raises(NoClipError) as caught, audio_of(song):
        pass
    return caught.value


class TestOrder:
    def test_an_upload_is_asked_first(self, sandbox: Sandbox, user: object) -> None:
        tone = sandbox.world.songs[0].path
        song = SongFactory(owner=user)
        Path(song.audio.path).write_bytes(tone.read_bytes())
        assert heard_from(song) == "upload"
        assert sandbox.world.requests == []

    def test_deezer_is_asked_by_isrc(
        self, song: Song, there: SandboxSong, sandbox: Sandbox
    ) -> None:
        assert heard_from(song) == "deezer"
        assert sandbox.paths("deezer") == [
            f"/track/isrc:{there.isrc}",
            f"/preview/{there.deezer_id}.mp3",
        ]
        assert sandbox.paths("itunes") == []

    def test_deezer_is_asked_by_its_own_id_when_it_is_known(
        self, song: Song, there: SandboxSong, sandbox: Sandbox
    ) -> None:
        song.deezer_id = there.deezer_id
        assert heard_from(song) == "deezer"
        assert sandbox.paths("deezer")[0] == f"/track/{there.deezer_id}"

    def test_deezer_is_searched_when_the_isrc_is_unknown(
        self, song: Song, sandbox: Sandbox
    ) -> None:
        song.isrc = "XX0000000000"
        assert heard_from(song) == "deezer"
        assert sandbox.paths("deezer")[1] == "/search"

    def test_apple_is_asked_when_deezer_has_nothing(self, song: Song, sandbox: Sandbox) -> None:
        sandbox.fail("deezer", "deezer-no-data", times=2)
        assert heard_from(song) == "itunes"

    def test_a_switched_off_source_is_not_asked(
        self, song: Song, sandbox: Sandbox, settings: SettingsWrapper
    ) -> None:
        settings.CLIP_SOURCES = ["itunes"]
        assert heard_from(song) == "itunes"
        assert sandbox.paths("deezer") == []

    def test_nothing_is_asked_when_all_are_off(
        self, song: Song, sandbox: Sandbox, settings: SettingsWrapper
    ) -> None:
        settings.CLIP_SOURCES = ["upload"]
        assert "Upload it" in str(why_not(song))
        assert sandbox.world.requests == []


def test_a_worker_decodes_a_clip_once_for_its_check_and_its_sound(
    song: Song, sandbox: Sandbox
) -> None:
    decoder = get_decoder()
    decoder.close()
    decoder.start()
    try:
        [child] = decoder._idle
        with audio_of(song) as (path, source):
            clip = decoder.load(path)
            assert np.array_equal(clip.samples, load_clip(path).samples)
        assert (source, child.answered) == ("deezer", 1)
    finally:
        decoder.close()


class TestDeezer:
    @pytest.fixture(autouse=True)
    def _only_deezer(self, sandbox: Sandbox, settings: SettingsWrapper) -> None:
        settings.CLIP_SOURCES = ["deezer"]

    def test_a_preview_that_ran_out_is_asked_for_again(
        self, song: Song, sandbox: Sandbox, there: SandboxSong
    ) -> None:
        sandbox.fail("deezer", "expired-preview", path="preview")
        assert heard_from(song) == "deezer"
        assert sandbox.paths("deezer").count(f"/preview/{there.deezer_id}.mp3") == 2

    def test_told_apart_when_the_preview_stays_away(self, song: Song, sandbox: Sandbox) -> None:
        sandbox.fail("deezer", "expired-preview", path="preview", times=2)
        assert "took its clip away" in str(why_not(song))

    def test_the_country_is_named_when_there_is_no_preview_in_it(
        self, song: Song, sandbox: Sandbox
    ) -> None:
        sandbox.fail("deezer", "unreadable", times=2)
        error = why_not(song)
        assert "country" in str(error)
        assert not isinstance(error, ClipLaterError)

    def test_later_when_deezers_quota_error_comes_with_status_200(
        self, song: Song, sandbox: Sandbox
    ) -> None:
        sandbox.fail("deezer", "deezer-quota")
        error = why_not(song)
        assert isinstance(error, ClipLaterError)
        assert error.seconds == 5.0
        assert PlatformPace.objects.get(platform="deezer").is_quota_used_up is False

    def test_never_when_deezer_does_not_have_it(self, song: Song, sandbox: Sandbox) -> None:
        sandbox.fail("deezer", "deezer-no-data")
        song.title = "Another"
        error = why_not(song)
        assert "does not have this song" in str(error)
        assert not isinstance(error, ClipLaterError)

    @pytest.mark.parametrize("kind", ["down", "slow", "reset", "truncated"])
    def test_later_when_deezer_is_away(self, kind: str, song: Song, sandbox: Sandbox) -> None:
        sandbox.fail("deezer", kind, path="track", times=4)
        assert isinstance(why_not(song), ClipLaterError)

    def test_one_bad_moment_is_passed_over(self, song: Song, sandbox: Sandbox) -> None:
        sandbox.fail("deezer", "down")
        assert heard_from(song) == "deezer"

    def test_a_song_of_another_length_is_not_taken(self, song: Song) -> None:
        song.isrc, song.duration_ms = "", song.duration_ms + 4000
        assert "does not have this song" in str(why_not(song))

    @pytest.mark.parametrize("kind", ["truncated", "not-audio"])
    def test_refused_when_the_clip_is_no_audio(
        self, kind: str, song: Song, sandbox: Sandbox
    ) -> None:
        sandbox.fail("deezer", kind, path="preview")
        assert "could not be read" in str(why_not(song))

    def test_refused_when_the_clip_leads_to_a_private_address(
        self, song: Song, sandbox: Sandbox
    ) -> None:
        sandbox.fail("deezer", "redirect-private", path="preview")
        assert "do not trust" in str(why_not(song))


class TestApple:
    @pytest.fixture(autouse=True)
    def _only_apple(self, sandbox: Sandbox, settings: SettingsWrapper) -> None:
        settings.CLIP_SOURCES = ["itunes"]

    def test_three_seconds_off_is_the_same_song(self, song: Song) -> None:
        song.duration_ms += 3000
        assert heard_from(song) == "itunes"

    def test_more_than_three_seconds_off_is_another(self, song: Song) -> None:
        song.duration_ms += 3001
        assert "Apple does not have this song" in str(why_not(song))

    def test_later_when_apples_quota_is_used_up(self, song: Song, sandbox: Sandbox) -> None:
        sandbox.fail("itunes", "forbidden")
        error = why_not(song)
        assert isinstance(error, ClipLaterError)
        assert error.seconds == 60.0
        again = why_not(song)
        assert isinstance(again, ClipLaterError)
        assert sandbox.paths("itunes") == ["/search"]

    def test_no_clip_when_the_song_has_no_preview(self, song: Song, sandbox: Sandbox) -> None:
        sandbox.fail("itunes", "no-preview")
        assert "no clip of this song" in str(why_not(song))

    def test_both_reasons_are_told(
        self, song: Song, sandbox: Sandbox, settings: SettingsWrapper
    ) -> None:
        settings.CLIP_SOURCES = ["upload", "deezer", "itunes"]
        sandbox.fail("deezer", "unreadable", times=2)
        sandbox.fail("itunes", "no-preview")
        sentence = str(why_not(song))
        assert "Deezer has no clip" in sentence
        assert "Apple has no clip" in sentence
        assert len(sentence) <= 300


def test_no_address_of_a_clip_is_stored(song: Song) -> None:
    heard_from(song)
    stored = Song.objects.filter(pk=song.pk).values().get()
    assert not [value for value in stored.values() if "preview" in str(value)]
