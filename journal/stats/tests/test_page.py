from __future__ import annotations

import datetime as dt
import re
from collections import Counter

import pytest
import time_machine
from django.db import connection
from django.template.loader import render_to_string
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import translation

from classifier.models import Label
from classifier.tests.factories import ClassificationFactory, LabelFactory, SongFactory
from journal.emotions.tally import Tally
from journal.models import DayFeeling, Entry, Preferences
from journal.stats.charts.base import Plan, bar_rows
from journal.stats.page import PLANS
from journal.stats.tables import tally_table
from journal.stats.words import leading
from journal.tests.factories import EntryFactory, JournalFactory
from ml.labels import EMOTIONS
from spotify_auth.models import User

STATS = reverse("journal:stats")
TODAY = dt.date(2026, 11, 23)
NOON = dt.datetime(2026, 11, 23, 12, tzinfo=dt.UTC)
# what begins with days, labels or what the listener said
NOT_OF_ANSWERS = {"streaks", "agreement", "beside_before", "felt", "by_tag"}
UNSURE = {"emotion": "sad", "probabilities": {"sad": 0.4, "calm": 0.35}}


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


def charts_of(html: str) -> set[str]:
    return set(re.findall(r'<figure class="chart chart-(\w+)"', html))


def missing_in(html: str) -> dict[str, str]:
    """What the charts that say nothing yet wait for, by their titles."""
    return dict(re.findall(r"<b>([^<]+):</b> <span>([^<]+?)</span>\s*</li>", html))


def feel(user: User, days_ago: int, emotions: str, tags: str = "") -> None:
    date = TODAY - dt.timedelta(days_ago)
    DayFeeling.objects.create(user=user, date=date, emotions=emotions, tags=tags)


def label(user: User, count: int) -> None:
    for entry in Entry.objects.filter(journal__user=user)[:count]:
        LabelFactory(song=entry.song, user=user, emotion="sad")


def test_every_chart_has_a_sentence_and_a_table(listener: Client, user: User) -> None:
    for days_ago in range(3):
        answer(user, days_ago=days_ago, count=8)
        feel(user, days_ago, "calm", "sea")
    feel(user, 3, "calm", "sea")
    feel(user, 4, "sad")
    for days_ago in (3, 4):
        answer(user, days_ago=days_ago, count=1)
    label(user, 5)
    html = page(listener)
    assert missing_in(html) == {}
    figures = [figure.split("</figure>")[0] for figure in html.split("<figure ")[1:]]
    assert len(figures) == 11  # all but what is before, where there is nothing
    for figure in figures:
        assert re.search(r'class="chart-says">\s*\S+', figure)
        assert figure.count("<table") == figure.count("<details") == 1


@pytest.mark.parametrize(("language", "words"), [("en", "1,234"), ("de", "1.234")])
def test_counts_over_999_have_a_separator(language: str, words: str) -> None:
    tally = Tally(Counter({"sad": 1234}))
    groups = [("2026", tally), ("Nobody", Tally(Counter({"sad": 999})))]
    with translation.override(language):
        table, sentence, rows = tally_table("Year", groups), leading(tally), bar_rows(groups)
        legend = render_to_string(
            "journal/stats/_legend.html", {"parts": tally.parts, "are_few": True, "icons": ""}
        )
        lede = render_to_string("journal/stats/_lede.html", {"stats": {"answers": 1234, "days": 2}})
        body = table.body
    for text in (body, sentence, rows, legend, lede):
        assert words in text
    for text in (body, rows):
        assert "2026" in text
        assert "999" in text
    assert not re.search(r'="\d[.,]\d{3}"', rows)


def test_a_few_answers_are_no_statistics(listener: Client, user: User) -> None:
    """Until there are enough of them, a chart says how many are missing and nothing else."""
    answer(user, emotion="sad")
    answer(user, days_ago=1)
    html = page(listener)
    assert charts_of(html) == set()
    assert missing_in(html) == {
        "Over time": "8 more answers",
        "The latest day": "2 more answers on that day",
        "All these days": "8 more answers",
        "By weekday": "18 more answers",
        "By hour": "18 more answers",
        "By tag": "3 more days with one tag, and answers",
        "Felt and played": "5 more days on which you say how it was, and answer",
        "By phrase": "8 more answers",
        "By artist": "8 more answers with an artist’s name",
        "Days with an answer": "an answer on 1 more day",
        "The model and you": "5 more songs of which you say what you hear",
    }
    assert "11 more charts appear here over time" in html.split("<summary")[-1]
    text = re.sub(r"<[^>]+>", " ", html.split("<main")[1])
    assert "%" not in text
    assert not re.search(r"\d+ of \d+", text)


