from __future__ import annotations

import datetime as dt

import pytest
from django.test import Client
from django.utils import translation

from classifier.models import Song
from classifier.tests.factories import ClassificationFactory, SongFactory
from journal.models import Journal
from journal.services import answer_entry, rename_song
from journal.stats.page import Statistics
from journal.tests.factories import EntryFactory, JournalFactory
from journify.web.fragments import key_of
from spotify_auth.models import User

TODAY = dt.date(2026, 11, 30)


def answers(user: User, *emotions: str) -> list[Song]:
    page, songs = Journal.objects.filter(user=user).first() or JournalFactory(user=user), []
    for emotion in emotions:
        songs.append(SongFactory(owner=user))
        ClassificationFactory(song=songs[-1], emotion=emotion)
        answer_entry(EntryFactory(journal=page), songs[-1])
    return songs


def test_the_same_contents_have_one_name_and_others_another() -> None:
    one = key_of({TODAY: (1, [1, 0])}, "a")
    assert one == key_of({TODAY: (1, [1, 0])}, "a")
    assert one != key_of({TODAY: (1, [0, 1])}, "a")
    assert one != key_of({TODAY: (1, [1, 0])}, "b")
    with translation.override("de"):
        assert one != key_of({TODAY: (1, [1, 0])}, "a")


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/stats/?span=all", "/history/?year=2026"])
def test_a_page_shows_what_changed_at_once(listener: Client, user: User, path: str) -> None:
    answers(user, *["calm"] * 11)
    before = listener.get(path).text
    answers(user, "energetic")
    assert listener.get(path).text.count("energetic") > before.count("energetic")


@pytest.mark.django_db
def test_a_new_name_of_an_artist_is_in_the_charts_at_once(listener: Client, user: User) -> None:
    song, *others = answers(user, *["calm"] * 12)
    for each in (song, *others):
        rename_song(each, title=each.title, artist="Zephyr")
    assert "Zephyr" in listener.get("/stats/?span=all").text
    for each in (song, *others):
        rename_song(each, title=each.title, artist="Boreas")
    assert "Zephyr" not in listener.get("/stats/?span=all").text


@pytest.mark.django_db
def test_charts_are_drawn_once_for_the_same_answers(
    listener: Client, user: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    answers(user, *["calm"] * 12)
    assert "all_days-title" in listener.get("/stats/?span=all").text
    # drawn again, there would be no chart
    monkeypatch.setattr(Statistics, "charts", [])
    monkeypatch.setattr(Statistics, "quiet", [])
    assert "all_days-title" in listener.get("/stats/?span=all").text
    assert "all_days-title" not in listener.get("/stats/?span=year").text
