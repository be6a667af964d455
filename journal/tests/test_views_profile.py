from __future__ import annotations

import datetime as dt

import pytest
import time_machine
from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from classifier.models import Classification, Song
from classifier.tests.factories import ClassificationFactory, SongFactory
from journal.models import Entry
from journal.tests.factories import EntryFactory
from journify.tests.sandbox import Sandbox
from spotify_auth.connections import note_error
from spotify_auth.errors import OwnerPremiumError
from spotify_auth.models import SpotifyConnection, User

PROFILE, DISCONNECT = "/profile/", "/profile/disconnect/"


def page(client: Client, path: str = PROFILE) -> str:
    return client.get(path, follow=True).content.decode()


class TestConnection:
    def test_connecting_is_offered(self, sandbox: Sandbox, listener: Client) -> None:
        assert "process=connect" in page(listener)

    def test_since_when_and_until_when_is_said(
        self, sandbox: Sandbox, user: User, listener: Client
    ) -> None:
        connection = sandbox.connect(user)
        assert f"{connection.ends_on:%B %Y}" in page(listener)

    def test_the_last_trouble_is_told_in_words(
        self, sandbox: Sandbox, user: User, listener: Client
    ) -> None:
        note_error(sandbox.connect(user), OwnerPremiumError())
        assert "needs Spotify Premium" in page(listener)

    def test_every_page_reminds_before_the_sixth_month_is_over(
        self, sandbox: Sandbox, user: User, listener: Client
    ) -> None:
        sandbox.connect(user)
        assert "every six months" not in page(listener, "/settings/")
        SpotifyConnection.objects.update(consented_at=timezone.now() - dt.timedelta(days=160))
        assert "every six months" in page(listener, "/settings/")

    def test_the_day_works_on_when_the_consent_is_over(
        self, sandbox: Sandbox, user: User, listener: Client
    ) -> None:
        sandbox.connect(user)
        SpotifyConnection.objects.update(state="reconnect", access_token="", refresh_token="")
        response = listener.get("/journal/", follow=True)
        assert response.status_code == 200
        assert "has ended the connection" in response.content.decode()


class TestDisconnecting:
    @pytest.fixture
    def answered(self, user: User) -> Entry:
        row = ClassificationFactory(
            song=SongFactory(
                audio="",
                spotify_id="s" * 22,
                title="Secret Hit",
                artist="A",
                artwork_url="https://x",
            )
        )
        return EntryFactory(journal__user=user, song=row.song, note="mine")

    def test_tokens_and_metadata_go_and_answers_stay(
        self, sandbox: Sandbox, user: User, listener: Client, answered: Entry
    ) -> None:
        sandbox.connect(user)
        listener.post(DISCONNECT)
        assert not SpotifyConnection.objects.exists()
        song = Song.objects.get()
        assert (song.title, song.artist, song.artwork_url) == ("", "", "")
        answered.refresh_from_db()
        assert (answered.song, answered.note) == (song, "mine")
        assert Classification.objects.get().emotion == "calm"

    def test_metadata_that_somebody_else_uses_stays(
        self, sandbox: Sandbox, user: User, stranger: User, listener: Client, answered: Entry
    ) -> None:
        sandbox.connect(user)
        EntryFactory(journal__user=stranger, song=answered.song)
        listener.post(DISCONNECT)
        assert Song.objects.get().title == "Secret Hit"

    def test_own_files_are_not_touched(
        self, sandbox: Sandbox, user: User, listener: Client
    ) -> None:
        sandbox.connect(user)
        song = EntryFactory(journal__user=user, song=SongFactory(owner=user, title="Mine")).song
        listener.post(DISCONNECT)
        song.refresh_from_db()
        assert song.title == "Mine"

    def test_a_password_is_asked_for_first_when_there_is_none(
        self, sandbox: Sandbox, user: User, listener: Client
    ) -> None:
        sandbox.connect(user)
        user.set_unusable_password()
        user.save()
        listener.force_login(user)
        response = listener.post(DISCONNECT, follow=True)
        assert response.redirect_chain[-1][0] == reverse("account_set_password")
        assert "Choose a password first" in response.content.decode()
        assert SpotifyConnection.objects.exists()


def test_consents_end_in_six_months_at_the_earliest(sandbox: Sandbox, user: User) -> None:
    with time_machine.travel(dt.datetime(2026, 8, 31, tzinfo=dt.UTC)):
        assert sandbox.connect(user).ends_on == dt.date(2027, 2, 28)


class TestListening:
    def test_profile_lists_and_plays_each_link_back(
        self, sandbox: Sandbox, user: User, listener: Client
    ) -> None:
        sandbox.connect(user)
        text = page(listener, "/profile/listening/?span=short_term")
        assert "Ada" in text
        assert text.count("https://open.spotify.com/track/") == 20
        assert text.count("https://open.spotify.com/artist/") == 3
        assert text.count("Add to today") == 20
        assert sandbox.paths("spotify") == [
            "/v1/me",
            "/v1/me/top/tracks",
            "/v1/me/top/artists",
            "/v1/me/player/recently-played",
        ]

    def test_htmx_gets_the_part_only(self, sandbox: Sandbox, user: User, listener: Client) -> None:
        sandbox.connect(user)
        response = listener.get("/profile/listening/", headers={"HX-Request": "true"})
        assert "<html" not in response.content.decode()

    def test_nothing_of_it_is_stored(self, sandbox: Sandbox, user: User, listener: Client) -> None:
        sandbox.connect(user)
        page(listener, "/profile/listening/")
        assert not Song.objects.exists()

    def test_local_files_and_episodes_cost_no_list_and_get_no_buttons(
        self, sandbox: Sandbox, user: User, listener: Client
    ) -> None:
        sandbox.connect(user)
        sandbox.fail("spotify", "odd-items", times=4)
        text = page(listener, "/profile/listening/")
        assert "does not understand" not in text
        assert "On my disk" not in text
        assert text.count("Add to today") == 20
        assert text.count("https://open.spotify.com/artist/") == 3
        assert 'href=""' not in text

    def test_trouble_is_told_and_ends_the_asking(
        self, sandbox: Sandbox, user: User, listener: Client
    ) -> None:
        sandbox.connect(user)
        sandbox.fail("spotify", "rate-limited")
        assert "asks us to wait" in page(listener, "/profile/listening/")
        assert len(sandbox.paths("spotify")) == 1


class TestAddToToday:
    def test_a_phrase_is_chosen_and_answered(
        self, sandbox: Sandbox, user: User, listener: Client
    ) -> None:
        sandbox.connect(user)
        call_command("load_phrases", verbosity=0)
        there = sandbox.world.songs[0]
        ref = f"spotify:{there.spotify_id}"
        response = listener.get("/journal/add/", {"track": ref})
        entries = list(response.context["entries"])
        assert len(entries) == 12
        listener.post(reverse("journal:answer", args=[entries[2].pk]), {"track": ref})
        entries[2].refresh_from_db()
        assert entries[2].song.title == there.title
        assert len(listener.get("/journal/add/", {"track": ref}).context["entries"]) == 11

    def test_not_found_when_the_track_is_none(self, sandbox: Sandbox, listener: Client) -> None:
        assert listener.get("/journal/add/", {"track": "x"}).status_code == 404

    def test_told_when_spotify_is_not_connected(self, sandbox: Sandbox, listener: Client) -> None:
        text = page(listener, f"/journal/add/?track=spotify:{'a' * 22}")
        assert "Spotify is not connected" in text

    def test_a_visitor_signs_in_first(self, db: None) -> None:
        assert Client().get("/journal/add/", {"track": "x"}).status_code == 302
