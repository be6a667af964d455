"""What leads the statistics is sure, and of what is sure the newest."""

from __future__ import annotations

import datetime as dt
import random
from collections import Counter

import pytest

from journal.day.feelings import FeltDay
from journal.emotions.counting import DayHeard
from journal.emotions.tally import KINDS, NAMES, Tally
from journal.stats.answers import Answers
from journal.stats.findings import CHANCE, finding_of
from journal.stats.kinds import KINDS_OF_FINDING, apart, differences

TODAY = dt.date(2026, 11, 29)  # a Sunday


def tally(**counts: int) -> Tally:
    return Tally(Counter(counts))


def day_of(*emotions: str) -> DayHeard:
    return DayHeard(len(emotions), [emotions.count(kind) for kind in KINDS])


def weeks(count: int, *, usual: list[str], saturday: list[str]) -> dict[dt.date, DayHeard]:
    days = [TODAY - dt.timedelta(back) for back in range(7 * count - 1, -1, -1)]
    return {date: day_of(*(saturday if date.weekday() == 5 else usual)) for date in days}


def test_an_empty_journal_has_no_finding() -> None:
    assert finding_of(Answers(), today=TODAY) is None
    few = Answers(days={TODAY: day_of(*["calm"] * 9)})
    assert finding_of(few, today=TODAY) is None


def test_without_anything_sure_the_feeling_heard_most_leads() -> None:
    days = {TODAY - dt.timedelta(back): day_of("calm", "calm", "sad") for back in range(10)}
    found = finding_of(Answers(days=days), today=TODAY)
    assert found is not None
    assert (found.kind, found.emotion, found.title) == ("mostly", "calm", "Mostly calm")
    assert found.proof == "67\xa0% of 30 answers."
    level = {TODAY: day_of(*NAMES * 3)}
    assert finding_of(Answers(days=level), today=TODAY) is None


def test_a_weekday_that_differs_surely_leads() -> None:
    usual, saturday = ["sad", "calm", "energetic", "happy"], ["happy"] * 4
    found = finding_of(Answers(days=weeks(5, usual=usual, saturday=saturday)), today=TODAY)
    assert found is not None
    assert (found.kind, found.emotion) == ("weekday", "happy")
    assert found.title == "Saturdays sound happier"
    assert found.proof == "100\xa0% happy, against 36\xa0% overall."
    assert not found.is_new  # a week ago there were four such Saturdays


def test_what_could_not_be_said_a_week_ago_is_new_and_goes_first() -> None:
    days = weeks(5, usual=["sad", "calm", "energetic", "happy"], saturday=["happy"] * 4)
    recent = TODAY - dt.timedelta(7)
    days |= {date: day_of(*["calm"] * 5) for date in days if date > recent}
    before = tally(sad=40, happy=40, energetic=40, calm=20)
    found = finding_of(Answers(days=days, before=before), today=TODAY)
    assert found is not None
    assert (found.kind, found.emotion, found.is_new) == ("beside_before", "calm", True)
    assert found.title == "Calmer than before"
    assert "against 14\xa0% before." in found.proof


def test_what_there_is_less_of_is_told_as_that() -> None:
    days = {TODAY - dt.timedelta(back): day_of("happy", "calm", "energetic") for back in range(20)}
    before = tally(sad=30, happy=20, energetic=20, calm=20)
    found = finding_of(Answers(days=days, before=before), today=TODAY)
    assert found is not None
    assert (found.title, found.proof) == (
        "Less sad than before",
        "0\xa0% sad, against 33\xa0% before.",
    )


@pytest.mark.parametrize(
    ("groups", "title"),
    [
        (
            {
                "artists": {
                    "Umbra": tally(sad=18),
                    "Lumen": tally(calm=10, happy=10),
                    "": tally(sad=9),
                }
            },
            "Umbra sounds sadder than the rest",
        ),
        (
            {"phrases": {"In the rain…": tally(sad=18), "At work…": tally(calm=10, happy=10)}},
            "“In the rain…” sounds sadder",
        ),
        (
            {"hours": {8: tally(energetic=20), 20: tally(calm=20), 23: tally(calm=10, happy=10)}},
            "Mornings sound more energetic",
        ),
    ],
)
def test_artists_phrases_and_parts_of_the_day_may_lead(
    groups: dict[str, dict[str, Tally]], title: str
) -> None:
    days = {TODAY: day_of(*NAMES * 5)}
    found = finding_of(Answers(days=days, **groups), today=TODAY)  # type: ignore[arg-type]
    assert found is not None
    assert found.title == title


def test_what_was_felt_and_tags_may_lead() -> None:
    days = weeks(6, usual=["happy", "energetic"], saturday=["calm"])
    dates = list(days)
    felt = [FeltDay(date, ("sad",), ("sea",)) for date in dates[:10]]
    felt += [FeltDay(date, ("happy",), ()) for date in dates[10:20]]
    played = days | {day.date: day_of("sad", "sad", "calm") for day in felt[:10]}
    found = finding_of(Answers(days=played, felt=felt), today=TODAY)
    assert found is not None
    assert found.title in {
        "When you feel sad, your songs sound sadder",
        "Days with “sea” sound sadder",
    }
    assert found.proof.startswith("20 of 30 answers sad")


def test_a_group_that_is_too_small_says_nothing() -> None:
    for kind in KINDS_OF_FINDING:
        groups = {"a": tally(sad=kind.least - 1), "b": tally(calm=500)}
        assert list(differences(apart(groups), least=kind.least)) == []
        groups["a"] = tally(sad=kind.least)
        assert list(differences(apart(groups), least=kind.least))


def test_dice_are_seldom_a_finding() -> None:
    """Seven weekdays of the same dice differ, too: they must not surprise anybody."""
    dice = random.Random(2026)  # noqa: S311 -- dice, not secrets
    wrong = 0
    for _ in range(200):
        groups = {number: Tally(Counter(dice.choices(NAMES, k=20))) for number in range(7)}
        chances = [found.chance for found in differences(apart(groups), least=8)]
        wrong += min(chances) <= CHANCE
    assert wrong <= 200 * CHANCE