@pytest.mark.parametrize(
    "plan",
    [plan for plan in PLANS if plan.key not in NOT_OF_ANSWERS],
    ids=lambda p: p.key,
)
def test_each_chart_begins_with_its_least(listener: Client, user: User, plan: Plan) -> None:
    """What no model is sure of, and what is not heard, does not count."""
    for days_ago in (1, 2):
        answer(user, days_ago=days_ago, **UNSURE)
        answer(user, days_ago=days_ago + 2, emotion="", status="queued")
    answer(user, count=plan.least - 1)
    assert plan.key not in charts_of(page(listener))
    assert missing_in(page(listener))[str(plan.title)] == plan.missing % {"count": 1}
    song = ClassificationFactory(song__artist="Somebody").song
    at = NOON - dt.timedelta(hours=1)
    EntryFactory(journal=user.journals.get(date=TODAY), song=song, answered_at=at)
    assert plan.key in charts_of(page(listener))


def test_what_was_before_stands_beside_it(listener: Client, user: User) -> None:
    for days_ago in range(5):
        answer(user, days_ago=days_ago, count=2, emotion="calm")
    assert "beside_before" not in charts_of(page(listener))
    assert "Beside the time before" not in missing_in(page(listener))
    for days_ago in range(35, 40):
        answer(user, days_ago=days_ago, count=2, emotion="sad")
    answer(user, days_ago=100, count=20, emotion="happy")
    html = page(listener)
    figure = html.split('chart-beside_before"')[1].split("</figure>")[0]
    assert "Sad fell from 100\xa0% to 0\xa0% and calm rose from 0\xa0% to 100\xa0%." in figure
    assert "The 30 days before" in figure
    assert "beside_before" not in charts_of(page(listener, "?span=all"))


def test_what_was_felt_stands_beside_what_was_played(listener: Client, user: User) -> None:
    for days_ago in range(6):
        answer(user, days_ago=days_ago, count=3, emotion="calm" if days_ago < 4 else "happy")
        feel(user, days_ago, "sad", "sea" if days_ago < 3 else "")
    html = page(listener)
    figure = html.split('chart-felt"')[1].split("</figure>")[0]
    assert "On the 6 days you felt sad, you played calm most: 12 of 18 songs." in figure
    figure = html.split('chart-by_tag"')[1].split("</figure>")[0]
    assert "Most answers on days with “sea”: 9, 9 of them calm." in figure


def test_where_nothing_stands_out_a_chart_is_a_line(listener: Client, user: User) -> None:
    for days_ago in range(8):
        answer(user, days_ago=days_ago, count=4)
    folded = page(listener).split('id="quiet-title"')[1]
    assert "No weekday sounds different from the others." in folded
    assert charts_of(folded) >= {"by_weekday", "by_hour"}


def test_a_finding_leads_the_page(listener: Client, user: User) -> None:
    answer(user, count=2, emotion="calm")
    assert 'class="finding"' not in page(listener)
    for days_ago in range(2, 30):
        date = TODAY - dt.timedelta(days_ago)
        is_saturday = date.weekday() == 5
        answer(user, days_ago=days_ago, count=4, **({"emotion": "happy"} if is_saturday else {}))
    html = page(listener)
    lead = html.split('class="finding"')[1].split("</section>")[0]
    assert 'data-emotion="happy"' in lead
    assert "Saturdays sound happier" in lead
    assert html.index('class="finding"') < html.index("<figure")


def test_days_in_a_row_begin_with_three_days(listener: Client, user: User) -> None:
    answer(user)
    answer(user, days_ago=5)
    assert missing_in(page(listener))["Days with an answer"] == "an answer on 1 more day"
    answer(user, days_ago=7)
    assert "streaks" in charts_of(page(listener))


def test_agreement_begins_with_five_labels(listener: Client, user: User) -> None:
    answer(user, count=8)
    label(user, 4)
    missing = "1 more song of which you say what you hear"
    assert missing_in(page(listener))["The model and you"] == missing
    Label.objects.all().delete()
    label(user, 5)
    assert "agreement" in charts_of(page(listener))


def test_a_language_with_a_decimal_comma_draws_the_same(listener: Client, user: User) -> None:
    answer(user, count=11)
    drawn = re.findall(r'="(-?\d+[.,]\d+)', page(listener, accept_language="de"))
    assert drawn == re.findall(r'="(-?\d+[.,]\d+)', page(listener))
    assert len(drawn) > 10


def test_the_page_of_a_new_listener_has_one_next_step(listener: Client) -> None:
    html = page(listener)
    assert "<figure" not in html
    assert html.count("button-ink") == 1
    assert f'href="{reverse("journal:today")}"' in html


def test_a_silent_stretch_points_to_all_days(listener: Client, user: User) -> None:
    answer(user, days_ago=100, count=3)
    assert "A silent part" in page(listener)
    assert "<figure" in page(listener, "?span=all")


def test_answers_that_are_not_heard_are_counted_as_left_out(listener: Client, user: User) -> None:
    answer(user, emotion="", status="queued")
    assert "Still listening" in page(listener)
    answer(user, days_ago=1)
    html = re.sub(r"\s+", " ", page(listener))
    assert "2 answers on 2 days. 1 of them has not been heard and is left out here." in html


