from __future__ import annotations

import datetime as dt
import re
from urllib.parse import urlencode

import pytest
import time_machine
from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from classifier.tests.factories import ClassificationFactory, LabelFactory, SongFactory
from journal import services
from journal.history.memories import memories_of
from journal.history.search import PAGE
from journal.models import Entry, Journal, Preferences
from journal.tests.factories import EntryFactory, JournalFactory
from spotify_auth.models import User

NOON = dt.datetime(2026, 11, 23, 12, tzinfo=dt.UTC)
TODAY = NOON.date()


@pytest.fixture(autouse=True)
def _monday_noon():
    with time_machine.travel(NOON, tick=False):
        yield


def answered(user: User, date: dt.date, emotion: str = "calm", **values: object) -> Entry:
    journal = Journal.objects.filter(user=user, date=date).first()
    values.setdefault("song", None)
    song = values.pop("song") or ClassificationFactory(emotion=emotion).song
    return EntryFactory(
        journal=journal or JournalFactory(user=user, date=date), song=song, **values
    )


def page(listener: Client, **query: object):
    return listener.get(f"{reverse('journal:history')}?{urlencode(query)}")


def days(listener: Client, **query: object) -> dict[dt.date, object]:
    year = page(listener, **{"year": 2026} | query).context["year"]
    return {day.date: day for month in year.months for day in month.days}


class TestYear:
    def test_a_day_has_the_colour_of_its_commonest_emotion(
        self, listener: Client, user: User
    ) -> None:
        date = dt.date(2026, 11, 5)
        for emotion in ("calm", "sad", "calm"):
            answered(user, date, emotion)
        found = days(listener)
        assert len(found) == 365
        assert (found[date].colours, found[date].answered) == (["calm"], 3)
        assert "sad 1" in found[date].words
        assert "calm 2" in found[date].words
        assert found[TODAY].is_today
        assert found[TODAY + dt.timedelta(days=1)].url == ""

    def test_the_own_label_counts_and_what_nobody_is_sure_of_does_not(
        self, listener: Client, user: User
    ) -> None:
        song = ClassificationFactory(emotion="calm").song
        LabelFactory(song=song, user=user, emotion="energetic")
        answered(user, dt.date(2026, 11, 5), song=song)
        unsure = ClassificationFactory(emotion="sad", probabilities={"sad": 0.3, "calm": 0.2}).song
        answered(user, dt.date(2026, 11, 6), song=unsure)
        found = days(listener)
        assert found[dt.date(2026, 11, 5)].colours == ["energetic"]
        assert found[dt.date(2026, 11, 6)].colours == ["unsure"]
        assert found[dt.date(2026, 11, 6)].answered == 1
        assert found[dt.date(2026, 11, 6)].words.endswith(": not sure 1, 1 answer")

    @pytest.mark.parametrize(
        ("emotions", "colours"),
        [
            (["sad", "calm"], ["sad", "calm"]),
            (["calm", "sad"], ["sad", "calm"]),
            (["happy", "energetic", "happy", "energetic", "sad"], ["happy", "energetic"]),
            (["sad", "happy", "energetic", "calm"], ["sad", "happy", "energetic", "calm"]),
            (["sad", "calm", "calm"], ["calm"]),
        ],
    )
    def test_feelings_that_are_level_share_a_day(
        self, listener: Client, user: User, emotions: list[str], colours: list[str]
    ) -> None:
        date = dt.date(2026, 11, 5)
        for emotion in emotions:
            answered(user, date, emotion)
        assert days(listener)[date].colours == colours
        cell = page(listener).content.decode().split('href="/journal/2026-11-05/"')[1]
        cell = cell.split("</a>")[0]
        assert re.findall(r'data-emotion="(\w+)"', cell) == colours
        assert re.findall(r"#mark-(\w+)", cell) == colours

    def test_a_day_that_is_heard_in_part_has_the_colour_of_that(
        self, listener: Client, user: User
    ) -> None:
        date = dt.date(2026, 11, 5)
        answered(user, date, "sad")
        for _ in range(2):
            answered(user, date, song=ClassificationFactory(probabilities={"calm": 0.4}).song)
        answered(user, date, song=SongFactory())
        assert days(listener)[date].colours == ["sad"]
        assert "sad 1, not sure 2, 4 answers" in days(listener)[date].words
        assert page(listener, year=2026).context["year"].months[10].counts == [1, 0, 0, 0, 2]

    def test_years_are_switched_as_far_as_pages_go(self, listener: Client) -> None:
        year = page(listener).context["year"]
        assert (year.year, year.before, year.after) == (2026, 2025, None)
        before = page(listener, year=2025).context["year"]
        assert (before.year, before.before, before.after) == (2025, None, 2026)

    @pytest.mark.parametrize("year", ["1066", "3000", "MMXXVI", "-1", "²⁰²⁶"])
    def test_a_year_without_pages_is_the_nearest_with(self, listener: Client, year: str) -> None:
        assert page(listener, year=year).context["year"].year in {2025, 2026}

    def test_days_before_the_first_have_no_page(self, listener: Client) -> None:
        found = days(listener, year=2025)
        assert found[dt.date(2025, 11, 22)].url == ""
        assert found[dt.date(2025, 11, 23)].url == "/journal/2025-11-23/"

    def test_every_day_says_in_words_what_its_colour_says(
        self, listener: Client, user: User
    ) -> None:
        answered(user, dt.date(2026, 11, 5), "happy")
        html = page(listener).content.decode()
        assert html.count('href="/journal/2026-11-05/"') == 1
        assert "happy 1, 1 answer" in html
        assert 'aria-current="date"' in html


