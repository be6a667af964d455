"""A recap in pages: each only where it has something to say, and as a picture to share."""

from __future__ import annotations

import datetime as dt
import io
import re
from collections.abc import Callable, Sequence
from xml.etree import ElementTree

import pytest
import time_machine
from django.test import Client
from django.utils import translation
from PIL import Image

from classifier.tests.factories import ClassificationFactory, LabelFactory
from journal.models import Journal
from journal.recap import slides, texts
from journal.recap.periods import Period
from journal.recap.picture import COLOURS, recap_of
from journal.recap.slides import SHAPES, Slide
from journal.recap.story import Story, story_of
from journal.tests.factories import EntryFactory, JournalFactory
from spotify_auth.models import User

MONTH, YEAR = Period(2026, 10), Period(2026)
BOTH = pytest.mark.parametrize("period", [MONTH, YEAR], ids=["month", "year"])


@pytest.fixture(autouse=True)
def _in_november() -> object:
    with time_machine.travel(dt.datetime(2026, 11, 23, 12, tzinfo=dt.UTC), tick=False):
        yield


def answer(
    user: User, date: dt.date, emotions: Sequence[str], *, hour: int = 9, **values: object
) -> None:
    journal = Journal.objects.filter(user=user, date=date).first()
    journal = journal or JournalFactory(user=user, date=date)
    for emotion in emotions:
        song = ClassificationFactory(emotion=emotion, **values).song
        at = dt.datetime.combine(date, dt.time(hour), dt.UTC)
        EntryFactory(journal=journal, song=song, answered_at=at)


def told(user: User, period: Period = MONTH) -> Story:
    return story_of(user, recap_of(user, period))


def pages(user: User, period: Period = MONTH) -> dict[str, Slide]:
    return {slide.key: slide for slide in slides.slides_of(told(user, period))}


def october(day: int) -> dt.date:
    return dt.date(2026, 10, day)


def test_one_answer_has_a_record_a_feeling_a_song_and_a_day(user: User) -> None:
    assert pages(user) == {}
    answer(user, october(5), ["calm"], song__title="Harbour", song__artist="Umbra")
    found = pages(user)
    assert list(found) == ["record", "feeling", "song", "day"]
    assert found["feeling"].words == "Mostly calm. calm 1"
    assert found["song"].words.startswith("Harbour, Umbra: ")
    assert found["day"].words == "Monday, 5 October 2026: Harbour"


def test_a_full_month_has_every_page(user: User) -> None:
    for day in range(1, 13):
        answer(user, october(day), ["calm", "happy"], hour=20, song__artist="Umbra")
        answer(user, dt.date(2026, 9, day), ["sad"])
    found = pages(user)
    assert list(found) == ["record", "feeling", "song", "artist", "hour", "day", "change"]
    assert found["artist"].words == "Umbra: 24 answers"
    assert "between 20:00 and 21:00" in found["hour"].words
    assert found["change"].words.startswith("Sad fell from 100 % to 0 %.")


def test_little_is_compared_with_nothing(user: User) -> None:
    answer(user, october(5), ["calm"] * 9)
    answer(user, dt.date(2026, 9, 5), ["sad"] * 10)
    assert "change" not in pages(user)
    answer(user, october(6), ["calm"])
    assert "change" in pages(user)


def test_feelings_that_are_level_are_both_named(user: User) -> None:
    answer(user, october(5), ["calm", "sad"])
    feeling = pages(user)["feeling"]
    assert feeling.words.startswith("sad · calm.")
    assert feeling.ground not in COLOURS.values()


def test_what_no_model_is_sure_of_has_a_page_that_says_so(user: User) -> None:
    answer(user, october(5), ["sad"], probabilities={"sad": 0.4, "calm": 0.35})
    found = pages(user)
    assert list(found) == ["record", "feeling", "day"]
    assert found["feeling"].words.startswith("Not sure yet.")


def test_the_song_most_itself_is_the_surest_that_nobody_denied(user: User) -> None:
    for title, share in (("Little", 0.6), ("Surest", 0.97), ("Sure", 0.9)):
        probabilities = {"calm": share, "sad": 1 - share}
        answer(user, october(5), ["calm"], song__title=title, probabilities=probabilities)
    found = told(user).song
    assert found is not None
    assert (found.song.title, found.emotion) == ("Surest", "calm")
    LabelFactory(song=found.song, user=user, emotion="sad")
    found = told(user).song
    assert found is not None
    assert found.song.title == "Sure"


