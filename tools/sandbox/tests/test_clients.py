"""Clients of the platforms, made by others, against the stand-in over HTTP.

They know nothing of us: what they cannot do with the stand-in, it does wrong.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import deezer
import httpx2
import liblistenbrainz
import pylast
import pytest
import requests
import spotipy
import tekore
from spotipy.cache_handler import MemoryCacheHandler
from spotipy.oauth2 import SpotifyClientCredentials, SpotifyOAuth, SpotifyPKCE

from journify.tests.sandbox import Sandbox
from tools.sandbox.world import CLIENT_ID, CLIENT_SECRET

REDIRECT = "http://127.0.0.1:8000/accounts/spotify/login/callback/"
SCOPE = (
    "user-top-read user-read-recently-played playlist-modify-private playlist-modify-public "
    "playlist-read-private"
)


@pytest.fixture
def spotify(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> str:
    """The address of the stand-in's Web API, with both clients turned to it."""
    accounts, api = f"{sandbox.url}/spotify-accounts", f"{sandbox.url}/spotify/v1/"
    for manager in (SpotifyClientCredentials, SpotifyOAuth, SpotifyPKCE):
        monkeypatch.setattr(manager, "OAUTH_TOKEN_URL", f"{accounts}/api/token")
        monkeypatch.setattr(manager, "OAUTH_AUTHORIZE_URL", f"{accounts}/authorize", raising=False)
    for name, url in (("AUTHORIZE", "authorize"), ("TOKEN", "api/token")):
        where = f"tekore._auth.expiring.client.OAUTH_{name}_URL"
        monkeypatch.setattr(where, f"{accounts}/{url}")
    monkeypatch.setattr("tekore._client.base.prefix", api)
    return api


def consent(url: str, person: str = "ada") -> str:
    """Agree on the consent page and return where the browser is sent."""
    page = requests.get(url, timeout=30)
    assert page.status_code == 200, page.text
    wanted = {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}
    decision = url.split("/authorize", maxsplit=1)[0] + "/decision"
    names = ("redirect_uri", "state", "scope", "code_challenge")
    form = {name: wanted[name] for name in names if name in wanted} | {"person": person}
    answer = requests.post(decision, form, allow_redirects=False, timeout=30)
    return answer.headers["Location"]


def code_of(url: str) -> str:
    return parse_qs(urlsplit(consent(url)).query)["code"][0]