class TestAFirstYear:
    def test_a_young_journal_is_shown_by_its_weeks(self, listener: Client, user: User) -> None:
        answered(user, dt.date(2026, 11, 12), "happy")  # a Thursday
        year = page(listener).context["year"]
        assert [len(week) for week in year.weeks] == [7, 7, 7]
        assert year.weeks[0][0].date == dt.date(2026, 11, 9)
        assert year.weeks[0][3].colours == ["happy"]
        assert [day and day.date for day in year.weeks[2]] == [TODAY, *[None] * 6]
        html = page(listener).content.decode()
        assert "Your first weeks" in html
        assert 'href="?year=2026"' in html
        assert 'href="/journal/2026-11-12/"' in html

    def test_a_first_year_leaves_out_the_months_before(self, listener: Client, user: User) -> None:
        answered(user, dt.date(2026, 6, 30), "happy")
        year = page(listener).context["year"]
        assert year.weeks == []
        assert [month.first.month for month in year.months] == [6, 7, 8, 9, 10, 11]
        assert "The whole of 2026" in page(listener).content.decode()
        assert len(page(listener, year=2026).context["year"].months) == 12

    def test_an_older_journal_has_its_whole_year(self, listener: Client, user: User) -> None:
        answered(user, dt.date(2025, 12, 30), "happy")
        answered(user, dt.date(2026, 11, 1), "happy")
        assert len(page(listener).context["year"].months) == 12
        assert page(listener).context["year"].weeks == []

    def test_an_empty_journal_has_this_week_and_a_year(self, listener: Client) -> None:
        year = page(listener).context["year"]
        assert [day and day.date for day in year.weeks[0]] == [TODAY, *[None] * 6]
        assert len(year.weeks) == 1
        assert len(page(listener, year=2026).context["year"].months) == 12


class TestMonths:
    def test_a_month_leads_to_its_answers(self, listener: Client, user: User) -> None:
        answered(user, dt.date(2025, 10, 30), "happy")
        answered(user, dt.date(2026, 2, 28), "sad", phrase_text="In February…")
        html = page(listener).content.decode()
        assert 'href="?first=2026-02-01&amp;last=2026-02-28#answers"' in html.split("months")[1]
        assert "first=2026-03-01" not in html
        response = page(listener, year=2026, first="2026-02-01", last="2026-02-28")
        assert [card.entry.phrase_text for card in response.context["cards"]] == ["In February…"]
        nav = response.content.decode().split('class="months"')[1].split("</nav>")[0]
        assert nav.count("aria-current") == 1
        assert "year=2026&amp;first=2026-02-01" in nav


