"""What the stand-in sends against the names that the platforms publish.

Written down from Spotify's OpenAPI file (https://developer.spotify.com/reference/web-api/
open-api-schema.yaml, as changed by the notes of February to July 2026), Deezer's and Apple's pages
and ReccoBeats' OpenAPI: the objects that we use, and of these the names that we rely on.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from journify.tests.sandbox import Sandbox
from tools.sandbox.platforms import deezer, itunes, reccobeats, spotify_api
from tools.sandbox.platforms.spotify_accounts import spotify_accounts_response as accounts_answer
from tools.sandbox.world import Answer, Grant, Request

URL = "http://127.0.0.1:1/x"

# published names; those that we rely on are marked with an asterisk
PUBLISHED = {
    "TrackObject": "album* artists* disc_number duration_ms* explicit external_ids* external_urls* "
    "href id* is_playable is_local name* preview_url restrictions track_number type uri",
    "SimplifiedAlbumObject": "album_type artists external_urls href id images* name* release_date "
    "release_date_precision restrictions total_tracks type uri",
    "SimplifiedArtistObject": "external_urls href id name* type uri",
    "ArtistObject": "external_urls* genres href id* images* name* type uri",
    "ImageObject": "url* height width*",
    "ExternalUrlObject": "spotify*",
    "ExternalIdObject": "isrc* ean upc",
    "PrivateUserObject": "account_id* display_name* external_urls* href id* images* type uri",
    "PagingTrackObject": "href items* limit next* offset previous total",
    "PlayHistoryObject": "track* played_at* context",
    "CursorPagingPlayHistoryObject": "href items* limit next cursors total",
    "Token": "access_token* token_type expires_in* refresh_token* scope",
    "DeezerTrack": "id* readable* title* title_short title_version isrc* link* share duration* "
    "track_position disk_number rank release_date explicit_lyrics preview* bpm gain "
    "available_countries contributors artist* album* type",
    "DeezerListedTrack": "id* readable* title* title_short title_version isrc link* duration* rank "
    "explicit_lyrics preview* artist* album* type",
    "DeezerSearch": "data* total next prev",
    "AppleSearch": "resultCount results*",
    "AppleSong": "wrapperType kind trackId trackName* artistName* collectionName trackTimeMillis* "
    "previewUrl* artworkUrl30 artworkUrl60 artworkUrl100 trackViewUrl releaseDate primaryGenreName "
    "country",
    "ReccoBeatsFeatures": "id href* isrc* acousticness* danceability* energy* instrumentalness* "
    "key* liveness* loudness* mode speechiness* tempo* valence* ean upc",
}

DROPPED = {
    "TrackObject": {"popularity", "available_markets", "linked_from"},
    "SimplifiedAlbumObject": {"popularity", "label", "available_markets", "album_group"},
    "ArtistObject": {"popularity", "followers"},
    "PrivateUserObject": {"email", "country", "product", "followers", "explicit_content"},
}


@pytest.fixture
def grant(sandbox: Sandbox) -> Grant:
    people = sandbox.world.people
    grant = Grant(
        people["ada"], "user-top-read user-read-recently-played", "r", sandbox.world.now()
    )
    grant.access["a"] = sandbox.world.now() + 60
    sandbox.world.grants.append(grant)
    return grant


def ask(sandbox: Sandbox, respond: Callable[..., Answer], path: str, **query: str) -> Any:
    request = Request("GET", path, query, {"authorization": "Bearer a"}, b"")
    return json.loads(respond(sandbox.world, request, URL).body)


def payloads(sandbox: Sandbox) -> dict[str, Any]:
    """One real answer of the stand-in for each object."""
    song = sandbox.world.songs[0]
    track = ask(sandbox, spotify_api.spotify_api_response, f"/v1/tracks/{song.spotify_id}")
    search = ask(
        sandbox, spotify_api.spotify_api_response, "/v1/search", q="tone", type="track", limit="1"
    )
    recent = ask(sandbox, spotify_api.spotify_api_response, "/v1/me/player/recently-played")
    found = ask(sandbox, deezer.deezer_response, "/search", q="tone")
    apple = ask(sandbox, itunes.itunes_response, "/search", term="tone")
    features = ask(
        sandbox, reccobeats.reccobeats_response, "/v1/audio-features", ids=song.spotify_id
    )
    return {
        "TrackObject": track,
        "SimplifiedAlbumObject": track["album"],
        "SimplifiedArtistObject": track["artists"][0],
        "ArtistObject": ask(sandbox, spotify_api.spotify_api_response, "/v1/me/top/artists")[
            "items"
        ][0],
        "ImageObject": track["album"]["images"][0],
        "ExternalUrlObject": track["external_urls"],
        "ExternalIdObject": track["external_ids"],
        "PrivateUserObject": ask(sandbox, spotify_api.spotify_api_response, "/v1/me"),
        "PagingTrackObject": search["tracks"],
        "PlayHistoryObject": recent["items"][0],
        "CursorPagingPlayHistoryObject": recent,
        "Token": token(sandbox),
        "DeezerTrack": ask(sandbox, deezer.deezer_response, f"/track/{song.deezer_id}"),
        "DeezerListedTrack": found["data"][0],
        "DeezerSearch": found,
        "AppleSearch": apple,
        "AppleSong": apple["results"][0],
        "ReccoBeatsFeatures": features["content"][0],
    }


def token(sandbox: Sandbox) -> Any:
    sandbox.world.rotates_refresh_tokens = True
    form = b"grant_type=refresh_token&refresh_token=r"
    basic = {"authorization": "Basic c2FuZGJveC1jbGllbnQ6c2FuZGJveC1zZWNyZXQ="}
    request = Request("POST", "/api/token", {}, basic, form)
    return json.loads(accounts_answer(sandbox.world, request, URL).body)


@pytest.mark.parametrize("name", sorted(PUBLISHED))
def test_only_published_names_are_sent_and_all_that_we_rely_on(
    name: str, sandbox: Sandbox, grant: Grant
) -> None:
    names = PUBLISHED[name].split()
    sent = set(payloads(sandbox)[name])
    assert sent <= {each.rstrip("*") for each in names}
    assert {each[:-1] for each in names if each.endswith("*")} <= sent
    assert not sent & DROPPED.get(name, set())


def test_the_preview_of_spotify_is_always_null(sandbox: Sandbox, grant: Grant) -> None:
    assert payloads(sandbox)["TrackObject"]["preview_url"] is None


@pytest.mark.parametrize("limit", ["0", "11", "50"])
def test_a_search_for_more_than_ten_is_refused(limit: str, sandbox: Sandbox, grant: Grant) -> None:
    answer = ask(
        sandbox, spotify_api.spotify_api_response, "/v1/search", q="tone", type="track", limit=limit
    )
    assert answer["error"] == {"status": 400, "message": "Invalid limit"}


@pytest.mark.parametrize("path", ["/v1/tracks", "/v1/recommendations", "/v1/audio-features/x"])
def test_what_new_apps_lost_is_refused(path: str, sandbox: Sandbox, grant: Grant) -> None:
    assert ask(sandbox, spotify_api.spotify_api_response, path)["error"]["status"] == 403


def test_unknown_tracks_are_absent_at_reccobeats_and_the_order_is_not_kept(
    sandbox: Sandbox,
) -> None:
    ids = [song.spotify_id for song in sandbox.world.songs[:6]]
    answer = ask(
        sandbox,
        reccobeats.reccobeats_response,
        "/v1/audio-features",
        ids=",".join([*ids, "0" * 22]),
    )
    hrefs = [row["href"].rsplit("/", 1)[1] for row in answer["content"]]
    assert sorted(hrefs) == sorted(ids)
    assert hrefs != ids
