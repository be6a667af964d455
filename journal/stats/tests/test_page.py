from __future__ import annotations

import datetime as dt
import re

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from classifier.tests.factories import ClassificationFactory, LabelFactory, SongFactory
from journal.models import Preferences
from journal.tests.factories import EntryFactory, JournalFactory
from ml.labels import EMOTIONS
from spotify_auth.models import User

STATS = reverse("journal:stats")
TODAY = dt.date(2026, 11, 23)
NOON = dt.datetime(2026, 11, 23, 12, tzinfo=dt.UTC)


@pytest.fixture(autouse=True)
def _monday_noon() -> object:
    with time_machine.travel(NOON, tick=False):
        yield


def answer(user: User, *, days_ago: int = 0, count: int = 1, **values: object) -> None:
    date = TODAY - dt.timedelta(days_ago)
    journal = JournalFactory(user=user, date=date)
    for place in range(count):
        emotion = list(EMOTIONS)[place % 4].value
        row = ClassificationFactory(**({"emotion": emotion, "song__artist": "Somebody"} | values))
        at = dt.datetime.combine(date, dt.time(8 + place % 12), dt.UTC)
        EntryFactory(journal=journal, song=row.song, answered_at=at)


def page(client: Client, query: str = "", **headers: str) -> str:
    response = client.get(STATS + query, headers=headers)
    assert response.status_code == 200
    return response.content.decode()


def test_every_chart_has_a_sentence_and_a_table(listener: Client, user: User) -> None:
    answer(user, count=8)
    html = page(listener)
    figures = html.split("<figure ")[1:]
    assert len(figures) == 9
    for figure in figures:
        assert re.search(r'class="chart-says">\s*\S+', figure)
        assert figure.count("<table") == figure.count("<details") == 1


def test_a_language_with_a_decimal_comma_draws_the_same(listener: Client, user: User) -> None:
    answer(user, count=7)
    drawn = re.findall(r'="(-?\d+[.,]\d+)', page(listener, accept_language="de"))
    assert drawn == re.findall(r'="(-?\d+[.,]\d+)', page(listener))
    assert len(drawn) > 10


def test_the_page_of_a_new_listener_has_one_next_step(listener: Client) -> None:
    html = page(listener)
    assert "<figure" not in html
    assert html.count("button-ink") == 1
    assert f'href="{reverse("journal:today")}"' in html


def test_a_silent_stretch_points_to_all_days(listener: Client, user: User) -> None:
    answer(user, days_ago=100)
    assert "A silent stretch" in page(listener)
    assert "<figure" in page(listener, "?span=all")


def test_answers_that_nobody_is_sure_of_are_counted_as_left_out(
    listener: Client, user: User
) -> None:
    answer(user, emotion="", status="queued")
    assert "Still listening" in page(listener)
    answer(user, days_ago=1)
    html = re.sub(r"\s+", " ", page(listener))
    assert "2 answers on 2 days. 1 of them carries no clear feeling" in html


@pytest.mark.parametrize("span", ["week", "month", "quarter", "year", "all", "custom"])
def test_queries_do_not_grow_with_answers(listener: Client, user: User, span: str) -> None:
    query = f"?span={span}&first=2026-01-01&last=2026-11-23"

    def count() -> int:
        with CaptureQueriesContext(connection) as queries:
            page(listener, query)
        return len(queries)

    answer(user, count=2)
    LabelFactory(song=user.journals.get().entries.first().song, user=user)
    few = count()
    for days_ago in range(1, 9):
        answer(user, days_ago=days_ago, count=5)
        LabelFactory(song=SongFactory(), user=user)
    assert count() == few <= 12


def test_a_label_counts_at_once(listener: Client, user: User) -> None:
    answer(user, emotion="sad")
    assert "its one answer was sad" in page(listener)
    song = user.journals.get().entries.get().song
    LabelFactory(song=song, user=user, emotion="happy")
    assert "its one answer was happy" in page(listener)


def test_hours_are_the_listeners(listener: Client, user: User) -> None:
    answer(user)
    answer(user, days_ago=1)  # both at eight, UTC
    assert "the one from 08:00" in page(listener)
    Preferences.objects.create(user=user, time_zone="Asia/Kolkata")
    assert "the one from 13:00" in page(listener)


def test_today_is_the_listeners(listener: Client, user: User) -> None:
    Preferences.objects.create(user=user, time_zone="Pacific/Kiritimati")  # 02:00 of the 24th
    assert "24 November 2026" in page(listener)


def test_nothing_of_a_stranger_shows(listener: Client, stranger: User) -> None:
    answer(stranger, song__artist="Secret")
    assert "Secret" not in page(listener, "?span=all")
    assert "<figure" not in page(listener, "?span=all")


def test_what_people_write_is_escaped(listener: Client, user: User) -> None:
    answer(user, song__artist="<script>alert(1)</script>")
    assert "<script>alert" not in page(listener)


def test_htmx_gets_the_charts_alone_and_the_whole_page_when_going_back(listener: Client) -> None:
    fragment = page(listener, "", HX_Request="true")
    assert fragment.lstrip().startswith('<div class="stats"')
    back = {"HX_Request": "true", "HX_History_Restore_Request": "true"}
    assert "<html" in page(listener, "", **back)
    response = listener.get(STATS)
    assert "HX-Request" in response.headers["Vary"]


def test_the_span_shown_is_marked(listener: Client) -> None:
    html = re.sub(r"\s+", " ", page(listener, "?span=year"))
    assert re.findall(r'aria-current="true">([^<]+)', html) == ["Year"]


def test_a_wrong_time_is_told_and_kept_in_the_form(listener: Client) -> None:
    html = page(listener, '?span=custom&first="><b>&last=2026-03-01')
    assert "That is not a time we can show" in html
    assert "<b>" not in html
    assert 'aria-invalid="true"' in html
    assert "The first day is after the last" in page(
        listener, "?span=custom&first=2026-03-02&last=2026-03-01"
    )


def test_songs_without_artist_or_time_leave_their_charts_out(listener: Client, user: User) -> None:
    row = ClassificationFactory(song__artist="")
    EntryFactory(journal=JournalFactory(user=user, date=TODAY), song=row.song)
    html = page(listener)
    assert "chart-by_artist" not in html
    assert "chart-by_hour" not in html
    assert "chart-by_phrase" in html
