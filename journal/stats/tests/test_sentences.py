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

from classifier.effective import Verdict
from journal.emotions import DayHeard
from journal.stats import sentences, summaries
from journal.stats.answers import Answers
from journal.stats.buckets import buckets_of
from journal.stats.intervals import Interval
from journal.stats.tally import NAMES, Tally

FIRST = dt.date(2026, 10, 1)
MONTH = Interval("custom", FIRST, FIRST + dt.timedelta(29))
WEEKDAYS = [f"weekday {number}" for number in range(7)]


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
        return DayHeard(len(heard), [heard.count(name) for name in NAMES])

    pairs = [(row.verdict.heard, row.verdict.label) for row in rows]
    return Answers(
        days={date: day(date) for date in sorted({row.date for row in rows})},
        hours={hour: tally for hour, tally in by("hour").items() if hour is not None},
        phrases=by("phrase"),
        artists=by("artist"),
        pairs=Counter(pair for pair in pairs if all(pair)),
    )


def one(day: int = 0, emotion: str = "calm", hour: int | None = 9, **values: str) -> Answer:
    verdict = Verdict(
        heard=values.get("heard", emotion), certainty=0.9, label=values.get("label", "")
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
            emotion=dice.choice([*NAMES, ""]),
            hour=dice.choice([None, *range(24)]),
            phrase=dice.choice(["a", "b", "c"]),
            artist=dice.choice(["X", "Y", ""]),
            label=dice.choice(["", "", *NAMES]),
        )
        for _ in range(dice.choice([12, 60, 200]))
    ]


def words_in(sentence: str) -> set[str]:
    return set(NAMES) & set(re.findall(r"[a-z]+", sentence))


def numbers_in(sentence: str) -> list[int]:
    return [int(number) for number in re.findall(r"\d+", sentence)]


def share(answers: Sequence[Answer], name: str) -> float:
    known = [answer.emotion for answer in answers if answer.emotion]
    return known.count(name) / len(known) if known else 0.0


many = pytest.mark.parametrize("seed", range(12))


@many
def test_over_time_names_the_largest_change(seed: int) -> None:
    answers = at_random(seed)
    summary = summaries.over_time(counted(answers).days, buckets_of(MONTH), MONTH)
    halves = [[row for row in answers if (row.date.day <= 15) == is_first] for is_first in (1, 0)]
    sentence = sentences.over_time(summary)
    if min(sum(bool(row.emotion) for row in half) for half in halves) < 5:
        assert sentence.startswith("Heard most")
        return
    changes = {name: abs(share(halves[1], name) - share(halves[0], name)) for name in NAMES}
    (word,) = words_in(sentence)
    assert changes[word] == max(changes.values())
    assert numbers_in(sentence) == [round(100 * share(half, word)) for half in halves]


def test_over_time_claims_no_change_where_there_is_none() -> None:
    answers = [one(day, name) for day in (0, 20) for name in NAMES for _ in range(3)]
    summary = summaries.over_time(counted(answers).days, buckets_of(MONTH), MONTH)
    assert sentences.over_time(summary).startswith("Both halves")


@many
def test_a_weekday_stands_out_where_it_differs_most(seed: int) -> None:
    answers = at_random(seed)
    sentence = sentences.by_weekday(summaries.by_weekday(counted(answers).days, WEEKDAYS))
    if "stands out" not in sentence:
        assert words_in(sentence) == set() or sentence.startswith("Heard most")
        return
    days = [[row for row in answers if row.date.weekday() == day] for day in range(7)]
    day, percent, usual = numbers_in(sentence)
    (word,) = words_in(sentence)
    largest = max(
        share(rows, name) - share(answers, name)
        for rows in days
        for name in NAMES
        if sum(bool(row.emotion) for row in rows) >= 5
    )
    assert share(days[day], word) - share(answers, word) == pytest.approx(largest)
    assert percent == round(100 * share(days[day], word))
    assert usual == round(100 * share(answers, word))


@many
def test_no_hour_brings_more_than_the_one_named(seed: int) -> None:
    answers = [row for row in at_random(seed) if row.hour is not None and row.emotion]
    sentence = sentences.by_hour(summaries.by_hour(counted(answers).hours))
    hour, minute, count, total, most = numbers_in(sentence)
    (word,) = words_in(sentence)
    hours = Counter(row.hour for row in answers)
    assert minute == 0
    assert hours[hour] == count == max(hours.values())
    assert total == len(answers)
    inside = Counter(row.emotion for row in answers if row.hour == hour)
    assert inside[word] == most == max(inside.values())


