from __future__ import annotations

from dataclasses import dataclass

import pytest

from classifier.sources.ranking import distinct, ranked


@dataclass(frozen=True)
class Listed:
    title: str
    artist: str
    duration_ms: int | None = 200_000


LANTERN = Listed("Lantern", "Mira Vale")


@pytest.mark.parametrize(
    ("words", "found", "first"),
    [
        ("mira vale lantern", [Listed("Lantern", "Jon Ash"), LANTERN], LANTERN),
        ("lantern mira", [Listed("Lantern (Karaoke)", "Mira Vale"), LANTERN], LANTERN),
        ("lantern mira", [Listed("Lantern", "Mira Vale", 20_000), LANTERN], LANTERN),
        ("lantern mira", [Listed("Lantern", "Mira Vale", 4_000_000), LANTERN], LANTERN),
        ("LÄNTERN", [Listed("Lanterns of the Long Night", "Mira Vale"), LANTERN], LANTERN),
        (
            "lantern mira live",
            [Listed("Lantern (Acoustic)", "Mira Vale"), Listed("Lantern (Live)", "Mira Vale")],
            Listed("Lantern (Live)", "Mira Vale"),
        ),
    ],
)
def test_what_is_meant_comes_first(words: str, found: list[Listed], first: Listed) -> None:
    assert ranked(words, found)[0] == first


def test_between_equals_the_platforms_own_order_stays() -> None:
    found = [Listed("Lantern", "Mira Vale", length) for length in (100_000, 200_000, 300_000)]
    assert ranked("lantern", found) == found


def test_one_recording_is_one_line() -> None:
    again = Listed("Lantern - Remastered 2011", "MIRA VALE", 201_000)
    live = Listed("Lantern (Live)", "Mira Vale")
    assert distinct([LANTERN, again, live]) == [LANTERN, live]
    assert distinct([again, live], [LANTERN]) == [live]
