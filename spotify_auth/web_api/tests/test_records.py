"""Lists of Spotify's in which something is odd: the rest of the list stands."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from journify.outbound.fields import usable_items
from spotify_auth.web_api.records import Artist, Profile, SpotifyPlay, Track
from tools.tests.fuzz.answers import anything, with_one_replaced

ID = "4uLU6hMCjMI75M1A2tKUQC"
# https://developer.spotify.com/documentation/web-api/reference/get-track
TRACK: dict[str, Any] = {
    "album": {
        "id": ID,
        "name": "North",
        "images": [{"url": "https://i.scdn.co/image/a", "height": 64, "width": 64}],
        "release_date": "2026-01-01",
    },
    "artists": [{"id": ID, "name": "Mira Vale", "external_urls": {"spotify": "https://x.test/a"}}],
    "duration_ms": 201_000,
    "external_ids": {"isrc": "QZJFY2600001"},
    "external_urls": {"spotify": f"https://open.spotify.com/track/{ID}"},
    "id": ID,
    "is_local": False,
    "name": "Lantern",
    "preview_url": None,
    "type": "track",
    "uri": f"spotify:track:{ID}",
}
ARTIST = {"id": ID, "name": "Mira Vale", "images": [{"url": "https://i.scdn.co/b", "width": 64}]}
PLAY = {"track": TRACK, "played_at": "2026-11-25T12:00:00.000Z", "context": None}
# https://developer.spotify.com/documentation/web-api/concepts/playlists#local-files
LOCAL = TRACK | {"id": None, "is_local": True, "uri": "spotify:local:A:B:C:1", "external_urls": {}}
EPISODE = TRACK | {"type": "episode", "uri": f"spotify:episode:{ID}"}


def track(**changes: Any) -> Track:
    return Track.from_json(TRACK | changes)


@pytest.mark.parametrize(
    "odd",
    [None, [], "x", 5, {}, LOCAL, EPISODE, TRACK | {"id": None}, TRACK | {"id": "../me"},
     TRACK | {"name": None}, TRACK | {"name": ["x"]}],
    ids=repr,
)  # fmt: skip
def test_an_item_that_cannot_be_picked_is_left_out(odd: Any) -> None:
    assert usable_items("spotify", [TRACK, odd, TRACK], Track.from_json) == [track(), track()]


@pytest.mark.parametrize(
    "changes",
    [
        {"artists": None},
        {"artists": [None, "x", {"name": None}]},
        {"album": None},
        {"album": "North"},
        {"album": {"images": None}},
        {"album": {"images": [None, {"url": None}, {"url": 5, "width": "64"}]}},
        {"external_ids": None},
        {"external_ids": {"isrc": 5}},
        {"external_urls": None},
        {"external_urls": "x"},
        {"duration_ms": None},
        {"duration_ms": "soon"},
        {"type": "track", "is_local": None},
    ],
    ids=repr,
)
def test_what_is_missing_in_a_track_costs_only_itself(changes: dict[str, Any]) -> None:
    assert (track(**changes).id, track(**changes).title) == (ID, "Lantern")
    assert track(**changes).url == f"https://open.spotify.com/track/{ID}"


def test_numbers_in_texts_and_other_spellings_are_read() -> None:
    found = track(duration_ms="201000", external_ids={"isrc": "qz-jfy-26-00001"})
    assert (found.duration_ms, found.isrc) == (201_000, "QZJFY2600001")
    images = [{"url": "https://i.scdn.co/s", "width": "640"}, *TRACK["album"]["images"]]
    assert track(album={"images": images}).artwork_url == "https://i.scdn.co/image/a"


@pytest.mark.parametrize("moment", [None, "", "yesterday", 5, {}])
def test_a_play_without_its_time_is_left_out(moment: Any) -> None:
    plays = usable_items("spotify", [PLAY | {"played_at": moment}, PLAY], SpotifyPlay.from_json)
    assert [play.played_at for play in plays] == [dt.datetime(2026, 11, 25, 12, tzinfo=dt.UTC)]


def test_a_play_without_a_zone_is_utc() -> None:
    play = SpotifyPlay.from_json(PLAY | {"played_at": "2026-11-25T12:00:00"})
    assert play.played_at.tzinfo is dt.UTC


@pytest.mark.parametrize(
    ("payload", "reader"),
    [(TRACK, Track.from_json), (ARTIST, Artist.from_json), (PLAY, SpotifyPlay.from_json)],
    ids=["track", "artist", "play"],
)
@given(data=st.data())
def test_whatever_one_item_holds_the_others_stand(
    payload: dict[str, Any], reader: Callable[..., Any], data: st.DataObject
) -> None:
    odd = data.draw(
        anything | st.just(payload).map(lambda real: with_one_replaced(data.draw, real))
    )
    found = usable_items("spotify", [payload, odd, payload], reader)
    assert found[0] == found[-1] == reader(payload)
    assert 2 <= len(found) <= 3
    json.dumps([str(each) for each in found]).encode()


@given(data=st.data())
def test_a_profile_is_read_whatever_is_in_it(data: st.DataObject) -> None:
    profile = {"display_name": "Ada", "images": [{"url": "https://i.scdn.co/b", "width": 300}]}
    odd = with_one_replaced(data.draw, profile)
    if isinstance(odd, dict):
        assert isinstance(Profile.from_json(odd).name, str)