class TestLookingBack:
    def test_a_day_at_random_is_one_that_was_answered(self, listener: Client, user: User) -> None:
        where = reverse("journal:random_day")
        assert listener.get(where)["Location"] == reverse("journal:history")
        dates = [dt.date(2026, 3, day) for day in (1, 2, 3)]
        for date in dates:
            answered(user, date, "calm")
        JournalFactory(user=user, date=dt.date(2026, 3, 9))
        answered(user, TODAY, "calm")
        response = listener.get(where)
        assert response["Location"] in {f"/journal/{date}/" for date in dates}
        assert "no-store" in response["Cache-Control"]

    def test_hard_days_are_no_surprise_where_they_are_left_out(
        self, listener: Client, user: User
    ) -> None:
        answered(user, dt.date(2026, 3, 1), "sad")
        answered(user, dt.date(2026, 3, 2), "calm")
        listener.post(reverse("journal:gentle"), {"gentle": "on"})
        found = {listener.get(reverse("journal:random_day"))["Location"] for _ in range(20)}
        assert found == {"/journal/2026-03-02/"}

    def test_a_starred_day_is_found_again(
        self, listener: Client, user: User, stranger: User
    ) -> None:
        date = dt.date(2026, 3, 1)
        answered(user, date, "calm")
        answered(stranger, date, "calm")
        where = reverse("journal:favourite", args=[date])
        assert 'aria-pressed="false"' in listener.get(f"/journal/{date}/").content.decode()
        assert listener.post(where, {"favourite": "on"})["Location"] == f"/journal/{date}/"
        assert page(listener).context["favourites"] == [date]
        day = listener.get(f"/journal/{date}/").content.decode()
        assert 'aria-pressed="true"' in day.split('class="favourite"')[1]
        assert not stranger.journals.get(date=date).is_favourite
        fragment = listener.post(where, {"favourite": "off"}, headers={"HX-Request": "true"})
        assert 'aria-pressed="false"' in fragment.content.decode()
        assert page(listener).context["favourites"] == []

    def test_a_day_without_a_page_has_no_star(self, listener: Client) -> None:
        where = reverse("journal:favourite", args=[dt.date(2026, 3, 1)])
        assert listener.post(where, {"favourite": "on"}).status_code == 404


