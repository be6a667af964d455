"""Every sentence is checked against a count of its own, made here from the plain answers."""

from __future__ import annotations

import datetime as dt
import random
import re
import uuid
from collections import Counter
from collections.abc import Sequence
from typing import Any, NamedTuple

import pytest

from classifier.emotions.effective import Verdict
from journal.emotions.counting import DayHeard
from journal.emotions.tally import KINDS, NAMES, Tally
from journal.stats.answers import Answers
from journal.stats.charts import (
    agreement,
    all_days,
    by_hour,
    by_weekday,
    latest_day,
    over_time,
    streaks,
)
from journal.stats.charts.by_name import ARTISTS, PHRASES
from journal.stats.intervals import Interval

FIRST = dt.date(2026, 10, 1)
MONTH = Interval("custom", FIRST, FIRST + dt.timedelta(29))


class Answer(NamedTuple):
    date: dt.date
    hour: int | None
    phrase: str
    song: uuid.UUID
    artist: str
    verdict: Verdict
    emotion: str


def counted(rows: Sequence[Answer]) -> Answers:
    def by(column: str) -> dict[Any, Tally]:
        clear = [row for row in rows if row.emotion]
        keys = {getattr(row, column) for row in clear}
        return {
            key: Tally(Counter(row.emotion for row in clear if getattr(row, column) == key))
            for key in keys
        }

    def day(date: dt.date) -> DayHeard:
        heard = [row.emotion for row in rows if row.date == date]
        return DayHeard(len(heard), [heard.count(kind) for kind in KINDS])

    pairs = [(row.verdict.heard, row.verdict.label) for row in rows]  # of which model was sure
    return Answers(
        days={date: day(date) for date in sorted({row.date for row in rows})},
        hours={hour: tally for hour, tally in by("hour").items() if hour is not None},
        phrases=by("phrase"),
        artists=by("artist"),
        pairs=Counter(pair for pair in pairs if all(pair)),
    )


def one(day: int = 0, emotion: str = "calm", hour: int | None = 9, **values: str) -> Answer:
    is_unsure = emotion == "unsure"
    verdict = Verdict(
        heard="sad" if is_unsure else emotion,
        certainty=0.3 if is_unsure else 0.9,
        label=values.get("label", ""),
    )
    return Answer(
        date=FIRST + dt.timedelta(day),
        hour=hour,
        phrase=values.get("phrase", "On the bus…"),
        song=uuid.uuid4(),
        artist=values.get("artist", "Somebody"),
        verdict=verdict,
        emotion=verdict.emotion,
    )


def at_random(seed: int) -> list[Answer]:
    dice = random.Random(seed)  # noqa: S311 -- dice, not secrets
    return [
        one(
            day=dice.randrange(30),
            emotion=dice.choice([*KINDS, ""]),
            hour=dice.choice([None, *range(24)]),
            phrase=dice.choice(["a", "b", "c"]),
            artist=dice.choice(["X", "Y", ""]),
            label=dice.choice(["", "", *NAMES]),
        )
        for _ in range(dice.choice([12, 60, 200]))
    ]


def week_of(answers: Answers) -> list[tuple[str, Tally]]:
    return [(f"weekday {day}", answers.weekdays.get(day, Tally())) for day in range(7)]


def of_all_days(rows: Sequence[Answer]) -> str:
    answers = counted(rows)
    heard = [day for day in answers.days.values() if any(day.counts)]
    return all_days.all_days_sentence(answers.tally, days=len(heard))


def words_in(sentence: str) -> set[str]:
    return set(NAMES) & set(re.findall(r"[a-z]+", sentence.lower()))


def numbers_in(sentence: str) -> list[int]:
    return [int(number) for number in re.findall(r"\d+", sentence)]


def share(answers: Sequence[Answer], name: str) -> float:
    known = [answer.emotion for answer in answers if answer.emotion]
    return known.count(name) / len(known) if known else 0.0


def clear(answers: Sequence[Answer]) -> int:
    return sum(answer.emotion in NAMES for answer in answers)


many = pytest.mark.parametrize("seed", range(12))


@many
def test_over_time_names_the_largest_changes(seed: int) -> None:
    answers = at_random(seed)
    halves = [[row for row in answers if (row.date.day <= 15) == is_first] for is_first in (1, 0)]
    sentence = over_time.change_sentence(*over_time.halves_of(counted(answers).days, MONTH))
    if min(clear(half) for half in halves) < 5:
        assert sentence.startswith(("Heard most", "All"))
        return
    changes = {name: abs(share(halves[1], name) - share(halves[0], name)) for name in NAMES}
    largest = [name for name in NAMES if changes[name] == pytest.approx(max(changes.values()))]
    if sentence.startswith("No feeling"):
        assert changes[largest[0]] < 0.03
        return
    assert words_in(sentence) == set(largest)
    assert numbers_in(sentence) == [
        round(100 * share(half, name)) for name in largest for half in halves
    ]


