from __future__ import annotations

import pytest

from classifier.readings import Reading
from journal.cards import ring, summary


def say(**counts: int) -> str:
    readings = [
        Reading(state="answered", emotion=name)
        for name, count in counts.items()
        for _ in range(count)
    ]
    return summary(ring(readings), answered=len(readings))


@pytest.mark.parametrize(
    ("counts", "sentence"),
    [
        ({}, "Nothing answered yet."),
        ({"calm": 3}, "All calm so far."),
        ({"calm": 3, "sad": 1}, "Mostly calm, with something sad."),
        ({"calm": 5, "happy": 1, "sad": 1}, "Mostly calm, with something sad and happy."),
        ({"calm": 1, "sad": 1}, "A mixed day: sad and calm."),
        ({"calm": 2, "sad": 1, "happy": 2}, "A mixed day: happy, calm and sad."),
    ],
)
def test_a_day_in_one_sentence(counts: dict[str, int], sentence: str) -> None:
    assert say(**counts) == sentence


def test_a_day_that_is_over_is_not_said_to_go_on() -> None:
    slices = ring([Reading(state="answered", emotion="sad")])
    assert summary(slices, answered=1, is_over=True) == "All sad."


def test_what_nobody_is_sure_of_does_not_count() -> None:
    assert sum(part.count for part in ring([Reading(state="unsure", emotion="sad")])) == 0


def test_a_song_that_waits_counts_as_answered_not_as_heard() -> None:
    assert summary(ring([Reading(state="listening")]), answered=1) == "Nothing heard yet."


def test_the_ring_keeps_the_order_of_the_emotions() -> None:
    slices = ring([Reading(state="answered", emotion="calm"), Reading(state="empty")])
    assert [(part.name, part.count) for part in slices] == [
        ("sad", 0),
        ("happy", 0),
        ("energetic", 0),
        ("calm", 1),
    ]
