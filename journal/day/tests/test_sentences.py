from __future__ import annotations

import tomllib

import pytest

from classifier.emotions.readings import Reading
from classifier.tests.factories import ClassificationFactory
from journal.day.cards import card_of
from journal.day.sentences import (
    PLACES,
    PLACES_OF_PHRASES,
    Moment,
    Others,
    moments_of,
    others_of,
    summary,
)
from journal.management.commands.load_phrases import PHRASES
from journal.models import Entry
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


def test_what_no_model_is_sure_of_is_no_moment() -> None:
    card = card_of(Entry())
    states = ("unsure", "listening", "failed", "failed")
    others = [type(card)(entry=Entry(), reading=Reading(state=state)) for state in states]
    assert moments_of([card, *others]) == []
    assert others_of([card, *others]) == Others(unsure=1, waiting=1, failed=2)


@pytest.mark.parametrize(
    ("others", "sentence"),
    [
        (Others(unsure=3), "Not sure yet: tap what you hear."),
        (Others(unsure=1, failed=2), "Not sure yet: tap what you hear."),
        (Others(waiting=1, failed=2), "Nothing heard yet."),
        (Others(failed=3), "None of it could be heard."),
    ],
)
def test_a_day_without_a_feeling_says_why(others: Others, sentence: str) -> None:
    assert summary([], answered=3, others=others) == sentence


@pytest.mark.parametrize(
    ("counts", "unsure", "sentence"),
    [
        ({"sad": 3}, 1, "Mostly sad. Not sure about one song."),
        ({"sad": 1}, 5, "Partly sad. Not sure about 5 songs."),
        ({"sad": 1}, 1, "Partly sad. Not sure about one song."),
        ({"sad": 4, "calm": 1}, 1, "Mostly sad, with one calm moment. Not sure about one song."),
        ({"sad": 3, "calm": 1}, 3, "A mixed day: sad and calm. Not sure about 3 songs."),
    ],
)
def test_doubt_is_no_agreement(counts: dict[str, int], unsure: int, sentence: str) -> None:
    moments = [Moment(name) for name, count in counts.items() for _ in range(count)]
    answered = len(moments) + unsure
    assert summary(moments, answered=answered, others=Others(unsure=unsure)) == sentence


def test_every_theme_has_its_place() -> None:
    themes = tomllib.loads(PHRASES.read_text(encoding="utf-8"))
    assert {theme.replace("_", " ") for theme in themes} == set(PLACES)
    keys = {row["key"] for rows in themes.values() for row in rows}
    assert set(PLACES_OF_PHRASES) <= keys