def test_two_feelings_that_change_alike_are_both_named() -> None:
    before = [one(0, "sad")] * 6 + [one(0, "calm")] * 4
    after = [one(20, "sad")] * 4 + [one(20, "calm")] * 6
    first, second = over_time.halves_of(counted([*before, *after]).days, MONTH)
    assert over_time.change_sentence(first, second) == (
        "Sad fell from 60\xa0% to 40\xa0% and calm rose from 40\xa0% to 60\xa0% "
        "from the first half of this time to the second."
    )


def test_over_time_claims_no_change_where_there_is_none() -> None:
    answers = [one(day, name) for day in (0, 20) for name in NAMES for _ in range(3)]
    first, second = over_time.halves_of(counted(answers).days, MONTH)
    assert over_time.change_sentence(first, second).startswith("No feeling")


@many
def test_a_weekday_stands_out_where_it_differs_most(seed: int) -> None:
    answers = at_random(seed)
    sentence = by_weekday.weekday_sentence(week_of(counted(answers)))
    if "stands out" not in sentence:
        assert not sentence or sentence.startswith("Heard most")
        return
    days = [[row for row in answers if row.date.weekday() == day] for day in range(7)]
    gains = {
        (day, name): share(rows, name) - share(answers, name)
        for day, rows in enumerate(days)
        for name in NAMES
        if clear(rows) >= 5
    }
    largest = max(gains.values())
    found = {key for key, gain in gains.items() if gain == pytest.approx(largest)}
    named = sentence.strip(".").split(". ")
    assert len(named) == len(found) <= 3
    for part in named:
        day, percent, usual = numbers_in(part)
        (word,) = words_in(part)
        assert (day, word) in found
        assert percent == round(100 * share(days[day], word))
        assert usual == round(100 * share(answers, word))


def test_weekdays_that_are_level_are_all_named_or_none() -> None:
    def said(*weekdays: int) -> str:
        """So many calm days, and as many sad answers on a day that is never alone."""
        calm = [one(day, "calm") for day in weekdays for _ in range(6)]
        mixed = [one(6, name) for name in NAMES for _ in range(6)]
        return by_weekday.weekday_sentence(week_of(counted([*calm, *mixed])))

    assert said(0, 1).count("stands out") == 2
    assert said(0, 1, 2, 3) == ""


@many
def test_the_hour_named_brings_more_than_every_other(seed: int) -> None:
    answers = [row for row in at_random(seed) if row.hour is not None and row.emotion]
    sentence = by_hour.hour_sentence(counted(answers).hours)
    hours = Counter(row.hour for row in answers)
    first = [hour for hour in hours if hours[hour] == max(hours.values())]
    if len(first) > 1 or hours[first[0]] < 3:
        assert sentence == ""
        return
    hour, _minutes, end, _minutes, count, total, *most = numbers_in(sentence)
    assert (hour, end) == (first[0], (first[0] + 1) % 24)
    assert (count, total) == (hours[hour], len(answers))
    inside = Counter(row.emotion for row in answers if row.hour == hour and row.emotion in NAMES)
    assert words_in(sentence) == {n for n in inside if inside[n] == max(inside.values())}
    assert most == ([max(inside.values())] if len(words_in(sentence)) == 1 else [])


@many
def test_the_phrase_and_the_artist_named_come_first(seed: int) -> None:
    answers = [row for row in at_random(seed) if row.emotion]
    phrases = Counter(row.phrase for row in answers)
    sentence = PHRASES.sentence(counted(answers))
    first = {name for name, count in phrases.items() if count == max(phrases.values())}
    assert set(re.findall("“(.*?)”", sentence)) == first
    assert numbers_in(sentence)[0] == max(phrases.values())

    named_ones = [row for row in answers if row.artist]
    artists = Counter(row.artist for row in named_ones)
    sentence = ARTISTS.sentence(counted(answers))
    first = {name for name, count in artists.items() if count == max(artists.values())}
    assert set(re.findall("[XY]", sentence)) == first
    assert numbers_in(sentence)[0] == max(artists.values())
    if len(first) == 1:
        assert numbers_in(sentence)[1] == len(named_ones)


def test_what_was_met_once_or_twice_or_by_many_alike_stands_out_by_chance() -> None:
    twice = [one(phrase=name, artist=name, hour=9) for name in "ab" for _ in range(2)]
    many_alike = [one(phrase=name, artist=name, hour=n) for n, name in enumerate("abcd")] * 5
    for answers in (twice, many_alike):
        found = counted(answers)
        assert PHRASES.sentence(found) == ""
        assert ARTISTS.sentence(found) == ""
    spread = counted(many_alike)
    assert by_hour.hour_sentence(spread.hours) == ""


