from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from journify.outbound.errors import PlatformError
from journify.outbound.fields import UnusableItemError, isrc_of, number_of, usable_items, whole_of
from tools.tests.fuzz.answers import anything


def read(item: Mapping[str, Any]) -> int:
    if item["id"] == 13:
        raise UnusableItemError("unlucky")
    return int(item["id"])


def test_one_odd_item_is_left_out_and_counted_in_one_line(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.INFO, logger="journify")
    items = [{"id": 1}, None, {"id": 13}, {}, {"id": "s3cret"}, [], {"id": 2}]
    assert usable_items("deezer", items, read) == [1, 2]
    (line,) = [record.getMessage() for record in caplog.records]
    assert "platform=deezer left out 5 of 7 items" in line
    assert "no object (2)" in line
    assert "unlucky (1)" in line
    assert "s3cret" not in line


def test_nothing_is_logged_when_everything_is_usable(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, logger="journify")
    assert usable_items("deezer", [{"id": 1}], read) == [1]
    assert not caplog.records


def test_null_is_an_empty_list_and_one_object_a_list_of_one() -> None:
    assert usable_items("deezer", None, read) == []
    assert usable_items("deezer", {"id": 3}, read) == [3]


@pytest.mark.parametrize("items", ["", "text", 0, 7, True])
def test_what_is_no_list_is_an_error_of_the_platform(items: object) -> None:
    with pytest.raises(PlatformError):
        usable_items("deezer", items, read)


@given(odd=st.lists(anything, max_size=5))
def test_whatever_stands_beside_them_good_items_come_through(odd: list[Any]) -> None:
    good = [{"id": 1}, {"id": 2}]
    found = usable_items("deezer", [*odd, good[0], *odd, good[1], *odd], read)
    usable = len(usable_items("deezer", odd, read))
    assert len(found) == 3 * usable + 2
    assert (found[usable], found[2 * usable + 1]) == (1, 2)


@pytest.mark.parametrize(
    ("value", "expected"),
    [("224", 224), (" 7 ", 7), (3.0, 3), ("", None), ("-1", None), ("2e3", None), ("٣", None),
     ("9" * 5000, None), (True, None), (None, None), (2**31, None)],
)  # fmt: skip
def test_whole_numbers_may_stand_in_a_text(value: object, expected: int | None) -> None:
    assert whole_of(value) == expected


@pytest.mark.parametrize(
    ("value", "expected"), [("0.5", 0.5), (1, 1.0), ("x", None), (None, None), (10**400, None)]
)
def test_numbers_may_stand_in_a_text(value: object, expected: float | None) -> None:
    assert number_of(value) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("GBDUW0000059", "GBDUW0000059"),
        ("gb-duw-00-00059", "GBDUW0000059"),
        (" gb duw 00 00059 ", "GBDUW0000059"),
        ("GBDUW000005", ""),
        ("1BDUW0000059", ""),
        (None, ""),
        (5, ""),
    ],
)
def test_an_isrc_is_kept_in_one_spelling(value: object, expected: str) -> None:
    assert isrc_of(value) == expected
