"""A short run of `make fuzz` in every run of the tests."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings

from tools.fuzz.targets import TARGETS, DecodeTarget


@pytest.mark.parametrize("name", TARGETS)
def test_every_parser_makes_something_usable_or_refuses(name: str) -> None:
    target = TARGETS[name]
    options = settings(
        max_examples=60,
        deadline=None,
        database=None,
        derandomize=True,
        suppress_health_check=list(HealthCheck),
    )
    options(given(target.strategy)(target.check))()


def test_the_decoder_refuses_what_it_cannot_read() -> None:
    target = DecodeTarget(seed=3)
    target.run(40)
    target.decoder.close()
    assert target.crashes == 0
    assert 0 < target.refusals < target.runs == 40
