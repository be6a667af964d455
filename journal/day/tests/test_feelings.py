"""What listeners say of their days, apart from what their songs sound like."""

from __future__ import annotations

import datetime as dt

import pytest

from journal import services
from journal.day.feelings import (
    dates_with_tag,
    feeling_of,
    felt_between,
    own_tags,
    tags_from,
)
from journal.models import DayFeeling
from spotify_auth.models import User

DAY = dt.date(2026, 11, 23)
NEXT = dt.date(2026, 11, 24)


def test_days_and_tags_of_an_interval(user: User, stranger: User) -> None:
    services.write_feeling(user, NEXT, emotions="calm sad", tags="Anna, sea")
    services.write_feeling(user, DAY, emotions="happy", tags="sea")
    services.write_feeling(user, DAY - dt.timedelta(days=1), tags="")
    services.write_feeling(stranger, DAY, emotions="sad", tags="theirs")
    days = felt_between(user, DAY, NEXT)
    assert [(day.date, day.emotions, day.tags) for day in days] == [
        (DAY, ("happy",), ("sea",)),
        (NEXT, ("calm", "sad"), ("Anna", "sea")),
    ]
    assert felt_between(user, None, None) == days
    assert [day.date for day in felt_between(user, NEXT, None)] == [NEXT]
    assert sorted(dates_with_tag(user, "sea")) == [DAY, NEXT]
    assert own_tags(user) == ["sea", "Anna"]


def test_a_tag_is_not_found_within_another(user: User) -> None:
    services.write_feeling(user, DAY, tags="Annabel, the sea")
    services.write_feeling(user, NEXT, tags="Anna, sea")
    assert dates_with_tag(user, "Anna") == [NEXT]
    assert dates_with_tag(user, "sea") == [NEXT]
    assert dates_with_tag(user, "the sea") == [DAY]


@pytest.mark.parametrize(
    ("text", "tags"),
    [
        ("", []),
        (" , ,", []),
        ("Anna,  the   sea ,", ["Anna", "the sea"]),
        ("#work, WORK", ["work"]),
        ("anna, swimming", ["Anna", "swimming"]),
        ("A\u030ase", ["Åse"]),
        ("home\nSport", ["home", "Sport"]),
    ],
)
def test_tags_are_read_from_a_line(text: str, tags: list[str]) -> None:
    assert tags_from(text, ["Anna"]) == tags


def test_what_is_not_given_stays(user: User) -> None:
    assert services.write_feeling(user, DAY, emotions="sad").revision == 1
    services.write_feeling(user, DAY, tags="rain", revision=1)
    row = feeling_of(user, DAY)
    assert (row.emotion_names, row.tag_list, row.revision) == (["sad"], ["rain"], 2)


def test_another_window_is_not_overwritten(user: User) -> None:
    services.write_feeling(user, DAY, tags="rain", revision=0)
    with pytest.raises(services.StaleEntryError):
        services.write_feeling(user, DAY, tags="sun", revision=0)
    services.write_feeling(user, DAY, tags="rain", revision=0)  # a double click
    assert DayFeeling.objects.get().tags == "rain"