def test_a_group_that_is_level_names_all_it_is_level_between() -> None:
    answers = [one(emotion=name, phrase="Here…") for name in ("sad", "calm") for _ in range(3)]
    assert PHRASES.sentence(counted(answers)) == (
        "Most answered: “Here…”, with 6 of 6 answers, sad and calm equally often."
    )
    unclear = [one(emotion="unsure", phrase="Here…") for _ in range(3)]
    assert PHRASES.sentence(counted(unclear)) == ("Most answered: “Here…”, with 3 of 3 answers.")


@many
def test_all_days_name_the_first_and_the_last(seed: int) -> None:
    answers = at_random(seed)
    sentence = of_all_days(answers)
    shares = {name: share(answers, name) for name in NAMES}
    first, last = sentence.split(";")
    assert words_in(first) == {name for name in NAMES if shares[name] == max(shares.values())}
    assert words_in(last) == {name for name in NAMES if shares[name] == min(shares.values())}
    days = len({row.date for row in answers if row.emotion})
    assert numbers_in(first) == [round(100 * max(shares.values())), days]
    fewest = round(100 * min(shares.values()))
    assert numbers_in(last) == ([fewest] if min(shares.values()) else [])
    assert last.startswith(" never") == (not min(shares.values()))


def test_all_days_say_when_everything_is_level() -> None:
    answers = [one(emotion=name) for name in NAMES]
    assert of_all_days(answers).startswith("All four")
    unclear = [one(emotion="unsure")]
    assert of_all_days(unclear).startswith("Not sure")


@pytest.mark.parametrize(
    ("count", "sentence"),
    [(1, "There is one answer, and it was calm."), (2, "All 2 answers were calm.")],
)
def test_one_feeling_alone_is_compared_with_none(count: int, sentence: str) -> None:
    answers = [one() for _ in range(count)]
    assert of_all_days(answers) == sentence


@pytest.mark.parametrize(
    ("emotions", "sentence"),
    [
        (["calm"], "Saturday, 3 October 2026: its one answer was calm."),
        (["calm", "calm"], "Saturday, 3 October 2026: all 2 answers were calm."),
        (["calm", "sad"], "Saturday, 3 October 2026: sad and calm are level, 1 of 2 answers each."),
        (["calm", "calm", "sad", ""], "Saturday, 3 October 2026: 2 of 3 answers were calm."),
        (["calm", "calm", "unsure"], "Saturday, 3 October 2026: 2 of 3 answers were calm."),
    ],
)
def test_the_latest_day_is_the_last_one_heard(emotions: list[str], sentence: str) -> None:
    later = [one(5, ""), one(6, "unsure")]
    answers = [one(2, emotion) for emotion in emotions] + [one(1, "happy"), *later]
    day = latest_day.latest_of(counted(answers).days)
    assert day is not None
    assert latest_day.latest_day_sentence(*day) == sentence


@many
def test_agreement_counts_songs_with_two_words(seed: int) -> None:
    answers = at_random(seed)
    pairs = [(row.verdict.heard, row.verdict.label) for row in answers]
    both = [pair for pair in pairs if all(pair)]
    sentence = agreement.agreement_sentence(counted(answers).pairs)
    agreed = sum(heard == said for heard, said in both)
    assert numbers_in(sentence)[:3] == [agreed, len(both), round(100 * agreed / len(both))]
    mixed = Counter(pair for pair in both if pair[0] != pair[1])
    first = [pair for pair in mixed if mixed[pair] == max(mixed.values())]
    if "Most often" not in sentence:
        assert len(first) != 1 or mixed[first[0]] < 3
        return
    ((heard, said),) = first
    assert f"hears {heard} where you hear {said}: {mixed[heard, said]} times" in sentence


@pytest.mark.parametrize(
    ("days", "sentence"),
    [
        ([], "You answered on 0 of 30 days."),
        ([9], "You answered on 1 of 30 days."),
        ([7, 8], "You answered on 2 of 30 days."),
        (
            [1, 2, 3, 9],
            "You answered on 4 of 30 days. The longest run: 3 days, from 2 October 2026 to "
            "4 October 2026.",
        ),
        (
            [1, 2, 3, 5, 6, 7],
            "You answered on 6 of 30 days. The longest run: 3 days, from 6 October 2026 to "
            "8 October 2026.",
        ),
    ],
)
def test_days_with_an_answer(days: list[int], sentence: str) -> None:
    answered = [FIRST + dt.timedelta(day) for day in days]
    assert streaks.streak_sentence(answered, MONTH) == sentence
    assert numbers_in(sentence)[0] == len(days)
