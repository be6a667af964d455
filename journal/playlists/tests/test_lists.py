from __future__ import annotations

import datetime as dt
import json
import xml.etree.ElementTree as ET
from typing import TYPE_CHECKING, Any

import pytest
from django.test import Client
from django.urls import reverse

from classifier.emotions.words import LABELS, NORMS
from classifier.tests.factories import ClassificationFactory, SongFactory
from journal.playlists.lists import song_list_of
from journal.tests.factories import EntryFactory, JournalFactory
from journify.models import uuid_of

if TYPE_CHECKING:
    from classifier.models import Song
    from spotify_auth.models import User

pytestmark = pytest.mark.django_db

NS = {"x": "http://xspf.org/ns/0/"}
HOSTILE = "]]><b>&amp;\x01\ufffe 🎵\n\u202eTwo"


@pytest.fixture
def listener(client: Client, user: User) -> Client:
    client.force_login(user)
    return client


def answered(user: User, day: dt.date, emotion: str = "calm", **song: Any) -> Song:
    row = ClassificationFactory(emotion=emotion, song=SongFactory(**song)).song
    journal = user.journals.filter(date=day).first() or JournalFactory(user=user, date=day)
    EntryFactory(journal=journal, song=row)
    return row


def songs_in(user: User, **filters: str) -> set[Any]:
    return {uuid_of(key) for key in song_list_of(user, filters).songs}


def test_a_day_a_month_a_search_and_a_feeling_are_lists(user: User, stranger: User) -> None:
    first = answered(user, dt.date(2026, 3, 1), title="Lantern")
    last = answered(user, dt.date(2026, 3, 31), "sad", title="Harbour")
    later = answered(user, dt.date(2026, 4, 1), title="Lantern again")
    answered(stranger, dt.date(2026, 3, 1), title="Lantern of others")
    assert songs_in(user, first="2026-03-01", last="2026-03-01") == {first.pk}
    assert songs_in(user, first="2026-03-01", last="2026-03-31") == {first.pk, last.pk}
    assert songs_in(user, q="lantern") == {first.pk, later.pk}
    assert songs_in(user, q="lantern", first="2026-04-01") == {later.pk}
    assert songs_in(user, emotion="sad") == {last.pk}


def test_a_song_answered_with_twice_is_in_a_list_once(user: User) -> None:
    song = answered(user, dt.date(2026, 3, 1))
    EntryFactory(journal__user=user, journal__date=dt.date(2026, 3, 2), song=song)
    assert len(song_list_of(user, {"first": "2026-03-01"}).songs) == 1


@pytest.mark.parametrize(
    ("filters", "title"),
    [
        ({"first": "2026-03-05", "last": "2026-03-05"}, "5 March 2026"),
        ({"first": "2026-02-01", "last": "2026-02-28"}, "February 2026"),
        ({"first": "2028-02-01", "last": "2028-02-29"}, "February 2028"),
        ({"first": "2026-01-01", "last": "2026-12-31"}, "2026"),
        ({"first": "2026-01-01", "last": "2026-01-02"}, "1 January 2026 – 2 January 2026"),
        ({"first": "2026-01-01"}, "since 1 January 2026"),
        ({"last": "2026-01-01"}, "until 1 January 2026"),
        ({"q": "rain"}, "“rain”"),
        ({"q": "rain", "emotion": "unsure"}, "“rain” · Not sure"),
        ({"emotion": "happy"}, "Happy"),
    ],
)
def test_a_list_is_called_what_people_call_it(
    user: User, filters: dict[str, str], title: str
) -> None:
    assert song_list_of(user, filters).title == title


def test_the_same_filters_are_the_same_list_in_any_order(user: User) -> None:
    one = song_list_of(user, {"q": "rain", "first": "2026-03-01", "page": "2", "year": "2026"})
    other = song_list_of(user, {"first": "2026-03-01", "q": "rain", "emotion": "no such feeling"})
    assert one.key == other.key
    assert one.key != song_list_of(user, {"q": "rain"}).key


