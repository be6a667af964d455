"""What may be heard, where: cards, a month, and clips that only stream."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import pytest
from django.core.files.base import ContentFile
from django.test import Client
from django.urls import reverse

from classifier.models import Song
from classifier.tests.factories import ClassificationFactory, SongFactory
from journal import services
from journal.tests.factories import EntryFactory, JournalFactory
from journify.tests.sandbox import Sandbox
from spotify_auth.models import User
from tools.sandbox.catalogue import SandboxSong
from tools.sandbox.invented import invented_songs

if TYPE_CHECKING:
    from pytest_django.fixtures import SettingsWrapper

pytestmark = pytest.mark.django_db

MONTH = "/hear/2026/11/"


@pytest.fixture
def at_deezer(
    sandbox: Sandbox, settings: SettingsWrapper, monkeypatch: pytest.MonkeyPatch
) -> tuple[Song, SandboxSong]:
    """A song that is known by its number at Deezer, and what the stand-in has of it."""
    settings.DEEZER_SEARCH = True
    invented = invented_songs()
    monkeypatch.setattr(sandbox.world, "songs", invented)
    row = next(each for each in invented if "deezer" in each.at)
    song = SongFactory(
        audio="", deezer_id=row.deezer_id, deezer_url="https://www.deezer.com/track/1"
    )
    ClassificationFactory(song=song, clip_source="deezer", clip_start=0.0)
    return song, row


def audio(song: Song) -> str:
    return reverse("journal:song_audio", args=[song.pk])


class TestStreamed:
    def test_a_clip_comes_from_deezer_itself(
        self, at_deezer: tuple[Song, SandboxSong], listener: Client, user: User
    ) -> None:
        song, _row = at_deezer
        services.save_preferences(user, search="outside")
        response = listener.get(audio(song))
        assert response.status_code == 302
        assert "/deezer/preview/" in response.url
        assert "no-store" in response["Cache-Control"]

    @pytest.mark.parametrize("search", ["", "own"])
    def test_nothing_is_asked_of_deezer_that_was_not_allowed(
        self,
        search: str,
        at_deezer: tuple[Song, SandboxSong],
        listener: Client,
        user: User,
        sandbox: Sandbox,
    ) -> None:
        song, _row = at_deezer
        services.save_preferences(user, search=search)
        entry = EntryFactory(journal__user=user, song=song)
        assert listener.get(audio(song)).status_code == 404
        page = listener.get(reverse("journal:day", args=[entry.date])).content.decode()
        assert "data-hear=" not in page
        assert sandbox.world.requests == []

    def test_a_clip_that_is_gone_is_not_found(
        self, at_deezer: tuple[Song, SandboxSong], listener: Client, user: User
    ) -> None:
        song, _row = at_deezer
        services.save_preferences(user, search="outside")
        Song.objects.filter(pk=song.pk).update(deezer_id=999_999_999_999)
        assert listener.get(audio(song)).status_code == 404

    def test_its_parts_are_played_from_the_clip(
        self, at_deezer: tuple[Song, SandboxSong], listener: Client, user: User
    ) -> None:
        song, _row = at_deezer
        address = reverse("journal:song", args=[song.pk])
        assert f"{audio(song)}#t=10" not in listener.get(address).content.decode()
        services.save_preferences(user, search="outside")
        page = listener.get(address).content.decode()
        assert f'href="{audio(song)}#t=10"' in page
        assert "streamed from Deezer" in page


class TestMonth:
    def test_answers_stand_in_their_order_with_their_sound(
        self, listener: Client, user: User, stranger: User
    ) -> None:
        for day in (24, 3):
            page = JournalFactory(user=user, date=dt.date(2026, 11, day))
            sound = ContentFile(b"x", name="a.mp3")
            EntryFactory(journal=page, song=SongFactory(title=f"Of day {day}", audio=sound))
        silent = EntryFactory(journal=page, song=SongFactory(title="Silent", audio=""))
        october = JournalFactory(user=user, date=dt.date(2026, 10, 31))
        EntryFactory(journal=october, song=SongFactory(title="Of October"))
        EntryFactory(journal__user=stranger, song=SongFactory(title="Somebody else's"))
        text = listener.get(MONTH).content.decode()
        assert text.index("Of day 3") < text.index("Silent") < text.index("Of day 24")
        assert text.count("data-hear=") == 2
        assert f"hear-{silent.pk}" not in text
        assert "Of October" not in text
        assert "Somebody else" not in text

    def test_a_page_has_seven_days_and_leads_to_the_others(
        self, listener: Client, user: User
    ) -> None:
        for day in range(1, 10):
            page = JournalFactory(user=user, date=dt.date(2026, 11, day))
            EntryFactory(journal=page, song=SongFactory(title=f"<Of {day}>"))
        pages = [listener.get(MONTH, {"page": number}).text for number in (1, 2)]
        first, second = (
            [day for day in range(1, 10) if f"&lt;Of {day}&gt;" in text] for text in pages
        )
        assert (first, second) == ([*range(1, 8)], [8, 9])
        assert "Later days" in pages[0]
        assert "Earlier days" not in pages[0]
        assert "Earlier days" in pages[1]
        assert "data-hear-more" not in pages[1]

    @pytest.mark.parametrize("where", ["2026/13", "2099/1", "1/1"])
    def test_no_month_that_is_none(self, listener: Client, where: str) -> None:
        assert listener.get(f"/hear/{where}/").status_code == 404

    def test_a_month_without_answers_says_so(self, listener: Client) -> None:
        assert "No answers in this month." in listener.get(MONTH).content.decode()

    def test_it_is_as_few_queries_for_many_songs(
        self, listener: Client, user: User, django_assert_max_num_queries: object
    ) -> None:
        page = JournalFactory(user=user, date=dt.date(2026, 11, 3))
        for _ in range(20):
            EntryFactory(journal=page, song=SongFactory())
        with django_assert_max_num_queries(15):  # type: ignore[operator]
            listener.get(MONTH)
