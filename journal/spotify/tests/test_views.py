from __future__ import annotations

import datetime as dt

import pytest
import time_machine
from allauth.socialaccount.models import SocialAccount
from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from classifier.models import Classification, Song
from classifier.tests.factories import ClassificationFactory, SongFactory
from journal.models import Entry
from journal.tests.factories import EntryFactory
from journify.tests.sandbox import Sandbox
from spotify_auth.mfa.tests.keys import passkey
from spotify_auth.models import SpotifyConnection, User
from spotify_auth.web_api.connections import note_error
from spotify_auth.web_api.errors import OwnerPremiumError

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

    def test_it_is_asked_first_and_said_what_goes_and_what_stays(
        self, sandbox: Sandbox, user: User, listener: Client, answered: Entry
    ) -> None:
        sandbox.connect(user)
        EntryFactory(journal=answered.journal, song=SongFactory(owner=user, title="Mine"))
        song = answered.song
        song.metadata_fetched_at = timezone.now()
        song.save()
        text = page(listener, DISCONNECT)
        assert "cover of 1 answer that only Spotify" in text
        assert "the name of 1 answer" in text
        assert Song.objects.get(pk=song.pk).title == "Secret Hit"
        assert SpotifyConnection.objects.exists()
        assert f'href="{DISCONNECT}"' in page(listener)

    def test_nothing_is_asked_where_nothing_is_connected(
        self, sandbox: Sandbox, listener: Client
    ) -> None:
        assert listener.get(DISCONNECT).url == PROFILE

    @pytest.fixture
    def only_spotify(self, sandbox: Sandbox, user: User, listener: Client) -> Client:
        sandbox.connect(user)
        SocialAccount.objects.create(user=user, provider="spotify", uid="x")
        user.set_unusable_password()
        user.save()
        listener.force_login(user)
        return listener

    def test_who_only_ever_came_with_spotify_ends_disconnected_and_gets_in(
        self, only_spotify: Client, user: User
    ) -> None:
        assert "your only way in" in page(only_spotify, DISCONNECT)
        data = {"password1": "a song nobody hums", "password2": "a song nobody hums"}
        response = only_spotify.post(DISCONNECT, data, follow=True)
        assert "Spotify is disconnected" in response.content.decode()
        assert not SpotifyConnection.objects.exists()
        assert not SocialAccount.objects.exists()
        sign_in = {"login": "alice", "password": "a song nobody hums"}
        assert Client().post(reverse("account_login"), sign_in).status_code == 302

    @pytest.mark.parametrize("password", ["", "12345", "a song"])
    def test_without_a_good_password_nothing_is_closed(
        self, only_spotify: Client, password: str
    ) -> None:
        data = {"password1": password, "password2": "another one"}
        assert only_spotify.post(DISCONNECT, data).context["form"].errors
        assert SpotifyConnection.objects.exists()
        assert SocialAccount.objects.exists()

    def test_a_passkey_is_a_way_in_as_well(self, only_spotify: Client, user: User) -> None:
        passkey(user)
        assert "your only way in" not in page(only_spotify, DISCONNECT)
        only_spotify.post(DISCONNECT)
        assert not SocialAccount.objects.exists()


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
        assert 'href=""' not in text.split("<template")[0]  # offline.js gives those an address

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