@many
def test_the_phrase_and_the_artist_named_come_first(seed: int) -> None:
    answers = [row for row in at_random(seed) if row.emotion]
    phrases = Counter(row.phrase for row in answers)
    sentence = sentences.by_phrase(summaries.by_phrase(counted(answers).phrases))
    named = sentence.split("“")[1].split("”")[0]
    assert phrases[named] == max(phrases.values()) == numbers_in(sentence)[0]
    assert numbers_in(sentence)[1] == len(answers)

    named_ones = [row for row in answers if row.artist]
    artists = Counter(row.artist for row in named_ones)
    sentence = sentences.by_artist(summaries.by_artist(counted(answers).artists))
    named = sentence.split("than ")[1].split(":")[0]
    assert artists[named] == max(artists.values()) == numbers_in(sentence)[0]
    assert numbers_in(sentence)[1] == len(named_ones)


@many
def test_all_days_name_the_first_and_the_last(seed: int) -> None:
    answers = at_random(seed)
    sentence = sentences.all_days(summaries.all_days(counted(answers).days))
    shares = {name: share(answers, name) for name in NAMES}
    days, most, fewest = numbers_in(sentence)
    assert days == len({row.date for row in answers if row.emotion})
    assert most == round(100 * max(shares.values()))
    assert fewest == round(100 * min(shares.values()))
    first, last = (words_in(part) for part in sentence.split(";"))
    assert first == {name for name in NAMES if shares[name] == max(shares.values())}
    assert last == {name for name in NAMES if shares[name] == min(shares.values())}


def test_all_days_say_when_everything_is_level() -> None:
    answers = [one(emotion=name) for name in NAMES]
    assert sentences.all_days(summaries.all_days(counted(answers).days)).startswith("All four")


@pytest.mark.parametrize(
    ("count", "sentence"),
    [(1, "There is one answer, and it was calm."), (2, "All 2 answers were calm.")],
)
def test_one_feeling_alone_is_compared_with_none(count: int, sentence: str) -> None:
    answers = [one() for _ in range(count)]
    groups = counted(answers).days
    assert sentences.all_days(summaries.all_days(groups)) == sentence
    if count == 1:
        assert sentences.by_artist(summaries.by_artist(counted(answers).artists)) == sentence
        assert sentences.by_phrase(summaries.by_phrase(counted(answers).phrases)) == sentence
        assert sentences.by_hour(summaries.by_hour(counted(answers).hours)) == sentence


@pytest.mark.parametrize(
    ("emotions", "sentence"),
    [
        (["calm"], "Saturday, 3 October 2026: its one answer was calm."),
        (["calm", "calm"], "Saturday, 3 October 2026: all 2 answers were calm."),
        (["calm", "sad"], "Saturday, 3 October 2026: sad and calm are level, 1 of 2 answers each."),
        (["calm", "calm", "sad", ""], "Saturday, 3 October 2026: 2 of 3 answers were calm."),
    ],
)
def test_the_latest_day_is_the_last_one_heard(emotions: list[str], sentence: str) -> None:
    answers = [one(2, emotion) for emotion in emotions] + [one(1, "happy"), one(5, "")]
    day = summaries.latest_day(counted(answers).days)
    assert day is not None
    assert sentences.latest_day(day) == sentence


@many
def test_agreement_counts_songs_with_two_words(seed: int) -> None:
    answers = at_random(seed)
    pairs = [(row.verdict.heard, row.verdict.label) for row in answers]
    both = [pair for pair in pairs if all(pair)]
    sentence = sentences.agreement(summaries.Agreement(counted(answers).pairs))
    agreed = sum(heard == said for heard, said in both)
    assert numbers_in(sentence)[:3] == [len(both), agreed, round(100 * agreed / len(both))]
    mixed = Counter(pair for pair in both if pair[0] != pair[1])
    if mixed:
        heard = sentence.split("“")[1].split("”")[0]
        said = sentence.split("call ")[1].split(":")[0]
        assert mixed[heard, said] == max(mixed.values()) == numbers_in(sentence)[3]


def test_agreement_without_labels_says_so() -> None:
    assert sentences.agreement(summaries.Agreement(counted([one()]).pairs)).startswith(
        "You gave none"
    )


@pytest.mark.parametrize(
    ("days", "today", "sentence"),
    [
        ([], 9, "Your first answer starts a run."),
        ([9], 9, "You answered on 1 day up to today; no run of yours was longer."),
        ([7, 8], 9, "You answered on 2 days in a row up to yesterday; no run of yours was longer."),
        (
            [1, 2, 3, 9],
            9,
            "You answered on 1 day up to today; the longest run was 3 days, from 2 October 2026 to "
            "4 October 2026.",
        ),
        ([1, 7], 9, "No run is on; the longest was 1 day, on 8 October 2026."),
        (
            [1, 2, 5, 6],
            9,
            "No run is on; the longest was 2 days, from 6 October 2026 to 7 October 2026.",
        ),
    ],
)
def test_runs(days: list[int], today: int, sentence: str) -> None:
    answered = [FIRST + dt.timedelta(day) for day in days]
    summary = summaries.streaks(answered, MONTH, today=FIRST + dt.timedelta(today))
    assert sentences.streaks(summary) == sentence
    assert summary.answered == len(days)