def test_the_day_to_remember_is_a_starred_one_else_the_fullest(user: User) -> None:
    answer(user, october(5), ["calm"])
    answer(user, october(6), ["calm", "happy"])
    answer(user, october(7), ["sad"])
    day = told(user).day
    assert day is not None
    assert (day.date, day.is_favourite) == (october(6), False)
    Journal.objects.filter(date=october(7)).update(is_favourite=True)
    day = told(user).day
    assert day is not None
    assert (day.date, day.is_favourite) == (october(7), True)
    assert pages(user)["day"].eyebrow == "A favourite day"


@BOTH
@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.any_database
def test_every_page_is_a_picture_to_share(
    user: User, listener: Client, period: Period, shape: str
) -> None:
    answer(user, october(5), ["calm"], song__title="Harbour")
    name = "post" if shape == "4x5" else "upright"
    for key, slide in pages(user, period).items():
        response = listener.get(period.slide_urls(key)[name])
        assert response.status_code == 200
        assert response["Content-Type"] == "image/png"
        assert response["Cache-Control"] == "private, no-store"
        assert f"-{key}-{shape}.png" in response["Content-Disposition"]
        image = Image.open(io.BytesIO(response.content)).convert("RGB")
        assert image.width / image.height == pytest.approx(ratio_of(shape), abs=0.001)
        assert image.getpixel((5, 5)) == tuple(bytes.fromhex(slide.ground[1:]))


def ratio_of(shape: str) -> float:
    width, height = shape.split("x")
    return int(width) / int(height)


def test_pictures_are_nobody_elses(
    user: User, stranger: User, browser_of: Callable[[User], Client]
) -> None:
    answer(user, october(5), ["calm"])
    url = MONTH.slide_urls("feeling")["post"]
    assert browser_of(stranger).get(url).status_code == 404
    assert Client().get(url).status_code == 302


@pytest.mark.parametrize("name", ["nothing-4x5", "feeling-1x1", "change-4x5"])
def test_only_pages_that_there_are_have_pictures(user: User, listener: Client, name: str) -> None:
    answer(user, october(5), ["calm"])
    assert listener.get(f"/recap/2026/10/{name}.png").status_code == 404


@pytest.mark.parametrize(
    "title", ["<b>&\x00\x0b\u202eIm \ud800 Hafen", "夜に駆ける" * 9, "🎵", "W" * 200, ""]
)
def test_whatever_a_song_is_called_it_is_drawn(user: User, title: str) -> None:
    title = title.replace("\x00", "").replace("\ud800", "")  # neither is stored
    answer(user, october(5), ["calm"], song__title=title, song__artist=title)
    story = told(user)
    for slide in slides.slides_of(story):
        svg = slides.svg_of_slide(slide, story, shape="4x5")
        ElementTree.fromstring(svg)  # noqa: S314 -- our own
    assert slides.png_of_slide(slide, story, shape="9x16")


def test_a_language_with_a_decimal_comma_draws_the_same(user: User) -> None:
    answer(user, october(5), ["calm", "sad", "happy"])

    def numbers() -> list[str]:
        story = told(user)
        slide = next(each for each in slides.slides_of(story) if each.key == "day")
        svg = slides.svg_of_slide(slide, story, shape="4x5").split("</defs>")[1]
        return re.findall(r'="(-?\d+[.,]\d+)"', svg.split("</text>", 1)[1])

    english = numbers()
    with translation.override("de"):
        assert "," not in "".join(numbers())
    assert english


def test_the_page_is_turned_by_links(user: User, listener: Client) -> None:
    answer(user, october(5), ["calm"])
    html = listener.get(MONTH.url).content.decode()
    story = html.split('class="story"')[1].split("</ol>")[0]
    assert re.findall(r'id="(page-\d)"', story) == ["page-1", "page-2", "page-3", "page-4"]
    assert set(re.findall(r'href="#(page-\d)"', story)) == {f"page-{n}" for n in range(1, 5)}
    assert story.count("data-share") == 8
    assert "Mostly calm" in story


def test_a_text_is_as_large_as_fits() -> None:
    assert texts.fitted("Calm").size == texts.SIZES[0]
    assert texts.fitted("Calm").lines == ["Calm"]
    long = texts.fitted("a word and another one " * 8, most=3)
    assert len(long.lines) == 3
    assert long.lines[-1].endswith("…")
    one = texts.fitted("W" * 200, sizes=(52,), most=1)
    assert len(one.lines) == 1
    assert one.lines[0].endswith("…")
    assert (
        len(texts.fitted("夜" * 40, sizes=(52,), most=1).lines[0]) == 920 // 52 + 1
    )  # the dots are narrow
