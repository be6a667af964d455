from __future__ import annotations

import datetime as dt
import io
import math
import re
from collections import Counter
from collections.abc import Callable
from xml.etree import ElementTree

import pytest
import time_machine
from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import translation
from PIL import Image

from classifier.tests.factories import ClassificationFactory, LabelFactory
from journal.recap import picture
from journal.recap.periods import Period
from journal.tests.factories import EntryFactory, JournalFactory
from spotify_auth.models import User

MONTH, YEAR = Period(2026, 10), Period(2026)
FULL_WIDTH = picture.PNG_WIDTH  # other tests draw small pictures
BOTH = pytest.mark.parametrize("period", [MONTH, YEAR], ids=["month", "year"])


@pytest.fixture(autouse=True)
def _in_november() -> object:
    with time_machine.travel(dt.datetime(2026, 11, 23, 12, tzinfo=dt.UTC), tick=False):
        yield


def answer(user: User, date: dt.date, *emotions: str) -> None:
    journal = JournalFactory(user=user, date=date)
    for hour, emotion in enumerate(emotions):
        EntryFactory(
            journal=journal,
            song=ClassificationFactory(emotion=emotion).song,
            answered_at=dt.datetime.combine(date, dt.time(hour), dt.UTC),
        )


@pytest.fixture
def answered(user: User) -> User:
    answer(user, dt.date(2026, 10, 1), "calm", "sad", "calm")
    answer(user, dt.date(2026, 10, 31), "happy")
    return user


def colours(svg: str) -> Counter[str]:
    names = {colour: name for name, colour in picture.COLOURS.items()} | {picture.HATCH: "unsure"}
    return Counter(names[fill] for fill in re.findall(r'<path fill="(#\w+|url\(#\w+\))"', svg))


def drawn(user: User, period: Period) -> str:
    return picture.svg_of(picture.recap_of(user, period))


def test_a_month_has_an_arc_for_every_answer(answered: User) -> None:
    assert colours(drawn(answered, MONTH)) == {"calm": 2, "sad": 1, "happy": 1}


def test_a_year_has_an_arc_for_every_day_in_what_led_it(answered: User) -> None:
    assert colours(drawn(answered, YEAR)) == {"calm": 1, "happy": 1}


def test_answers_of_a_day_follow_each_other(answered: User) -> None:
    recap = picture.recap_of(answered, MONTH)
    assert recap.answers[dt.date(2026, 10, 1)] == ["calm", "sad", "calm"]


def test_a_label_counts(answered: User) -> None:
    song = answered.journals.get(date=dt.date(2026, 10, 31)).entries.get().song
    LabelFactory(song=song, user=answered, emotion="energetic")
    assert colours(drawn(answered, YEAR)) == {"calm": 1, "energetic": 1}


def words_of(svg: str) -> dict[str, str | None]:
    root = ElementTree.fromstring(svg)  # noqa: S314 -- our own
    return {child.tag.split("}")[1]: child.text for child in root[:2]}


@BOTH
def test_the_drawing_says_in_words_what_it_shows(answered: User, period: Period) -> None:
    answer(answered, dt.date(2026, 10, 30), *["calm"] * 6)
    expected = "Most often calm (80\xa0%) over 3 days; never energetic."
    assert words_of(drawn(answered, period)) == {"title": period.title, "desc": expected}


@BOTH
def test_few_songs_have_counts_and_no_sentence(
    answered: User, listener: Client, period: Period
) -> None:
    svg = drawn(answered, period)
    assert words_of(svg)["desc"] == "sad 1, happy 1, calm 2"
    assert " %" not in svg
    html = re.sub(r"\s+", " ", listener.get(period.url).content.decode())
    assert "6 more songs, and this picture gets its sentence." in html
    assert "&nbsp;%" not in html


UNSURE = {"sad": 0.4, "happy": 0.1, "energetic": 0.15, "calm": 0.35}