class TestSpotipy:
    @pytest.fixture
    def manager(self, spotify: str) -> SpotifyOAuth:
        """A confidential client: no PKCE."""
        return SpotifyOAuth(
            CLIENT_ID,
            CLIENT_SECRET,
            REDIRECT,
            scope=SCOPE,
            cache_handler=MemoryCacheHandler(),
            open_browser=False,
            requests_session=False,
        )

    @pytest.fixture
    def client(self, manager: SpotifyOAuth, spotify: str) -> spotipy.Spotify:
        manager.get_access_token(code_of(manager.get_authorize_url()), as_dict=False)
        client = spotipy.Spotify(auth_manager=manager, requests_session=False)
        client.prefix = spotify
        return client

    def test_who_it_is(self, client: spotipy.Spotify) -> None:
        assert client.me()["display_name"] == "Ada"
        assert client.current_user()["account_id"]

    def test_a_token_is_refreshed(self, client: spotipy.Spotify, manager: SpotifyOAuth) -> None:
        token = manager.cache_handler.get_cached_token()
        fresh = manager.refresh_access_token(token["refresh_token"])
        assert fresh["access_token"] != token["access_token"]

    def test_a_public_client_signs_in_with_pkce_and_gets_a_new_refresh_token(
        self, spotify: str
    ) -> None:
        manager = SpotifyPKCE(
            CLIENT_ID,
            REDIRECT,
            scope=SCOPE,
            cache_handler=MemoryCacheHandler(),
            open_browser=False,
            requests_session=False,
        )
        manager.get_access_token(code_of(manager.get_authorize_url()))
        old = manager.cache_handler.get_cached_token()["refresh_token"]
        assert manager.refresh_access_token(old)["refresh_token"] != old

    def test_a_search_goes_on_by_its_own_next(self, client: spotipy.Spotify) -> None:
        page = client.search("tone", limit=5)["tracks"]
        names = []
        while page:
            names += [item["name"] for item in page["items"]]
            page = (client.next(page) or {}).get("tracks")
        assert sorted(names) == sorted(f"Tone {number}" for number in range(14))

    def test_several_types_at_once(self, client: spotipy.Spotify) -> None:
        found = client.search("tone", type="artist,track,album")
        assert set(found) == {"artists", "tracks", "albums"}
        assert {each["name"] for each in found["artists"]["items"]} == {
            "Band 0",
            "Band 1",
            "Band 2",
        }

    @pytest.mark.parametrize(
        ("query", "names"),
        [
            ("isrc:{isrc}", {"Tone 3"}),
            ('track:"Tone 3" artist:"Band 0"', {"Tone 3"}),
            ('track:"Tone 3" artist:"Band 1"', set()),
        ],
    )
    def test_filters(
        self, query: str, names: set[str], client: spotipy.Spotify, sandbox: Sandbox
    ) -> None:
        found = client.search(query.format(isrc=sandbox.world.songs[3].isrc))["tracks"]["items"]
        assert {each["name"] for each in found} == names

    def test_top_lists_have_an_offset_and_a_next(self, client: spotipy.Spotify) -> None:
        first = client.current_user_top_tracks(limit=5)
        rest = client.current_user_top_tracks(limit=5, offset=5)
        assert client.next(first)["items"] == rest["items"]
        assert len(client.current_user_top_artists()["items"]) == 3

    def test_recently_played_goes_back_and_forth(self, client: spotipy.Spotify) -> None:
        newest = client.current_user_recently_played(limit=4)
        older = client.current_user_recently_played(limit=4, before=newest["cursors"]["before"])
        assert client.next(newest)["items"] == older["items"]
        assert newest["items"][-1]["played_at"] > older["items"][0]["played_at"]
        again = client.current_user_recently_played(limit=50, after=older["cursors"]["after"])
        assert again["items"] == newest["items"]

    def test_single_objects(self, client: spotipy.Spotify, sandbox: Sandbox) -> None:
        song = sandbox.world.songs[3]
        track = client.track(song.spotify_id)
        assert client.album(track["album"]["id"])["tracks"]["items"]
        assert client.artist(track["artists"][0]["uri"])["name"] == song.artist

    def test_playlists_are_made_filled_and_listed(
        self, client: spotipy.Spotify, sandbox: Sandbox
    ) -> None:
        uris = [f"spotify:track:{song.spotify_id}" for song in sandbox.world.songs]
        made = client.current_user_playlist_create("Sad", public=False)
        client.playlist_replace_items(made["id"], uris[:3])
        client.playlist_add_items(made["id"], uris[3:5])
        (listed,) = client.current_user_playlists()["items"]
        assert (listed["name"], listed["public"], listed["items"]["total"]) == ("Sad", False, 5)

    def test_the_app_itself_may_search_and_read_nothing_of_anybody(self, spotify: str) -> None:
        manager = SpotifyClientCredentials(
            CLIENT_ID,
            CLIENT_SECRET,
            cache_handler=MemoryCacheHandler(),
            requests_session=False,
        )
        client = spotipy.Spotify(auth_manager=manager, requests_session=False)
        client.prefix = spotify
        assert client.search("tone 3")["tracks"]["items"]
        with pytest.raises(spotipy.SpotifyException, match="Forbidden"):
            client.me()

    @pytest.mark.parametrize(
        ("call", "status"),
        [
            (lambda client: client.search("tone", offset=1001), 400),
            (lambda client: client.search("tone", limit=11), 400),
            (lambda client: client.search("tone", limit="x"), 400),
            (lambda client: client.search("tone", type="song"), 400),
            (lambda client: client.search(""), 400),
            (lambda client: client._get("tracks/short"), 400),
            (lambda client: client.track("0" * 22), 404),
            (lambda client: client.current_user_top_tracks(limit="x"), 400),
            (lambda client: client.current_user_top_tracks(time_range="for ever"), 400),
            (lambda client: client.current_user_recently_played(after="x"), 400),
            (lambda client: client.current_user_recently_played(after=1, before=2), 400),
            (lambda client: client._get("recommendations"), 403),
        ],
    )
    def test_errors_have_the_platforms_status(
        self, call: Any, status: int, client: spotipy.Spotify
    ) -> None:
        with pytest.raises(spotipy.SpotifyException) as caught:
            call(client)
        assert caught.value.http_status == status