class TestFilters:
    @pytest.fixture(autouse=True)
    def _answers(self, user: User, stranger: User) -> None:
        song = ClassificationFactory(emotion="sad", song__title="Gloomy Sunday").song
        answered(user, dt.date(2026, 11, 1), song=song, phrase_text="On a Sunday…", note="rain")
        answered(user, dt.date(2026, 11, 8), "happy", phrase_text="On the bus…")
        answered(stranger, dt.date(2026, 11, 8), "happy", phrase_text="Theirs…")

    @pytest.mark.parametrize(
        ("query", "phrases"),
        [
            ({}, ["On the bus…", "On a Sunday…"]),
            ({"emotion": "sad"}, ["On a Sunday…"]),
            ({"q": "gloomy rain"}, ["On a Sunday…"]),
            ({"q": "gloomy bus"}, []),
            ({"phrase": "On the bus…"}, ["On the bus…"]),
            ({"first": "2026-11-02"}, ["On the bus…"]),
            ({"last": "2026-11-07"}, ["On a Sunday…"]),
            ({"emotion": "happy", "last": "2026-11-07"}, []),
            ({"phrase": "Theirs…"}, ["On the bus…", "On a Sunday…"]),
            ({"first": "yesterday", "emotion": "happy"}, ["On the bus…"]),
        ],
    )
    def test_what_is_asked_for_is_shown(
        self, listener: Client, query: dict[str, str], phrases: list[str]
    ) -> None:
        response = page(listener, **query)
        assert [card.entry.phrase_text for card in response.context["cards"]] == phrases
        choices = dict(response.context["form"].fields["phrase"].choices)
        assert "Theirs…" not in choices

    def test_the_days_with_a_tag_are_found(
        self, listener: Client, user: User, stranger: User
    ) -> None:
        assert "tag" not in page(listener).context["form"].fields
        sunday = Entry.objects.get(phrase_text="On a Sunday…").date
        services.write_feeling(user, sunday, tags="Anna, the sea")
        services.write_feeling(user, sunday + dt.timedelta(days=1), tags="Annabel")
        services.write_feeling(stranger, sunday, tags="Theirs")
        response = page(listener, tag="Anna")
        assert [card.entry.phrase_text for card in response.context["cards"]] == ["On a Sunday…"]
        tags = dict(response.context["form"].fields["tag"].choices)
        assert set(tags) == {"", "Anna", "the sea", "Annabel"}
        assert page(listener, tag="Annabel").context["cards"] == []
        files = listener.get("/songs/export.txt", {"tag": "Anna"}).content.decode()
        assert len(files.splitlines()) == 1

    @pytest.mark.parametrize(
        ("words", "phrases"),
        [
            ("übersee", ["On a Sunday…"]),
            ("#Übersee", ["On a Sunday…"]),
            ("#anna, rain", ["On a Sunday…"]),
            ("the sea", ["On a Sunday…"]),
            ("bus anna", []),
            ("theirs", []),
            ("#", []),
            (",", []),
        ],
    )
    def test_the_days_with_a_tag_are_found_by_its_words(
        self, listener: Client, user: User, stranger: User, words: str, phrases: list[str]
    ) -> None:
        sunday = Entry.objects.get(phrase_text="On a Sunday…").date
        services.write_feeling(user, sunday, tags="Anna, Übersee, the sea")
        services.write_feeling(stranger, sunday + dt.timedelta(days=7), tags="Theirs")
        found = page(listener, q=words).context["cards"]
        assert [card.entry.phrase_text for card in found] == phrases
        files = listener.get("/songs/export.txt", {"q": words}).content.decode()
        assert len(files.splitlines()) == len(phrases)

    def test_a_song_that_no_model_is_sure_of_has_a_blank_sleeve(
        self, listener: Client, user: User
    ) -> None:
        unsure = {"sad": 0.3, "calm": 0.2}
        song = ClassificationFactory(emotion="sad", probabilities=unsure).song
        answered(user, dt.date(2026, 11, 2), song=song)
        pictures = re.findall(r"#(sleeve-[a-z0-9-]+)", page(listener).text)
        icons = (settings.BASE_DIR / "static/img/icons.svg").read_text()
        assert len(pictures) == 3
        assert all(f'<symbol id="{picture}"' in icons for picture in pictures)
        assert "sleeve-blank" in pictures

    def test_nothing_is_offered_to_be_found_where_nothing_is(
        self, listener: Client, user: User
    ) -> None:
        offers = ('role="search"', reverse("journal:random_day"), reverse("journal:gentle"))
        assert all(offer in page(listener, q="nowhere").text for offer in offers)
        Entry.objects.of(user).update(song=None)
        assert not any(offer in page(listener).text for offer in offers)

    def test_a_wrong_date_is_told(self, listener: Client) -> None:
        assert "Enter a valid date." in page(listener, first="yesterday").content.decode()

    def test_pages_keep_what_was_asked_for(self, listener: Client, user: User) -> None:
        for n in range(PAGE):
            answered(user, TODAY - dt.timedelta(days=n), "happy")
        first = page(listener, emotion="happy")
        assert len(first.context["cards"]) == PAGE
        assert "?emotion=happy&amp;page=2#answers" in first.content.decode()
        second = page(listener, emotion="happy", page=2)
        assert len(second.context["cards"]) == 1

    def test_what_no_model_is_sure_of_is_found_as_that(self, listener: Client, user: User) -> None:
        unsure = ClassificationFactory(emotion="sad", probabilities={"sad": 0.3, "calm": 0.2}).song
        answered(user, dt.date(2026, 11, 9), song=unsure, phrase_text="Unclear…")
        response = page(listener, emotion="unsure")
        assert [card.entry.phrase_text for card in response.context["cards"]] == ["Unclear…"]
        assert [card.state for card in response.context["cards"]] == ["unsure"]
        assert "#mark-unsure" in response.content.decode().split('class="answer-list"')[1]

    def test_what_a_song_sounds_like_stands_beside_it(self, listener: Client) -> None:
        html = page(listener).content.decode().split('class="answer-list"')[1]
        words = re.findall(r'<span class="feeling">(\w+)</span>', html)
        assert words == ["happy", "sad"]
        assert html.count('class="sleeve') == 2

    def test_the_own_word_is_what_is_found(self, listener: Client, user: User) -> None:
        song = Entry.objects.get(phrase_text="On the bus…").song
        LabelFactory(song=song, user=user, emotion="calm")
        assert page(listener, emotion="happy").context["cards"] == []
        assert len(page(listener, emotion="calm").context["cards"]) == 1