@BOTH
def test_what_no_model_is_sure_of_is_hatched(user: User, listener: Client, period: Period) -> None:
    row = ClassificationFactory(emotion="sad", probabilities=UNSURE)
    EntryFactory(journal=JournalFactory(user=user, date=dt.date(2026, 10, 1)), song=row.song)
    svg = drawn(user, period)
    assert colours(svg) == {"unsure": 1}
    assert words_of(svg)["desc"] == "not sure 1"
    html = listener.get(period.url).content.decode()
    assert "has been heard yet" not in html
    assert 'data-emotion="unsure"' in html
    assert listener.get(period.png_url).status_code == 200


def test_feelings_that_are_level_share_a_day_of_the_year(user: User) -> None:
    answer(user, dt.date(2026, 10, 1), "sad", "calm")
    answer(user, dt.date(2026, 10, 2), "energetic", "happy", "happy", "energetic", "calm")
    svg = drawn(user, YEAR)
    assert colours(svg) == {"sad": 1, "calm": 1, "energetic": 1, "happy": 1}
    first, second, third, fourth = drawn_widths(svg)
    assert first == pytest.approx(second, abs=0.1)
    assert third == pytest.approx(fourth, abs=0.1)


def drawn_widths(svg: str) -> list[float]:
    """How wide each arc is at its outer edge."""
    ends = re.findall(r'<path fill="#\w+" d="M(\S+) (\S+)A.*?1 (\S+) (\S+)L', svg)
    return [math.dist(*([float(a), float(b)], [float(c), float(d)])) for a, b, c, d in ends]


def test_the_drawing_stands_alone(answered: User) -> None:
    """Nothing is fetched from anywhere: fonts and marks are inside."""
    svg = drawn(answered, MONTH)
    addresses = re.findall(r'(?:href="|url\()([^")]*)', svg)
    assert addresses
    assert {address[:5] for address in addresses} <= {"data:", "#mark", "#shee", "#unsu"}
    assert "<script" not in svg


def test_the_marks_are_those_of_every_page(answered: User) -> None:
    icons = (settings.BASE_DIR / "static/img/icons.svg").read_text()
    for name in picture.COLOURS:
        mark = re.search(rf'<symbol id="mark-{name}".*?</symbol>', icons, flags=re.DOTALL)
        assert mark is not None
        assert mark[0] in drawn(answered, MONTH)


def test_the_pixels_show_the_drawing(answered: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(picture, "PNG_WIDTH", FULL_WIDTH)
    png = picture.png_of(picture.recap_of(answered, MONTH))
    image = Image.open(io.BytesIO(png)).convert("RGB")
    assert image.size == (1600, 2000)
    found = {color for _count, color in image.getcolors(maxcolors=1_000_000) or []}
    for name, colour in picture.COLOURS.items():
        assert tuple(bytes.fromhex(colour[1:])) in found, name
    # the title is there: ink where the letters stand
    title = image.crop((133, 120, 700, 220)).convert("L")
    assert title.getextrema()[0] < 60


@BOTH
def test_pictures_are_kept_by_nobody_but_their_owner(
    answered: User, listener: Client, period: Period
) -> None:
    for url, kind in ((period.svg_url, "svg"), (period.png_url, "png")):
        response = listener.get(url + "?download")
        assert response.status_code == 200
        assert response["Content-Type"] == {"svg": "image/svg+xml", "png": "image/png"}[kind]
        assert response["Cache-Control"] == "private, no-store"
        expected = f'attachment; filename="{period.file_name}.{kind}"'
        assert response["Content-Disposition"] == expected
        assert listener.get(url)["Content-Disposition"].startswith("inline")
    assert listener.get(period.url)["Cache-Control"] == "private, no-store"


@BOTH
def test_a_stranger_sees_a_record_of_their_own(
    answered: User, stranger: User, browser_of: Callable[[User], Client], period: Period
) -> None:
    client = browser_of(stranger)
    assert "A silent record" in client.get(period.url).content.decode()
    assert client.get(period.svg_url).status_code == 404
    assert client.get(period.png_url).status_code == 404


@BOTH
def test_a_page_has_both_pictures_and_its_words(
    answered: User, listener: Client, period: Period
) -> None:
    html = listener.get(period.url).content.decode()
    for part in (f'src="{period.svg_url}"', f"{period.png_url}?download", "calm 2"):
        assert part in html
    assert html.count("<table") == 1


def test_an_empty_month_says_so_and_leads_on(listener: Client) -> None:
    html = listener.get(MONTH.url).content.decode()
    assert "No song of October 2026 has been heard yet" in html
    assert "<img" not in html
    assert f'href="{Period(2026, 9).url}"' in html
    assert f'href="{Period(2026, 11).url}"' in html


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/recap/2026/13/", 404),
        ("/recap/2026/0/", 404),
        ("/recap/1969/12/", 404),
        ("/recap/1970/1/", 200),
        ("/recap/9999/1/", 404),
        ("/recap/99999999/", 404),
        ("/recap/2026/2/", 200),
        ("/recap/2026/", 200),
    ],
)
def test_only_real_months_have_pages(listener: Client, path: str, status: int) -> None:
    assert listener.get(path).status_code == status


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/recap/2026/11/", 200),
        ("/recap/2026/12/", 404),
        ("/recap/2027/1/", 404),
        ("/recap/2027/12/", 404),
        ("/recap/2027/", 404),
        ("/recap/2027/12/picture.png", 404),
    ],
)
def test_what_has_not_begun_has_no_page(listener: Client, path: str, status: int) -> None:
    with time_machine.travel(dt.datetime(2026, 11, 30, 12, tzinfo=dt.UTC), tick=False):
        assert listener.get(path).status_code == status


