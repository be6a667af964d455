"""Any song by its name in the picker: asked first, then Deezer, then MusicBrainz."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from django.test import Client
from django.urls import reverse

from classifier.models import Song
from classifier.sources import audio_of
from classifier.tests.factories import SongFactory
from journal.models import Entry, Preferences
from journal.tests.factories import EntryFactory
from journify import settings as ours
from journify.outbound.session import Platform
from journify.tests.sandbox import Sandbox
from spotify_auth.models import User
from tools.sandbox.catalogue import SandboxSong
from tools.sandbox.clips import encoded_clip
from tools.sandbox.invented import invented_songs

if TYPE_CHECKING:
    from django.http import HttpResponse
    from pytest_django.fixtures import SettingsWrapper

HTMX = {"HX-Request": "true"}


@pytest.fixture
def entry(user: User) -> Entry:
    return EntryFactory(journal__user=user, song=None, answered_at=None)


@pytest.fixture(autouse=True)
def _searchable(sandbox: Sandbox, settings: SettingsWrapper) -> None:
    settings.DEEZER_SEARCH = settings.MUSICBRAINZ_SEARCH = True


@pytest.fixture
def allowed(user: User) -> None:
    Preferences.objects.update_or_create(user=user, defaults={"search": "outside"})


@pytest.fixture
def catalogue(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> list[SandboxSong]:
    """The stand-in with its few hundred invented songs."""
    songs = invented_songs()
    monkeypatch.setattr(sandbox.world, "songs", songs)
    return songs


def picker(client: Client, entry: Entry, **query: object) -> str:
    """The picker without a script, with everything in it."""
    return client.get(reverse("journal:picker", args=[entry.pk]), query).content.decode()


def look(client: Client, entry: Entry, **query: object) -> HttpResponse:
    return client.get(reverse("journal:remote", args=[entry.pk]), query, headers=HTMX)


def refs(client: Client, entry: Entry, query: str, platform: str = "deezer") -> list[str]:
    results = look(client, entry, q=query, **{"in": platform}).context["results"]
    assert results.error == ""
    return [item.ref for item in results.items]


def choose(client: Client, entry: Entry, choice: str, **more: Any) -> HttpResponse:
    path = reverse("journal:choose_search", args=[entry.pk])
    return client.post(path, {"search": choice, "q": "tone 5"}, **more)


class TestConsent:
    def test_nothing_leaves_before_the_listener_says_so(
        self, listener: Client, entry: Entry, sandbox: Sandbox
    ) -> None:
        page = picker(listener, entry, q="tone 5")
        assert "Search Deezer" in page
        assert "Only my songs" in page
        look(listener, entry, q="tone 5", **{"in": "deezer"})
        look(listener, entry, q="tone 5", **{"in": "musicbrainz"})
        link = f"https://www.deezer.com/track/{sandbox.world.songs[5].deezer_id}"
        assert "Say first whether" in picker(listener, entry, q=link)
        track = f"deezer:{sandbox.world.songs[5].deezer_id}"
        listener.post(reverse("journal:answer", args=[entry.pk]), {"track": track})
        assert listener.get("/journal/add/", {"track": track}).status_code == 404
        assert sandbox.world.requests == []

    @pytest.mark.parametrize("headers", [{}, HTMX])
    def test_a_yes_is_kept_and_searches_at_once(
        self, headers: dict[str, str], listener: Client, entry: Entry, user: User
    ) -> None:
        response = choose(listener, entry, "outside", headers=headers, follow=True)
        page = response.content.decode()
        assert "Search Deezer" not in page
        assert ("remote-row" in page) or ("picker-remote" in page)
        assert Preferences.objects.get(user=user).search == "outside"

    def test_a_no_is_kept_and_nothing_is_asked_again(
        self, listener: Client, entry: Entry, sandbox: Sandbox
    ) -> None:
        page = choose(listener, entry, "own", follow=True).content.decode()
        assert "Search Deezer" not in page
        assert "settings" in page
        assert sandbox.world.requests == []

    def test_nonsense_is_no_answer(self, listener: Client, entry: Entry) -> None:
        assert "Search Deezer" in choose(listener, entry, "all", follow=True).content.decode()

    def test_it_can_be_changed_in_the_settings(
        self, listener: Client, entry: Entry, user: User, allowed: None
    ) -> None:
        values = {"time_zone": "UTC", "theme": "auto", "phrases_per_day": 12, "search": "own"}
        listener.post(reverse("journal:settings"), values)
        assert Preferences.objects.get(user=user).search == "own"
        assert "picker-remote" not in picker(listener, entry, q="tone 5")

    def test_the_privacy_page_says_so(self, listener: Client) -> None:
        page = listener.get("/privacy/").content.decode()
        assert "only if you allowed it" in page
        assert "Search MusicBrainz" in page

    def test_a_strangers_entry_is_not_found(self, listener: Client, stranger: User) -> None:
        other = EntryFactory(journal__user=stranger)
        assert choose(listener, other, "outside").status_code == 404


class TestSwitches:
    def test_offline_asks_nobody_and_names_nobody(
        self,
        listener: Client,
        entry: Entry,
        allowed: None,
        sandbox: Sandbox,
        settings: SettingsWrapper,
    ) -> None:
        # as journify/settings.py does with OFFLINE=true
        settings.OFFLINE, settings.CLIP_SOURCES = True, ["upload"]
        settings.DEEZER_SEARCH = settings.MUSICBRAINZ_SEARCH = settings.SPOTIFY_ENABLED = False
        page = picker(listener, entry, q="tone 5")
        assert "deezer" not in page.casefold()
        assert "Nothing called" in page
        assert "search" not in listener.get("/settings/").context["form"].fields
        assert sandbox.world.requests == []

    def test_musicbrainz_is_off_without_a_contact(
        self, listener: Client, entry: Entry, allowed: None, settings: SettingsWrapper
    ) -> None:
        settings.MUSICBRAINZ_SEARCH = False
        assert "MusicBrainz" not in picker(listener, entry, q="tone 5")
        assert look(listener, entry, q="tone 5", **{"in": "musicbrainz"}).content == b""


@pytest.mark.usefixtures("allowed")
class TestDeezer:
    def test_results_show_what_tells_songs_apart(
        self, listener: Client, entry: Entry, catalogue: list[SandboxSong]
    ) -> None:
        song = next(song for song in catalogue if "deezer" in song.at)
        page = picker(listener, entry, q=f"{song.artist} {song.title}")
        minutes, seconds = divmod(song.duration_ms // 1000, 60)
        assert song.title in page
        assert f"{minutes}:{seconds:02d}" in page
        assert "remote-cover" in page
        assert 'data-preview="http://127.0.0.1' in page
        assert "Open Deezer" in page

    def test_covers_and_clips_are_allowed_by_the_policy(self) -> None:
        directives = ours.CONTENT_SECURITY_POLICY["DIRECTIVES"]
        for name in ("img-src", "media-src"):
            assert "https://*.dzcdn.net" in directives[name]

    def test_every_song_is_found_by_artist_and_title(
        self, listener: Client, entry: Entry, catalogue: list[SandboxSong]
    ) -> None:
        songs = [song for song in catalogue if "deezer" in song.at][::25]
        for song in songs:
            found = refs(listener, entry, f"{song.artist} {song.title}")
            assert found[0] == f"deezer:{song.deezer_id}", song

    def test_a_song_of_ones_own_is_one_line(
        self, listener: Client, entry: Entry, user: User, sandbox: Sandbox
    ) -> None:
        there = sandbox.world.songs[5]
        SongFactory(owner=user, title="TONE 5", artist=there.artist, duration_ms=there.duration_ms)
        assert refs(listener, entry, "tone 5") == []
        SongFactory(owner=user, title="Tone 4", artist=there.artist, duration_ms=1_000_000)
        assert refs(listener, entry, "tone 4") == [f"deezer:{sandbox.world.songs[4].deezer_id}"]

    def test_a_picked_song_keeps_its_cover_and_is_heard(
        self, listener: Client, entry: Entry, catalogue: list[SandboxSong]
    ) -> None:
        song = next(song for song in catalogue if "deezer" in song.at)
        listener.post(
            reverse("journal:answer", args=[entry.pk]), {"track": f"deezer:{song.deezer_id}"}
        )
        entry.refresh_from_db()
        assert entry.song.artwork_url.startswith("http")
        encoded_clip(song, "mp3")  # made once, and then there: a loaded machine takes its time
        with audio_of(entry.song) as (path, source):
            assert source == "deezer"
            assert path.stat().st_size > 100_000

    def test_without_a_connection_own_songs_stand_beside_one_sentence(
        self, listener: Client, entry: Entry, user: User, settings: SettingsWrapper
    ) -> None:
        SongFactory(owner=user, title="Tone of mine")
        settings.PLATFORM_URLS = settings.PLATFORM_URLS | {"deezer": "http://127.0.0.1:9"}
        for _ in range(2):
            page = picker(listener, entry, q="tone")
            assert "Tone of mine" in page
            assert page.count("Deezer is not responding just now") == 1

    def test_a_search_costs_one_request(
        self, listener: Client, entry: Entry, sandbox: Sandbox
    ) -> None:
        refs(listener, entry, "tone")
        assert sandbox.paths("deezer") == ["/search"]


@pytest.mark.usefixtures("allowed")
class TestMusicBrainz:
    def test_it_is_offered_and_not_asked_while_typing(
        self, listener: Client, entry: Entry, sandbox: Sandbox
    ) -> None:
        page = look(listener, entry, q="tone 5", **{"in": "deezer"}).content.decode()
        assert "in=musicbrainz" in page
        picker(listener, entry, q="tone 5")
        assert sandbox.paths("musicbrainz") == []

    def test_what_deezer_lacks_is_shown_and_can_be_picked(
        self, listener: Client, entry: Entry, catalogue: list[SandboxSong], user: User
    ) -> None:
        lacking = next(song for song in catalogue if "deezer" not in song.at)
        words = f"{lacking.artist} {lacking.title}"
        assert f"deezer:{lacking.deezer_id}" not in refs(listener, entry, words)
        ref = f"musicbrainz:{lacking.musicbrainz_id}"
        assert refs(listener, entry, words, "musicbrainz")[0] == ref
        for _ in range(2):
            listener.post(reverse("journal:answer", args=[entry.pk]), {"track": ref})
        song = Song.objects.get(owner=user)
        entry.refresh_from_db()
        assert entry.song == song
        assert (song.title, song.artist, song.isrc) == (lacking.title, lacking.artist, lacking.isrc)

    def test_what_deezer_has_is_one_line(
        self, listener: Client, entry: Entry, catalogue: list[SandboxSong]
    ) -> None:
        there = next(song for song in catalogue if "deezer" in song.at)
        words = f"{there.artist} {there.title}"
        assert f"musicbrainz:{there.musicbrainz_id}" not in refs(
            listener, entry, words, "musicbrainz"
        )

    def test_without_a_script_it_is_a_page(self, listener: Client, entry: Entry) -> None:
        page = picker(listener, entry, q="tone 5", **{"in": "musicbrainz"})
        assert "On MusicBrainz" in page

    def test_a_busy_second_is_told(
        self,
        listener: Client,
        entry: Entry,
        sandbox: Sandbox,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        sandbox.fail("musicbrainz", "down")
        results = look(listener, entry, q="tone 5", **{"in": "musicbrainz"}).context["results"]
        assert "MusicBrainz is not responding" in results.error
        assert len(sandbox.paths("musicbrainz")) == 1


def test_nobody_asks_without_consent_whatever_is_sent(
    listener: Client, entry: Entry, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_args: object, **_options: object) -> None:
        raise AssertionError("a request went out")

    monkeypatch.setattr(Platform, "request", refuse)
    for platform in ("deezer", "musicbrainz", "spotify", ""):
        look(listener, entry, q="QZJFY2600001", **{"in": platform})
        look(listener, entry, q="https://link.deezer.com/s/1", **{"in": platform})
        picker(listener, entry, q="tone", **{"in": platform})