class TestOnThisDay:
    def test_a_month_and_years_ago_are_remembered(self, listener: Client, user: User) -> None:
        answered(user, dt.date(2026, 10, 23), "happy")
        answered(user, dt.date(2024, 11, 23), "calm")
        answered(user, dt.date(2026, 10, 22), "calm")
        memories = page(listener).context["memories"]
        assert [(memory.when, memory.sentence) for memory in memories] == [
            ("A month ago", "All happy."),
            ("2 years ago", "All calm."),
        ]

    def test_a_day_of_which_no_model_is_sure_says_so(self, listener: Client, user: User) -> None:
        unsure = ClassificationFactory(emotion="sad", probabilities={"sad": 0.3, "calm": 0.2}).song
        answered(user, dt.date(2026, 10, 23), song=unsure)
        (memory,) = page(listener).context["memories"]
        assert memory.sentence == "Not sure yet: tap what you hear."

    def test_hard_days_are_left_out_until_they_are_wanted(
        self, listener: Client, user: User
    ) -> None:
        answered(user, dt.date(2026, 10, 23), "sad")
        answered(user, dt.date(2024, 11, 23), "calm")
        listener.post(reverse("journal:gentle"), {"gentle": "on"})
        assert Preferences.objects.get(user=user).leave_hard_days_out
        assert [m.when for m in page(listener).context["memories"]] == ["2 years ago"]
        listener.post(reverse("journal:gentle"), {"gentle": "off"})
        assert len(page(listener).context["memories"]) == 2

    def test_the_29th_of_february_has_no_day_in_other_years(self, user: User) -> None:
        answered(user, dt.date(2027, 2, 28), "calm")
        answered(user, dt.date(2024, 2, 29), "calm")
        memories = memories_of(user, dt.date(2028, 2, 29), without_hard=False)
        assert [memory.date for memory in memories] == [dt.date(2024, 2, 29)]

    def test_a_new_journal_is_sent_to_today(self, listener: Client) -> None:
        html = page(listener).content.decode()
        assert "Today may be the first." in html
        assert "No answers yet" in html


def test_as_many_queries_however_many_answers(listener: Client, user: User) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as caught:
            page(listener, emotion="calm")
        return len(caught)

    answered(user, TODAY)
    answered(user, dt.date(2026, 10, 23), song=SongFactory())
    queries()
    before = queries()
    for n in range(15):
        answered(user, TODAY - dt.timedelta(days=n))
        answered(user, dt.date(2026, 10, 23), song=SongFactory())
    assert queries() == before


def test_answers_are_found_by_a_finer_word(listener: Client, user: User) -> None:
    tender, other = answered(user, TODAY), answered(user, TODAY)
    LabelFactory(song=tender.song, user=user, emotion="calm", word="tender")
    found = page(listener, word="tender")
    assert [card.entry for card in found.context["cards"]] == [tender]
    assert '<optgroup label="calm">' in found.content.decode()
    both = page(listener, emotion="calm").context["cards"]
    assert {card.entry for card in both} == {tender, other}