def test_answers_that_no_model_is_sure_of_are_not_still_listened_to(
    listener: Client, user: User
) -> None:
    answer(user, count=2, **UNSURE)
    html = re.sub(r"\s+", " ", page(listener))
    assert "Still listening" not in html
    assert "is not sure about any of them" in html
    assert f'href="{reverse("journal:history")}?emotion=unsure#answers"' in html


def test_what_no_model_is_sure_of_is_drawn_as_that(listener: Client, user: User) -> None:
    for days_ago in range(3):
        answer(user, days_ago=days_ago, count=8)
    answer(user, days_ago=5, count=2, **UNSURE)
    answer(user, days_ago=6, count=2, emotion="calm")
    html = page(listener)
    assert "The model is not sure about 2 of them." in re.sub(r"\s+", " ", html)
    for chart in ("over_time", "all_days", "by_weekday", "by_hour", "by_artist"):
        figure = html.split(f'chart-{chart}"')[1].split("</figure>")[0]
        assert 'data-emotion="unsure"' in figure, chart
        assert ">not sure</th>" in figure or chart == "all_days", chart
    assert 'id="hatch"' in html
    # two sad ones of those would be two more
    assert re.search(r"sad <span>6</span>", re.sub(r"\s+", " ", html))


@pytest.mark.parametrize("span", ["week", "month", "quarter", "year", "all", "custom"])
def test_queries_do_not_grow_with_answers(listener: Client, user: User, span: str) -> None:
    query = f"?span={span}&first=2026-01-01&last=2026-11-23"

    def count() -> int:
        with CaptureQueriesContext(connection) as queries:
            page(listener, query)
        return len(queries)

    answer(user, count=2)
    LabelFactory(song=user.journals.get().entries.first().song, user=user)
    count()  # the order of models is kept for some seconds
    few = count()
    for days_ago in range(1, 9):
        answer(user, days_ago=days_ago, count=5)
        LabelFactory(song=SongFactory(), user=user)
    assert count() <= few + 6  # what months count as is looked at and kept
    assert count() == few <= 13


def test_a_label_counts_at_once(listener: Client, user: User) -> None:
    answer(user, count=3, emotion="sad")
    assert "all 3 answers were sad" in page(listener)
    for entry in user.journals.get().entries.all():
        LabelFactory(song=entry.song, user=user, emotion="happy")
    assert "all 3 answers were happy" in page(listener)


def test_hours_are_the_listeners(listener: Client, user: User) -> None:
    for days_ago in range(20):
        answer(user, days_ago=days_ago)  # at eight, UTC
    assert "between 08:00 and 09:00" in page(listener)
    Preferences.objects.create(user=user, time_zone="Asia/Kolkata")
    assert "between 13:00 and 14:00" in page(listener)


def test_today_is_the_listeners(listener: Client, user: User) -> None:
    Preferences.objects.create(user=user, time_zone="Pacific/Kiritimati")  # 02:00 of the 24th
    assert "24 November 2026" in page(listener)


def test_nothing_of_a_stranger_shows(listener: Client, stranger: User) -> None:
    answer(stranger, song__artist="Secret")
    assert "Secret" not in page(listener, "?span=all")
    assert "<figure" not in page(listener, "?span=all")


def test_what_people_write_is_escaped(listener: Client, user: User) -> None:
    answer(user, count=10, song__artist="<script>alert(1)</script>")
    assert "by_artist" in charts_of(page(listener))
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


def test_another_span_keeps_the_finer_word(listener: Client) -> None:
    links = re.findall(r'id="span-\w+"\s+href="([^"]*)"', page(listener, "?word=lonely"))
    assert len(links) > 1
    assert {link.partition("&amp;")[2] for link in links} == {"word=lonely"}


def test_all_songs_of_chosen_days_are_those_days(listener: Client) -> None:
    days = "?span=custom&first=2026-01-01&last=2026-01-31"
    html = page(listener, f"{days}&word=lonely")
    assert f'href="/stats/{days.replace("&", "&amp;")}">Show all songs' in html


def test_a_wrong_time_is_told_and_kept_in_the_form(listener: Client) -> None:
    html = page(listener, '?span=custom&first="><b>&last=2026-03-01')
    assert "We cannot show those dates" in html
    assert '"><b>' not in html
    assert 'aria-invalid="true"' in html
    assert "The first day is after the last" in page(
        listener, "?span=custom&first=2026-03-02&last=2026-03-01"
    )


def test_songs_without_artist_or_time_leave_their_charts_out(listener: Client, user: User) -> None:
    journal = JournalFactory(user=user, date=TODAY)
    for _ in range(20):
        EntryFactory(journal=journal, song=ClassificationFactory(song__artist="").song)
    assert charts_of(page(listener)) & {"by_artist", "by_hour", "by_phrase"} == {"by_phrase"}
