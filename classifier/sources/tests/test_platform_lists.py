"""Lists of Deezer, Apple and ReccoBeats in which something is odd: the rest of the list stands."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from classifier.models import Song
from classifier.sources.deezer import DeezerClient, DeezerTrack
from classifier.sources.features import SOURCES
from classifier.sources.itunes import AppleTrack, _search
from journify.outbound.errors import PlatformError
from journify.outbound.fields import usable_items
from tools.tests.fuzz.answers import SAMPLES, anything, with_one_replaced
from tools.tests.fuzz.targets import answering

DEEZER = SAMPLES["deezer"]["data"][0]
APPLE = SAMPLES["itunes"]["results"][0]
RECCOBEATS = SAMPLES["reccobeats"]["content"][0]


def answer(value: Any) -> Any:
    return answering(json.dumps(value).encode(), 200)


@pytest.mark.parametrize(
    "odd",
    [None, [], "x", 7, {}, DEEZER | {"id": None}, DEEZER | {"id": "x"}, DEEZER | {"id": 0},
     DEEZER | {"id": 10**15}, DEEZER | {"title": None}],
    ids=repr,
)  # fmt: skip
def test_an_odd_track_of_deezer_is_left_out(odd: Any) -> None:
    with answer({"data": [odd, DEEZER, odd]}):
        found, _has_more = DeezerClient().search("q", limit=5)
    assert [track.id for track in found] == [DEEZER["id"]]


@pytest.mark.parametrize(
    "changes",
    [
        {"artist": None},
        {"artist": "x"},
        {"album": None},
        {"album": []},
        {"isrc": None},
        {"duration": None},
        {"duration": "long"},
        {"link": None},
        {"preview": None},
        {"id": str(DEEZER["id"])},
    ],
    ids=repr,
)
def test_what_is_missing_in_a_track_costs_only_itself(changes: dict[str, Any]) -> None:
    track = DeezerTrack.from_json(DEEZER | changes)
    assert (track.id, track.title) == (DEEZER["id"], DEEZER["title"])
    assert track.url == f"https://www.deezer.com/track/{DEEZER['id']}"


def test_ids_beyond_two_thousand_million_and_lengths_in_texts_are_read() -> None:
    track = DeezerTrack.from_json(DEEZER | {"id": 3_300_000_001, "duration": "224"})
    assert (track.id, track.duration_ms) == (3_300_000_001, 224_000)


def test_a_version_that_stands_apart_belongs_to_the_title() -> None:
    live = DEEZER | {"title": "Harder", "title_version": "(Live)"}
    assert DeezerTrack.from_json(live).title == "Harder (Live)"
    whole = live | {"title": "Harder (Live)"}
    assert DeezerTrack.from_json(whole).title == "Harder (Live)"


@pytest.mark.parametrize("data", [None, [], [None]])
def test_a_list_that_is_null_is_empty(data: Any) -> None:
    with answer({"data": data}):
        assert DeezerClient().search("q", limit=5) == ([], False)
    with answer({"results": data}):
        assert _search("q") == []


@pytest.mark.parametrize("whole", [None, [], "x", {}, {"data": "x"}, {"results": 5}])
def test_an_answer_without_a_list_is_an_error_of_the_platform(whole: Any) -> None:
    with answer(whole):
        with pytest.raises(PlatformError):
            DeezerClient().search("q", limit=5)
        with pytest.raises(PlatformError):
            _search("q")


@pytest.mark.parametrize(
    "odd",
    [None, [], "x", {}, APPLE | {"kind": "music-video"}, APPLE | {"trackName": None}],
    ids=repr,
)
def test_an_odd_song_of_apple_is_left_out(odd: Any) -> None:
    with answer({"results": [odd, APPLE, odd]}):
        assert [track.title for track in _search("q")] == [APPLE["trackName"]]


@pytest.mark.parametrize("odd", [None, [], "x", {}, {"href": None}, {"href": 5, "isrc": []}])
def test_an_odd_row_of_reccobeats_is_passed_over(odd: Any) -> None:
    song = Song(title="Harder", spotify_id="abc")
    row = RECCOBEATS | {"energy": "0.5", "valence": None, "key": "C"}
    with answer({"content": [odd, row]}):
        assert SOURCES["reccobeats"](song)["energy"] == 0.5


@pytest.mark.parametrize(
    ("payload", "reader"), [(DEEZER, DeezerTrack), (APPLE, AppleTrack)], ids=["deezer", "apple"]
)
@given(data=st.data())
def test_whatever_one_item_holds_the_others_stand(
    payload: dict[str, Any], reader: Any, data: st.DataObject
) -> None:
    odd = data.draw(
        anything | st.just(payload).map(lambda real: with_one_replaced(data.draw, real))
    )
    found = usable_items("deezer", [payload, odd, payload], reader.from_json)
    assert found[0] == found[-1] == reader.from_json(payload)
    assert 2 <= len(found) <= 3
