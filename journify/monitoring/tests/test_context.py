from __future__ import annotations

import io
import json
import logging

import pytest

from journify.monitoring.context import accepted_or_new, bound, bound_values, request_id
from journify.monitoring.logs import LineFormatter, ObjectFormatter


@pytest.fixture(params=["line", "json"])
def log(request: pytest.FixtureRequest) -> tuple[logging.Logger, io.StringIO]:
    handler = logging.StreamHandler(io.StringIO())
    handler.setFormatter(LineFormatter() if request.param == "line" else ObjectFormatter())
    logger = logging.Logger("journify.trial")
    logger.addHandler(handler)
    return logger, handler.stream


class TestBound:
    def test_values_last_as_long_as_the_block(self) -> None:
        with bound(request="abc", song=""):
            with bound(song="s1"):
                assert bound_values() == {"request": "abc", "song": "s1"}
            assert bound_values() == {"request": "abc"}
            assert request_id() == "abc"
        assert bound_values() == {}
        assert request_id() == ""


@pytest.mark.parametrize("proposed", ["0123abcd", "a" * 64, "trace-1.2_3"])
def test_a_proxys_id_is_taken_over(proposed: str) -> None:
    assert accepted_or_new(proposed) == proposed


@pytest.mark.parametrize(
    "proposed", ["", "short", "a" * 65, "line\nbreak", 'quo"te12', "id with space"]
)
def test_what_is_no_id_is_replaced(proposed: str) -> None:
    made = accepted_or_new(proposed)
    assert made != proposed
    assert len(made) == 32
    assert made != accepted_or_new(proposed)


def test_every_line_says_whose_request_it_is(log: tuple[logging.Logger, io.StringIO]) -> None:
    logger, stream = log
    with bound(request="abcdefgh", song="s1"):
        logger.warning("listening to %s", "it")
    logger.warning("nobody's")
    first, second = stream.getvalue().splitlines()
    assert "abcdefgh" in first
    assert "s1" in first
    assert "listening to it" in first
    assert "abcdefgh" not in second


def test_json_lines_are_objects_with_traceback_and_extras() -> None:
    handler = logging.StreamHandler(io.StringIO())
    handler.setFormatter(ObjectFormatter())
    logger = logging.Logger("journify.trial")
    logger.addHandler(handler)
    with bound(request="abcdefgh"):
        try:
            raise ValueError("a line\nand another")
        except ValueError:
            logger.exception("it broke", extra={"seconds": 0.5})
    (line,) = handler.stream.getvalue().splitlines()
    row = json.loads(line)
    assert row["level"] == "ERROR"
    assert row["logger"] == "journify.trial"
    assert row["message"] == "it broke"
    assert row["request"] == "abcdefgh"
    assert row["seconds"] == 0.5
    assert "ValueError" in row["exc_info"]
    assert row["time"].endswith("Z")
    assert list(row)[:3] == ["time", "level", "logger"]