def test_a_month_that_a_traveller_has_a_page_of_is_there(
    user: User, browser_of: Callable[[User], Client]
) -> None:
    """They began it before they flew west over the date line."""
    JournalFactory(user=user, date=dt.date(2027, 1, 1))
    with time_machine.travel(dt.datetime(2026, 12, 31, 23, tzinfo=dt.UTC), tick=False):
        listener = browser_of(user)
        html = listener.get("/recap/2026/12/").content.decode()
        assert 'href="/recap/2027/1/"' in html
        html = listener.get("/recap/2027/1/").content.decode()
        assert 'href="/recap/2027/2/"' not in html
        assert 'href="/recap/2027/1/"' in listener.get("/recap/2027/").content.decode()
        assert listener.get("/recap/2027/2/").status_code == 404


def test_neighbours_cross_the_year_and_end_today() -> None:
    today = dt.date(2026, 11, 23)
    assert Period(2026, 1).previous == Period(2025, 12)
    assert Period(2025, 12).next_up_to(today) == Period(2026, 1)
    assert Period(2026, 11).next_up_to(today) is None
    assert YEAR.next_up_to(today) is None
    assert YEAR.previous == Period(2025)
    assert Period(1970, 1).previous is None
    assert Period(2024, 2).interval.days == 29


def test_recap_leads_to_the_month_of_the_last_answer(listener: Client, user: User) -> None:
    assert listener.get(reverse("journal:recap"))["Location"] == Period(2026, 11).url
    answer(user, dt.date(2026, 9, 30), "calm")
    assert listener.get(reverse("journal:recap"))["Location"] == Period(2026, 9).url
    answer(user, dt.date(2026, 12, 1), "sad")  # of somebody who travelled west
    assert listener.get(reverse("journal:recap"))["Location"] == Period(2026, 11).url


def test_queries_do_not_grow_with_answers(answered: User, listener: Client) -> None:
    def count() -> int:
        with CaptureQueriesContext(connection) as queries:
            listener.get(MONTH.url)
        return len(queries)

    answer(answered, dt.date(2026, 10, 30), *["calm"] * 6)  # enough to be compared
    count()  # the order of models is kept for some seconds
    few = count()
    for day in range(2, 12):
        answer(answered, dt.date(2026, 10, day), "sad", "calm")
    assert count() <= few + 6  # what months count as is looked at and kept
    assert count() == few <= 16


@BOTH
def test_a_language_with_a_decimal_comma_draws_the_same(answered: User, period: Period) -> None:
    numbers = re.compile(r'="(?:rotate\()?(-?\d+[.,]\d+)')
    english = numbers.findall(drawn(answered, period))
    with translation.override("de"):
        assert numbers.findall(drawn(answered, period)) == english
    assert len(english) > 10
