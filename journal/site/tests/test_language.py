from __future__ import annotations

import datetime as dt
from collections.abc import Callable

from django.test import Client
from django.urls import reverse
from django.utils import formats, translation

from classifier.metadata import forget_metadata
from classifier.models import Song
from classifier.tests.factories import SongFactory
from journal.day.pages import open_day
from journal.models import Phrase, Preferences
from journal.tests.factories import PhraseFactory
from journify.outbound.errors import PlatformDownError
from journify.tests.sandbox import Sandbox
from spotify_auth.models import SpotifyConnection, User
from spotify_auth.web_api.connections import note_error

RIGHT = {"time_zone": "Europe/Berlin", "theme": "auto", "phrases_per_day": 5}


def language_of(client: Client, path: str = "/emotions/", **headers: str) -> str:
    response = client.get(path, headers=headers)
    language = response.headers["Content-Language"]
    assert f'<html lang="{language}"' in response.content.decode()
    return language


def test_the_browser_says_which_language(client: Client, db: None) -> None:
    assert language_of(client) == "en"
    assert language_of(client, accept_language="de-AT,de;q=0.9,en;q=0.5") == "de"
    assert language_of(client, accept_language="eo") == "en"


def test_a_visitor_may_choose_and_stays_on_the_page(client: Client, db: None) -> None:
    data = {"language": "de", "next": "/emotions/"}
    assert client.post(reverse("set_language"), data).url == "/emotions/"
    assert language_of(client) == "de"


def test_a_choice_leads_nowhere_else(client: Client, db: None) -> None:
    data = {"language": "de", "next": "https://example.com/"}
    assert client.post(reverse("set_language"), data).url == "/"


def test_the_setting_wins_over_the_browser(listener: Client, user: User) -> None:
    response = listener.post(reverse("journal:settings"), RIGHT | {"language": "de"}, follow=True)
    assert 'lang="de"' in response.content.decode()
    assert language_of(listener, accept_language="en") == "de"
    Preferences.objects.filter(user=user).update(language="")
    assert language_of(listener, accept_language="en") == "en"


def test_like_my_browser_takes_back_what_was_chosen_before_signing_in(listener: Client) -> None:
    listener.post(reverse("set_language"), {"language": "de", "next": "/emotions/"})
    assert language_of(listener, accept_language="en") == "de"
    page = listener.post(reverse("journal:settings"), RIGHT | {"language": ""}, follow=True)
    assert "Your settings are saved." in page.content.decode()
    assert language_of(listener, accept_language="en") == "en"


def test_a_song_without_a_kept_title_is_called_so_in_every_readers_language(
    listener: Client, browser_of: Callable[[User], Client], stranger: User
) -> None:
    song = SongFactory(spotify_id="s" * 22, title="Secret Hit", audio="")
    Preferences.objects.create(user=stranger, language="de")
    with translation.override("de"):
        forget_metadata(Song.objects.all())
    path = reverse("journal:song", args=[song.pk])
    assert "A song on Spotify" in listener.get(path).content.decode()
    assert "Ein Lied bei Spotify" in browser_of(stranger).get(path).content.decode()


def test_the_last_trouble_with_spotify_is_told_in_the_readers_language(
    listener: Client, user: User, sandbox: Sandbox
) -> None:
    sandbox.connect(user)
    with translation.override("de"):
        connection = SpotifyConnection.objects.get()
        note_error(connection, PlatformDownError("spotify"))
    assert "Spotify is not responding just now." in listener.get("/profile/").content.decode()
    Preferences.objects.create(user=user, language="de")
    with translation.override("de"):
        sentence = PlatformDownError("spotify").sentence()
    assert sentence in listener.get("/profile/").content.decode()


def test_dates_are_written_as_the_language_does() -> None:
    day = dt.date(2026, 11, 25)
    assert formats.date_format(day, "DAY_FORMAT") == "Wednesday, 25 November 2026"
    with translation.override("de"):
        assert formats.date_format(day, "DAY_FORMAT") == "Mittwoch, 25. November 2026"
        assert formats.date_format(day, "SHORT_DAY_FORMAT") == "Mi, 25. Nov 2026"
        assert formats.date_format(day, "DAY_OF_MONTH_FORMAT") == "Mittwoch, 25."
        assert formats.date_format(day, "SHORT_MONTH_DAY_FORMAT") == "25. Nov"


def test_a_listeners_own_phrase_is_not_translated(user: User) -> None:
    own = PhraseFactory(
        owner=user, text="Awake one minute before the alarm, rested for once, I felt like…"
    )
    with translation.override("de"):
        assert own.wording == own.text


def test_a_page_keeps_the_words_it_was_drawn_with(user: User) -> None:
    PhraseFactory(text="Some new phrase that nobody translated…")
    with translation.override("de"):
        journal = open_day(user, dt.date(2026, 11, 25))
    assert journal.entries.get().phrase_text == Phrase.objects.get().wording