class TestTekore:
    """Its models want `popularity`, which only apps with extended quota still get."""

    @pytest.fixture
    def credentials(self, spotify: str, sandbox: Sandbox) -> Iterator[tekore.Credentials]:
        sandbox.world.has_extended_quota = True
        credentials = tekore.Credentials(CLIENT_ID, CLIENT_SECRET, REDIRECT)
        yield credentials
        credentials.close()

    @pytest.fixture
    def client(self, credentials: tekore.Credentials) -> Iterator[tekore.Spotify]:
        auth = tekore.UserAuth(credentials, SCOPE)
        token = auth.request_token(url=consent(auth.url))
        client = tekore.Spotify(token)
        yield client
        client.close()

    def test_tokens_are_given_and_refreshed(self, credentials: tekore.Credentials) -> None:
        auth = tekore.UserAuth(credentials, SCOPE)
        token = auth.request_token(url=consent(auth.url))
        assert set(str(token.scope).split()) == set(SCOPE.split())
        fresh = credentials.refresh_user_token(token.refresh_token)
        assert fresh.access_token != token.access_token
        assert credentials.request_client_token().access_token

    def test_pkce(self, credentials: tekore.Credentials) -> None:
        url, verifier = credentials.pkce_user_authorisation(SCOPE)
        token = credentials.request_pkce_token(code_of(url), verifier)
        assert credentials.refresh_pkce_token(token.refresh_token).refresh_token

    def test_who_it_is(self, client: tekore.Spotify) -> None:
        assert client.current_user().display_name == "Ada"

    def test_a_search_and_all_its_items(self, client: tekore.Spotify) -> None:
        artists, tracks = client.search("tone", types=("artist", "track"), limit=5)
        assert len(artists.items) == 3
        assert len(list(client.all_items(tracks))) == 14

    def test_lists_of_the_listener(self, client: tekore.Spotify) -> None:
        assert len(list(client.all_items(client.current_user_top_tracks(limit=5)))) == 14
        assert len(list(client.all_items(client.current_user_top_artists(limit=2)))) == 3
        plays = client.playback_recently_played(limit=5)
        assert len(list(client.all_items(plays))) == 14

    def test_single_objects(self, client: tekore.Spotify, sandbox: Sandbox) -> None:
        song = sandbox.world.songs[3]
        track = client.track(song.spotify_id)
        assert client.album(track.album.id).tracks.items
        assert client.artist(track.artists[0].id).name == song.artist

    def test_errors(self, client: tekore.Spotify) -> None:
        with pytest.raises(tekore.NotFound):
            client.track("0" * 22)
        with pytest.raises(tekore.BadRequest):
            client.track("short")


