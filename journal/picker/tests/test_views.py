"""Finding songs at Spotify and Deezer in the picker, and picking one."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import Settings

from classifier.models import Classification, Song
from classifier.sources import audio_of
from classifier.tests.factories import SongFactory
from journal import services
from journal.models import Entry
from journal.tests.factories import EntryFactory
from journify.tests.sandbox import Sandbox
from spotify_auth.models import SpotifyConnection, User
from tools.sandbox.catalogue import SandboxSong

if TYPE_CHECKING:
    from django.http import HttpResponse
    from pytest_django.fixtures import SettingsWrapper

HTMX = {"HX-Request": "true"}


@pytest.fixture
def entry(user: User) -> Entry:
    return EntryFactory(journal__user=user, song=None, answered_at=None)


@pytest.fixture
def there(sandbox: Sandbox) -> SandboxSong:
    return sandbox.world.songs[3]


@pytest.fixture
def connected(sandbox: Sandbox, user: User) -> SpotifyConnection:
    return sandbox.connect(user)


def look(client: Client, entry: Entry, **query: object) -> HttpResponse:
    return client.get(reverse("journal:remote", args=[entry.pk]), query, headers=HTMX)


def picker(client: Client, entry: Entry, *, htmx: bool = True, **query: object) -> str:
    path = reverse("journal:picker", args=[entry.pk])
    return client.get(path, query, headers=HTMX if htmx else {}).content.decode()


def pick(client: Client, entry: Entry, ref: str) -> HttpResponse:
    path = reverse("journal:answer", args=[entry.pk])
    response = client.post(path, {"track": ref, "revision": entry.revision}, headers=HTMX)
    entry.refresh_from_db()
    return response


class TestSpotify:
    pytestmark = pytest.mark.usefixtures("connected")

    def test_ten_songs_each_with_a_link_back(self, listener: Client, entry: Entry) -> None:
        response = look(listener, entry, q="tone", **{"in": "spotify"})
        results = response.context["results"]
        assert len(results.items) == 10
        page = response.content.decode()
        assert page.count("https://open.spotify.com/track/") == 10
        assert page.count("remote-cover") == 10

    def test_more_are_loaded_as_rows_only(self, listener: Client, entry: Entry) -> None:
        response = look(listener, entry, q="tone", offset=10, **{"in": "spotify"})
        page = response.content.decode()
        assert page.count("remote-row") == 4
        assert "<section" not in page
        assert "Load more" not in page

    def test_own_songs_come_without_waiting_for_spotify(
        self, listener: Client, entry: Entry, user: User, sandbox: Sandbox
    ) -> None:
        SongFactory(owner=user, title="Tone of mine")
        page = picker(listener, entry, q="tone")
        assert "Tone of mine" in page
        assert 'hx-trigger="load"' in page
        assert sandbox.paths("spotify") == []

    def test_everything_at_once_without_a_script(self, listener: Client, entry: Entry) -> None:
        page = picker(listener, entry, htmx=False, q="tone", offset=10)
        assert page.count("remote-row") == 4

    def test_one_letter_is_not_searched(
        self, listener: Client, entry: Entry, sandbox: Sandbox
    ) -> None:
        assert "picker-remote" not in picker(listener, entry, q="t")
        assert sandbox.paths("spotify") == []

    def test_nothing_found_is_said(self, listener: Client, entry: Entry) -> None:
        page = look(listener, entry, q="zzz", **{"in": "spotify"}).content.decode()
        assert "Spotify has nothing called" in page

    def test_the_song_is_kept_and_classified_when_picked(
        self, listener: Client, entry: Entry, there: SandboxSong
    ) -> None:
        response = pick(listener, entry, f"spotify:{there.spotify_id}")
        song = Song.objects.get()
        assert entry.song == song
        assert (song.title, song.artist, song.isrc) == (there.title, there.artist, there.isrc)
        assert song.owner is None
        assert song.metadata_fetched_at is not None
        assert song.classifications.get().status == "queued"
        assert f"open.spotify.com/track/{there.spotify_id}" in response.content.decode()

    def test_a_known_song_is_picked_without_asking_again(
        self, listener: Client, entry: Entry, there: SandboxSong, sandbox: Sandbox
    ) -> None:
        pick(listener, entry, f"spotify:{there.spotify_id}")
        pick(listener, entry, f"spotify:{there.spotify_id}")
        assert sandbox.paths("spotify") == [f"/v1/tracks/{there.spotify_id}"]

    def test_old_metadata_is_read_anew_when_picked(
        self, listener: Client, entry: Entry, there: SandboxSong
    ) -> None:
        pick(listener, entry, f"spotify:{there.spotify_id}")
        Song.objects.update(
            title="Old name", metadata_fetched_at=timezone.now() - dt.timedelta(days=31)
        )
        pick(listener, entry, f"spotify:{there.spotify_id}")
        assert Song.objects.get().title == there.title

    def test_picked_songs_are_no_demo_songs(
        self, listener: Client, entry: Entry, there: SandboxSong
    ) -> None:
        pick(listener, entry, f"spotify:{there.spotify_id}")
        assert not Song.objects.catalogue().exists()

    @pytest.mark.parametrize(
        ("kind", "times", "words"),
        [
            ("down", 3, "is not responding"),
            ("rate-limited", 1, "asks us to wait"),
            ("quota", 1, "used up"),
            ("owner-premium", 1, "needs Spotify Premium"),
            ("not-listed", 1, "list of people"),
        ],
    )
    def test_trouble_is_told_beside_the_own_songs(
        self,
        kind: str,
        times: int,
        words: str,
        listener: Client,
        entry: Entry,
        sandbox: Sandbox,
    ) -> None:
        sandbox.fail("spotify", kind, times=times)
        response = look(listener, entry, q="tone", **{"in": "spotify"})
        assert response.status_code == 200
        assert words in response.content.decode()

    def test_trouble_while_picking_keeps_the_entry(
        self, listener: Client, entry: Entry, there: SandboxSong, sandbox: Sandbox
    ) -> None:
        sandbox.fail("spotify", "down", times=3)
        response = pick(listener, entry, f"spotify:{there.spotify_id}")
        assert "is not responding" in response.content.decode()
        assert entry.song is None

    def test_not_offered_when_the_consent_is_over(
        self, listener: Client, entry: Entry, settings: SettingsWrapper
    ) -> None:
        settings.DEEZER_SEARCH = False
        SpotifyConnection.objects.update(state="reconnect")
        assert "picker-remote" not in picker(listener, entry, q="tone")


class TestDeezer:
    @pytest.fixture(autouse=True)
    def _enabled(self, sandbox: Sandbox, settings: SettingsWrapper, user: User) -> None:
        settings.DEEZER_SEARCH = True
        services.save_preferences(user, search="outside")

    def test_found_and_picked_without_any_account(
        self, listener: Client, entry: Entry, there: SandboxSong
    ) -> None:
        response = look(listener, entry, q="tone 3", **{"in": "deezer"})
        result = response.context["results"].items[0]
        assert "Open Deezer" in response.content.decode()
        pick(listener, entry, result.ref)
        assert entry.song.deezer_id == there.deezer_id
        assert entry.song.isrc == there.isrc

    def test_lists_are_never_mixed(
        self, listener: Client, entry: Entry, connected: SpotifyConnection
    ) -> None:
        page = look(listener, entry, q="tone", **{"in": "deezer"}).content.decode()
        assert "spotify" not in page.casefold()
        page = look(listener, entry, q="tone", **{"in": "spotify"}).content.decode()
        assert "deezer" not in page.casefold()

    def test_the_listener_chooses_where_to_look(
        self, listener: Client, entry: Entry, connected: SpotifyConnection
    ) -> None:
        page = picker(listener, entry, q="tone")
        assert "in=spotify" in page
        assert "in=deezer" in page

    def test_not_asked_when_it_is_off(
        self, listener: Client, entry: Entry, sandbox: Sandbox, settings: SettingsWrapper
    ) -> None:
        settings.DEEZER_SEARCH = False
        assert look(listener, entry, q="tone", **{"in": "deezer"}).content == b""
        assert sandbox.world.requests == []


@pytest.mark.usefixtures("connected")
@pytest.mark.parametrize("platform", ["spotify", "deezer"])
def test_odd_items_cost_no_list(
    platform: str,
    listener: Client,
    entry: Entry,
    sandbox: Sandbox,
    settings: SettingsWrapper,
    user: User,
) -> None:
    settings.DEEZER_SEARCH = True
    services.save_preferences(user, search="outside")
    sandbox.fail(platform, "odd-items")
    response = look(listener, entry, q="tone", **{"in": platform})
    assert len(response.context["results"].items) == {"spotify": 10, "deezer": 14}[platform]
    assert 'href=""' not in response.content.decode()


class TestLinks:
    @pytest.fixture(autouse=True)
    def _deezer(self, sandbox: Sandbox, settings: SettingsWrapper, user: User) -> None:
        settings.DEEZER_SEARCH = True
        services.save_preferences(user, search="outside")

    @pytest.mark.parametrize(
        "form",
        [
            "https://open.spotify.com/track/{}",
            "https://open.spotify.com/intl-de/track/{}?si=abc",
            "spotify:track:{}",
        ],
    )
    def test_of_spotify(
        self,
        form: str,
        listener: Client,
        entry: Entry,
        there: SandboxSong,
        connected: SpotifyConnection,
    ) -> None:
        response = look(listener, entry, q=form.format(there.spotify_id), **{"in": "deezer"})
        results = response.context["results"]
        assert results.platform == "spotify"
        assert [item.title for item in results.items] == [there.title]

    @pytest.mark.parametrize(
        "form", ["https://www.deezer.com/track/{}", "https://www.deezer.com/de/track/{}?x=1"]
    )
    def test_of_deezer(self, form: str, listener: Client, entry: Entry, there: SandboxSong) -> None:
        response = look(listener, entry, q=form.format(there.deezer_id), **{"in": "deezer"})
        assert response.context["results"].items[0].ref == f"deezer:{there.deezer_id}"

    def test_of_spotify_without_spotify_says_so(
        self, listener: Client, entry: Entry, there: SandboxSong
    ) -> None:
        link = f"https://open.spotify.com/track/{there.spotify_id}"
        page = look(listener, entry, q=link, **{"in": "deezer"}).content.decode()
        assert "Spotify is not connected" in page

    def test_of_something_else_says_so(
        self, listener: Client, entry: Entry, sandbox: Sandbox
    ) -> None:
        page = look(
            listener, entry, q="https://open.spotify.com/album/x", **{"in": "deezer"}
        ).content.decode()
        assert "no link to one song" in page
        assert sandbox.world.requests == []


@pytest.mark.parametrize("ref", ["", "spotify:short", "deezer:x", "evil:1", "spotify:" + "a" * 60])
def test_refused_when_the_track_is_none(
    ref: str, sandbox: Sandbox, listener: Client, entry: Entry
) -> None:
    assert "Choose a song or a file" in pick(listener, entry, ref).content.decode()
    assert entry.song is None


def test_the_picker_names_no_platform_when_none_is_there(
    listener: Client, entry: Entry, settings: SettingsWrapper
) -> None:
    settings.SPOTIFY_ENABLED = settings.DEEZER_SEARCH = False
    page = picker(listener, entry, q="tone").casefold()
    assert "spotify" not in page
    assert "deezer" not in page


class TestRequestsMade:
    """How often others are asked for one answered phrase; docs/platforms.md quotes this."""

    @pytest.fixture
    def paths(
        self, sandbox: Sandbox, connected: SpotifyConnection, settings: SettingsWrapper
    ) -> Callable[[], list[str]]:
        def asked() -> list[str]:
            found = [row["path"].split("?")[0] for row in sandbox.world.requests]
            sandbox.world.requests.clear()
            return found

        return asked

    def test_four_when_cold_and_one_when_warm(
        self,
        listener: Client,
        entry: Entry,
        there: SandboxSong,
        paths: Callable[[], list[str]],
    ) -> None:
        def answer() -> None:
            look(listener, entry, q="tone 3", **{"in": "spotify"})
            pick(listener, entry, f"spotify:{there.spotify_id}")

        answer()
        with audio_of(entry.song):
            pass
        assert paths() == [
            "/v1/search",
            f"/v1/tracks/{there.spotify_id}",
            f"/track/isrc:{there.isrc}",
            f"/preview/{there.deezer_id}.mp3",
        ]
        Classification.objects.update(status="done", emotion="calm", probabilities={"calm": 1.0})
        answer()
        assert Classification.objects.get().status == "done"
        assert paths() == ["/v1/search"]


def test_a_platform_that_is_off_is_not_asked(
    listener: Client, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_args: object, **_options: object) -> None:
        raise AssertionError("a request went out")

    monkeypatch.setattr("journify.outbound.session.Platform.request", refuse)
    settings.DEEZER_SEARCH = False
    for track in ("deezer:3135556", "spotify:0VjIjW4GlUZAMYd2vXMi3b"):
        response = listener.get("/journal/add/", {"track": track})
        assert response.status_code == 404
