"""Fuzz the decoder and every parser of what others wrote: `make fuzz` does so for long."""

from __future__ import annotations

import os
import random

import pytest
from hypothesis import HealthCheck, given, settings

from tools.tests.fuzz.targets import TARGETS, DecodeTarget

FEW = 60
EXAMPLES = int(os.environ.get("FUZZ_EXAMPLES", FEW))


@pytest.mark.parametrize("name", TARGETS)
def test_every_parser_makes_something_usable_or_refuses(name: str) -> None:
    target = TARGETS[name]
    options = settings(
        max_examples=EXAMPLES,
        deadline=None,
        database=None,
        derandomize=EXAMPLES == FEW,
        suppress_health_check=list(HealthCheck),
    )
    options(given(target.strategy)(target.check))()


def test_the_decoder_refuses_what_it_cannot_read() -> None:
    runs = max(40, EXAMPLES // 10)
    target = DecodeTarget(seed=3 if EXAMPLES == FEW else random.randrange(2**32))
    target.run(runs)
    target.decoder.close()
    assert target.crashes == 0
    assert 0 < target.refusals < target.runs == runs