def exported(listener: Client, kind: str, **query: str) -> str:
    response = listener.get(reverse("journal:export_songs", args=[kind]), query)
    assert response.status_code == 200
    assert response["Cache-Control"] == "private, no-store"
    return response.content.decode()


@pytest.fixture
def two(user: User) -> list[Song]:
    """A song with a sound of its own, and one that only Deezer plays."""
    day = dt.date(2026, 3, 1)
    own = answered(user, day, title=HOSTILE, artist="A & B", duration_ms=61_000, album="North",
                   owner=user)  # fmt: skip
    link = "https://www.deezer.com/track/7"
    return [own, answered(user, day, title="At Deezer", audio="", deezer_url=link, deezer_id=7)]


def plays(address: str) -> bool:
    """Whether a player, who is not signed in, hears something there."""
    response = Client().get(address.removeprefix("http://testserver"))
    response.close()
    return response.status_code == 200


def test_xspf_is_read_by_others_and_its_links_work(listener: Client, two: list[Song]) -> None:
    text = exported(listener, "xspf", first="2026-03-01", last="2026-03-01")
    root = ET.fromstring(text)  # noqa: S314 -- our own
    assert root.findtext("x:title", namespaces=NS) == "1 March 2026"
    own, other = root.findall("x:trackList/x:track", NS)
    assert [child.tag.rpartition("}")[2] for child in own] == [
        *("location", "title", "creator", "info", "album", "duration")
    ]
    assert own.findtext("x:title", namespaces=NS) == "]]><b>&amp; 🎵 \u202eTwo"
    assert own.findtext("x:creator", namespaces=NS) == "A & B"
    assert own.findtext("x:duration", namespaces=NS) == "61000"
    assert plays(str(own.findtext("x:location", namespaces=NS)))
    assert other.findtext("x:location", namespaces=NS) == "https://www.deezer.com/track/7"


def test_jspf_says_the_same(listener: Client, two: list[Song]) -> None:
    own, other = json.loads(exported(listener, "jspf", q="e"))["playlist"]["track"]
    if own["title"] == "At Deezer":
        own, other = other, own
    assert own["title"] == " ".join(HOSTILE.split())
    assert own["duration"] == 61_000
    assert plays(own["location"][0])
    assert other["identifier"] == ["https://www.deezer.com/track/7"]


@pytest.mark.parametrize("kind", ["m3u", "xspf", "jspf", "csv", "txt"])
def test_every_file_holds_the_songs_of_a_day(listener: Client, two: list[Song], kind: str) -> None:
    text = exported(listener, kind, first="2026-03-01", last="2026-03-01")
    assert "At Deezer" in text
    assert "At Deezer" not in exported(listener, kind, first="2026-03-02")


def test_links_of_a_table_open_a_page(listener: Client, two: list[Song]) -> None:
    lines = exported(listener, "csv", first="2026-03-01").splitlines()
    address = next(line.rpartition(",")[2] for line in lines if "/songs/" in line)
    assert listener.get(address.removeprefix("http://testserver")).status_code == 200


def test_days_months_and_searches_lead_to_their_list(
    listener: Client, user: User, two: list[Song]
) -> None:
    day = listener.get(reverse("journal:day", args=[dt.date(2026, 3, 1)])).content.decode()
    assert "/songs/list/?first=2026-03-01&amp;last=2026-03-01" in day
    month = listener.get(reverse("journal:recap_month", args=[2026, 3])).content.decode()
    assert "/songs/list/?first=2026-03-01&amp;last=2026-03-31" in month
    found = listener.get(reverse("journal:history"), {"q": "Deezer"}).content.decode()
    assert "/songs/list/?q=Deezer" in found
    page = listener.get(reverse("journal:song_list"), {"q": "Deezer"}).content.decode()
    assert "One song\n" in page
    assert "Spotify" not in page


def test_a_finer_word_is_a_list(listener: Client, user: User) -> None:
    answered(user, dt.date(2026, 3, 1), "sad")
    word = next(iter(NORMS["sad"]))
    found = song_list_of(user, {"emotion": "sad", "word": word})
    assert found.filters == {"emotion": "sad", "word": word}
    assert found.title.casefold() == str(LABELS[word]).casefold()
