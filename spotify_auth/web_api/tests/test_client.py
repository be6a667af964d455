from __future__ import annotations

import pytest

from journify.outbound.errors import (
    NotFoundError,
    PlatformDownError,
    PlatformError,
    QuotaUsedUpError,
    RateLimitedError,
)
from journify.tests.sandbox import Sandbox
from spotify_auth.models import SpotifyConnection, User
from spotify_auth.web_api.client import SpotifyClient
from spotify_auth.web_api.errors import (
    ForbiddenError,
    NotConnectedError,
    NotListedError,
    OwnerPremiumError,
    ReconnectError,
)

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]


@pytest.fixture
def client(sandbox: Sandbox, user: User) -> SpotifyClient:
    return SpotifyClient(sandbox.connect(user))


def test_a_search_gives_ten_and_where_to_go_on(client: SpotifyClient) -> None:
    page = client.search("tone")
    assert len(page.tracks) == 10
    assert page.next_offset == 10
    rest = client.search("tone", offset=10)
    assert len(rest.tracks) == 4
    assert rest.next_offset is None


def test_what_a_track_says_is_read(client: SpotifyClient, sandbox: Sandbox) -> None:
    there = sandbox.world.songs[2]
    track = client.track(there.spotify_id)
    assert (track.title, track.artist, track.isrc) == (there.title, there.artist, there.isrc)
    assert track.url == f"https://open.spotify.com/track/{there.spotify_id}"
    assert track.artwork_url.endswith("-64")


def test_missing_pieces_of_a_track_are_empty(client: SpotifyClient) -> None:
    from spotify_auth.web_api.records import Track  # noqa: PLC0415 -- the one use here

    bare = {
        "id": "x",
        "name": "N",
        "album": {"images": [{"url": "https://i.example/u", "width": None}]},
    }
    assert Track.from_json(bare) == Track("x", "N", "", "", "", "https://i.example/u", "", None)


def test_top_lists_recently_played_and_profile(client: SpotifyClient, sandbox: Sandbox) -> None:
    assert client.top_tracks("short_term")[0].title == "Tone 0"
    assert client.top_tracks("long_term")[0].title == "Tone 2"
    assert {artist.name for artist in client.top_artists("medium_term")} == {
        "Band 0",
        "Band 1",
        "Band 2",
    }
    assert client.recently_played()[0].track.title == "Tone 1"
    assert client.profile().name == "Ada"


def test_refreshed_once_when_the_token_is_over(client: SpotifyClient, sandbox: Sandbox) -> None:
    sandbox.world.grants[0].access["access-1"] = 0
    assert client.search("tone").tracks
    assert sandbox.paths("spotify-accounts") == ["/api/token"]
    assert sandbox.paths("spotify") == ["/v1/search"] * 2


def test_not_refreshed_for_ever_when_every_token_is_refused(
    client: SpotifyClient, sandbox: Sandbox
) -> None:
    sandbox.fail("spotify", "token-expired", times=9)
    with pytest.raises(ReconnectError):
        client.search("tone")
    assert len(sandbox.paths("spotify")) == 2


@pytest.mark.parametrize(
    ("kind", "times", "error"),
    [
        ("not-listed", 1, NotListedError),
        ("owner-premium", 1, OwnerPremiumError),
        ("forbidden", 1, ForbiddenError),
        ("rate-limited", 1, RateLimitedError),
        ("quota", 1, QuotaUsedUpError),
        ("down", 3, PlatformDownError),
        ("no-json", 1, PlatformError),
    ],
)
def test_every_trouble_is_told_apart_and_kept(
    kind: str,
    times: int,
    error: type[PlatformError],
    client: SpotifyClient,
    sandbox: Sandbox,
) -> None:
    sandbox.fail("spotify", kind, times=times)
    with pytest.raises(error) as caught:
        client.search("tone")
    assert type(caught.value) is error
    assert SpotifyConnection.objects.get().last_error == str(caught.value)


def test_the_trouble_is_forgotten_when_it_is_over(client: SpotifyClient, sandbox: Sandbox) -> None:
    sandbox.fail("spotify", "owner-premium")
    with pytest.raises(OwnerPremiumError):
        client.search("tone")
    client.search("tone")
    assert SpotifyConnection.objects.get().last_error == ""


def test_an_unknown_track_is_no_trouble_of_the_connection(client: SpotifyClient) -> None:
    with pytest.raises(NotFoundError):
        client.track("0" * 22)
    assert SpotifyConnection.objects.get().last_error == ""


def test_not_connected_without_a_consent(sandbox: Sandbox, user: User) -> None:
    with pytest.raises(NotConnectedError):
        SpotifyClient.of(user)
