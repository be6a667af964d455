from __future__ import annotations

from classifier.emotions.readings import Reading
from journal.day.cards import ring_of_day


def test_what_nobody_is_sure_of_does_not_count() -> None:
    assert sum(part["count"] for part in ring_of_day([Reading(state="unsure", emotion="sad")])) == 0


def test_the_ring_keeps_the_order_of_the_emotions() -> None:
    slices = ring_of_day([Reading(state="answered", emotion="calm"), Reading(state="empty")])
    assert [(part["name"], part["count"]) for part in slices] == [
        ("sad", 0),
        ("happy", 0),
        ("energetic", 0),
        ("calm", 1),
    ]
