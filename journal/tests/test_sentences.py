from __future__ import annotations

import tomllib

import pytest

from classifier.readings import Reading
from classifier.tests.factories import ClassificationFactory
from journal.cards import card_of
from journal.management.commands.load_phrases import PHRASES
from journal.models import Entry
from journal.sentences import PLACES, PLACES_OF_PHRASES, Moment, moments_of, summary
from journal.tests.factories import EntryFactory, JournalFactory, PhraseFactory
from spotify_auth.models import User


def say(**counts: int) -> str:
    moments = [Moment(name) for name, count in counts.items() for _ in range(count)]
    return summary(moments, answered=len(moments))


@pytest.mark.parametrize(
    ("counts", "sentence"),
    [
        ({}, "Nothing answered yet."),
        ({"calm": 3}, "All calm so far."),
        ({"calm": 3, "sad": 1}, "Mostly calm, with one sad moment."),
        (
            {"calm": 6, "energetic": 2, "sad": 1},
            "Mostly calm, with energetic and sad moments.",
        ),
        (
            {"happy": 9, "sad": 1, "energetic": 1, "calm": 1},
            "Mostly happy, with sad, energetic and calm moments.",
        ),
        ({"calm": 1, "sad": 1}, "A mixed day: sad and calm."),
        ({"calm": 2, "sad": 1, "happy": 2}, "A mixed day: happy, calm and sad."),
    ],
)
def test_a_day_in_one_sentence(counts: dict[str, int], sentence: str) -> None:
    assert say(**counts) == sentence


def test_a_place_is_named_where_one_says_it_all() -> None:
    calm = [Moment("calm", "at work")] * 3
    once = [*calm, Moment("energetic", "at the bus stop")]
    sentence = "Mostly calm, with one energetic outburst at the bus stop."
    assert summary(once, answered=4) == sentence
    twice = [*once, Moment("energetic", "in the city")]
    assert summary(twice, answered=5) == "Mostly calm, with 2 energetic outbursts."


def test_a_day_that_is_over_is_not_said_to_go_on() -> None:
    assert summary([Moment("sad")], answered=1, is_over=True) == "All sad."


def test_a_song_that_waits_counts_as_answered_not_as_heard() -> None:
    assert summary([], answered=1) == "Nothing heard yet."


@pytest.mark.django_db
def test_the_place_comes_from_the_phrase(user: User) -> None:
    journal = JournalFactory(user=user)

    def moments(**phrase: object) -> list[Moment]:
        row = ClassificationFactory(emotion="energetic")
        entry = EntryFactory(phrase=PhraseFactory(**phrase), journal=journal, song=row.song)
        found = Entry.objects.with_readings(user).get(pk=entry.pk)
        return moments_of([card_of(found)])

    assert moments(theme="bad luck", key="missed-bus") == [Moment("energetic", "at the bus stop")]
    assert moments(theme="travel") == [Moment("energetic", "on the way")]
    assert moments(theme="") == [Moment("energetic")]


def test_what_nobody_is_sure_of_is_no_moment() -> None:
    card = card_of(Entry())
    unsure = type(card)(entry=Entry(), reading=Reading(state="unsure", emotion="sad"))
    assert moments_of([card, unsure]) == []


def test_every_theme_has_its_place() -> None:
    themes = tomllib.loads(PHRASES.read_text(encoding="utf-8"))
    assert {theme.replace("_", " ") for theme in themes} == set(PLACES)
    keys = {row["key"] for rows in themes.values() for row in rows}
    assert set(PLACES_OF_PHRASES) <= keys