class TestDeezer:
    @pytest.fixture
    def client(self, sandbox: Sandbox) -> Iterator[deezer.Client]:
        with deezer.Client() as client:
            client.base_url = f"{sandbox.url}/deezer/"
            yield client

    def test_a_search_goes_on_by_its_own_next(
        self, client: deezer.Client, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        # it takes the path of `next`, and Deezer's has no folder in front
        found = client.search("tone")
        assert found.total == 14
        assert [track.title for track in found[:14]][-1] == "Tone 13"

    def test_filters_and_other_kinds(self, client: deezer.Client) -> None:
        assert [track.title for track in client.search(track="Tone 3", artist="Band 0")] == [
            "Tone 3"
        ]
        assert {artist.name for artist in client.search_artists("tone")} >= {"Band 0"}
        assert client.search_albums("tone")[0].title

    def test_single_objects(self, client: deezer.Client, sandbox: Sandbox) -> None:
        song = sandbox.world.songs[3]
        track = client.get_track(song.deezer_id)
        assert (track.title, track.isrc, track.release_date.year) == ("Tone 3", song.isrc, 2026)
        assert client.request("GET", f"track/isrc:{song.isrc}").id == song.deezer_id
        assert track.get_album().tracks[0].title.startswith("Tone")
        assert track.get_artist().name == song.artist

    def test_errors_come_with_status_200(self, client: deezer.Client) -> None:
        for call in (
            lambda: client.get_track(1),
            lambda: client.request("GET", "search"),
            lambda: client.request("GET", "search", params={"q": "tone", "limit": "x"}),
            lambda: client.request("GET", "search", params={"q": "tone", "index": "-1"}),
            lambda: client.request("GET", "nothing"),
        ):
            with pytest.raises(deezer.exceptions.DeezerErrorResponse):
                call()


@pytest.mark.parametrize(
    "path",
    [
        "/deezer/search?q=tone&limit=x",
        "/deezer/search?q=tone&index=99999999999999999999",
        "/deezer/search",
        "/deezer/track/%00",
        "/itunes/search?term=tone&limit=x",
        "/itunes/search",
        "/itunes/lookup",
        "/reccobeats/v1/audio-features",
        "/spotify/v1/search?q=tone&type=track&limit=x",
        "/spotify/v1/search",
        "/spotify-accounts/api/token",
        "/spotify-accounts/authorize?redirect_uri=http%3A%2F%2F%5B",
        "/short-links/",
        "/_sandbox/failures",
        "//%5B",
        "/",
    ],
)
def test_every_odd_request_gets_an_answer(path: str, sandbox: Sandbox) -> None:
    for method in ("GET", "POST", "PUT", "DELETE"):
        answer = requests.request(method, f"{sandbox.url}{path}", data=b"\xff{", timeout=30)
        assert answer.status_code < 500


class ByHttp(httpx2.HTTPTransport):
    """pylast knows no address without TLS."""

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        request.url = request.url.copy_with(scheme="http")
        return super().handle_request(request)


class TestPylast:
    @pytest.fixture
    def network(self, sandbox: Sandbox) -> pylast.LastFMNetwork:
        network = pylast.LastFMNetwork(api_key="sandbox")
        network.ws_server = (sandbox.url.removeprefix("http://"), "/lastfm/2.0/")
        network.proxy = {"https://": ByHttp()}
        return network

    def test_what_was_heard_lately(self, network: pylast.LastFMNetwork, sandbox: Sandbox) -> None:
        heard = network.get_user("sandbox-listener").get_recent_tracks(limit=3)
        assert [(one.track.artist.name, one.track.title) for one in heard] == [
            (song.artist, song.title) for song in sandbox.world.songs[:3]
        ]
        moments = [int(one.timestamp) for one in heard]
        assert moments == sorted(moments, reverse=True)

    def test_nobody_is_a_trouble(self, network: pylast.LastFMNetwork) -> None:
        with pytest.raises(pylast.WSError, match="User not found"):
            network.get_user("nobody").get_recent_tracks(limit=3)


class TestLiblistenbrainz:
    @pytest.fixture
    def client(
        self, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
    ) -> liblistenbrainz.ListenBrainz:
        # it names nobody by itself, and the platform blocks whoever does not
        agent = "Test/1.0 ( https://example.org )"
        monkeypatch.setattr("requests.sessions.default_headers", lambda: {"User-Agent": agent})
        # an address with a path is none that it knows
        monkeypatch.setattr("liblistenbrainz.client.urljoin", str.__add__)
        return liblistenbrainz.ListenBrainz(f"{sandbox.url}/listenbrainz")

    def test_listens_newest_first(
        self, client: liblistenbrainz.ListenBrainz, sandbox: Sandbox
    ) -> None:
        heard = client.get_listens("sandbox-listener", count=2)
        assert [(one.artist_name, one.track_name) for one in heard] == [
            (song.artist, song.title) for song in sandbox.world.songs[:2]
        ]
        before = client.get_listens("sandbox-listener", max_ts=heard[1].listened_at, count=1)
        assert before[0].track_name == sandbox.world.songs[2].title

    def test_the_count(self, client: liblistenbrainz.ListenBrainz, sandbox: Sandbox) -> None:
        assert client.get_user_listen_count("sandbox-listener") == len(sandbox.world.songs)

    def test_nobody_is_a_trouble(self, client: liblistenbrainz.ListenBrainz) -> None:
        with pytest.raises(liblistenbrainz.errors.ListenBrainzAPIException) as error:
            client.get_listens("nobody")
        assert error.value.status_code == 404
