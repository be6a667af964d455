"""The whole way out to Spotify and back, against the stand-in; every way it can fail."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from allauth.mfa.totp.internal.auth import (
    TOTP,
    format_hotp_value,
    generate_totp_secret,
    hotp_value,
    yield_hotp_counters_from_time,
)
from allauth.socialaccount.models import SocialAccount, SocialToken
from django.test import Client
from django.urls import reverse

from journify.tests.sandbox import Sandbox
from spotify_auth.models import SpotifyConnection, User
from spotify_auth.sign_in.adapter import SocialAdapter
from tools.sandbox.world import CLIENT_ID

if TYPE_CHECKING:
    from django.http import HttpResponse
    from pytest_django.fixtures import SettingsWrapper

pytestmark = pytest.mark.django_db
HOST = "127.0.0.1:8000"


@pytest.fixture
def visitor() -> Client:
    return Client(headers={"host": HOST})


def ask(client: Client, process: str = "login") -> str:
    """Press the button; the address at Spotify that the browser is sent to."""
    response = client.post(f"/accounts/spotify/login/?process={process}", headers={"host": HOST})
    assert response.status_code == 302
    return response["Location"]


def consent(address: str, person: str = "ada") -> str:
    """Agree (or not, as "") on Spotify's page; the address that the browser comes back to."""
    wanted = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
    page = requests.get(address, timeout=30)
    assert page.status_code == 200, page.text
    answer = requests.post(
        address.split("/authorize", maxsplit=1)[0] + "/decision",
        data=wanted | {"person": person},
        allow_redirects=False,
        timeout=30,
    )
    return answer.headers["Location"].removeprefix(f"http://{HOST}")


def sign_in(client: Client, person: str = "ada", process: str = "login") -> HttpResponse:
    back = consent(ask(client, process), person)
    return client.get(back, headers={"host": HOST}, follow=True)


class TestAsking:
    def test_with_pkce_scopes_and_the_exact_address_back(
        self, sandbox: Sandbox, visitor: Client
    ) -> None:
        wanted = parse_qs(urlsplit(ask(visitor)).query)
        assert wanted["client_id"] == [CLIENT_ID]
        assert wanted["code_challenge_method"] == ["S256"]
        assert wanted["redirect_uri"] == [f"http://{HOST}/accounts/spotify/login/callback/"]
        assert set(wanted["scope"][0].split()) == {"user-top-read", "user-read-recently-played"}
        assert wanted["show_dialog"] == ["true"]

    def test_nothing_of_the_address_widens_it(self, sandbox: Sandbox, visitor: Client) -> None:
        response = visitor.post("/accounts/spotify/login/?scope=streaming&auth_params=a%3Db")
        assert "streaming" not in response["Location"]
        assert "a=b" not in response["Location"]

    def test_a_link_only_shows_the_button(self, sandbox: Sandbox, visitor: Client) -> None:
        response = visitor.get("/accounts/spotify/login/")
        assert response.status_code == 200
        assert sandbox.world.requests == []


class TestSigningIn:
    def test_a_new_listener_gets_a_journal(self, sandbox: Sandbox, visitor: Client) -> None:
        response = sign_in(visitor)
        user = User.objects.get()
        assert response.redirect_chain[-1][0].startswith("/journal/")
        assert user.username == "ada"
        assert user.first_name == ""
        assert user.socialaccount_set.get().uid == "acc-ada-4f1c"
        assert user.socialaccount_set.get().extra_data == {}
        assert user.spotify.state == "connected"

    def test_no_display_name_is_no_trouble(self, sandbox: Sandbox, visitor: Client) -> None:
        sign_in(visitor, "ben")
        assert User.objects.get().username.startswith("listener")

    def test_the_same_person_comes_back_to_the_same_journal(
        self, sandbox: Sandbox, visitor: Client
    ) -> None:
        sign_in(visitor)
        first = SpotifyConnection.objects.get().refresh_token
        sign_in(Client(headers={"host": HOST}))
        assert User.objects.count() == 1
        assert SpotifyConnection.objects.get().refresh_token not in {"", first}

    def test_accounts_are_made_as_often_as_with_a_password(
        self, sandbox: Sandbox, visitor: Client, settings: SettingsWrapper
    ) -> None:
        settings.RATE_LIMITS = settings.RATE_LIMITS | {"sign-up": {"address": (1, 3600)}}
        sign_in(visitor)
        assert sign_in(Client(headers={"host": HOST}), "ben").status_code == 429
        assert [user.username for user in User.objects.all()] == ["ada"]
        # who has one comes back as often as they like
        assert sign_in(Client(headers={"host": HOST})).status_code == 200

    def test_tokens_are_unreadable_in_the_database(
        self, sandbox: Sandbox, visitor: Client, django_assert_num_queries: object
    ) -> None:
        from django.db import connection  # noqa: PLC0415 -- raw reads only here

        sign_in(visitor)
        (grant,) = sandbox.world.grants
        with connection.cursor() as cursor:
            cursor.execute("SELECT * FROM spotify_auth_spotifyconnection")
            stored = str(cursor.fetchall())
        assert grant.refresh_token not in stored
        assert next(iter(grant.access)) not in stored
        assert SpotifyConnection.objects.get().refresh_token == grant.refresh_token

    def test_tokens_are_unreadable_in_the_session_that_waits_for_a_second_key(
        self, sandbox: Sandbox, visitor: Client
    ) -> None:
        sign_in(visitor)
        key = generate_totp_secret()
        TOTP.activate(User.objects.get(), key)
        client = Client(headers={"host": HOST})
        sign_in(client)
        stored = json.dumps(dict(client.session))
        assert "token_secret" in stored
        for grant in sandbox.world.grants:
            assert not [each for each in (grant.refresh_token, *grant.access) if each in stored]
        code = format_hotp_value(hotp_value(key, next(yield_hotp_counters_from_time())))
        assert "_auth_user_id" not in client.session
        client.post(reverse("mfa_authenticate"), {"code": code}, headers={"host": HOST})
        assert "_auth_user_id" in client.session
        row = SpotifyConnection.objects.get()
        assert row.refresh_token == sandbox.world.grants[-1].refresh_token

    def test_tokens_come_back_out_of_a_session(self) -> None:
        adapter = SocialAdapter()
        kept = adapter.serialize_instance(SocialToken(token="one", token_secret="two"))
        assert not {"one", "two"} & set(kept.values())
        token = adapter.deserialize_instance(SocialToken, kept)
        assert (token.token, token.token_secret) == ("one", "two")

    def test_the_session_outlives_the_browser(self, sandbox: Sandbox, visitor: Client) -> None:
        sign_in(visitor)
        assert visitor.cookies["sessionid"]["max-age"] > 7 * 86_400

    def test_the_token_is_never_in_an_address(self, sandbox: Sandbox, visitor: Client) -> None:
        sign_in(visitor)
        assert "/v1/me" in sandbox.paths("spotify")


class TestConnecting:
    def test_a_local_account_is_connected(
        self, sandbox: Sandbox, user: User, listener: Client
    ) -> None:
        response = sign_in(listener, process="connect")
        assert response.redirect_chain[-1][0] == reverse("journal:profile")
        assert user.spotify.state == "connected"
        assert "Spotify is connected." in response.content.decode()

    def test_an_earlier_spotify_account_is_no_way_in_any_more(
        self, sandbox: Sandbox, user: User, browser_of: Callable[[User], Client]
    ) -> None:
        client = browser_of(user)
        sign_in(client, "ada", process="connect")
        sign_in(client, "ben", process="connect")
        assert SocialAccount.objects.filter(user=user).count() == 1
        sign_in(Client(), "ada")
        assert SpotifyConnection.objects.get(user=user).state == "connected"
        assert User.objects.count() == 2  # Ada has begun a journal of her own

    def test_somebody_elses_spotify_is_refused(
        self,
        sandbox: Sandbox,
        user: User,
        stranger: User,
        browser_of: Callable[[User], Client],
    ) -> None:
        sign_in(browser_of(stranger), process="connect")
        response = sign_in(browser_of(user), process="connect")
        assert "belongs to another journal" in response.content.decode()
        assert not SpotifyConnection.objects.filter(user=user).exists()


class TestFailures:
    def trouble(self, response: HttpResponse) -> str:
        assert response.status_code in {200, 401}
        assert not User.objects.exists()
        return response.context["trouble"].code

    def test_not_on_the_apps_list(self, sandbox: Sandbox, visitor: Client) -> None:
        response = sign_in(visitor, "eve")
        assert self.trouble(response) == "not-listed"
        assert "User Management" in response.content.decode()

    def test_denied(self, sandbox: Sandbox, visitor: Client) -> None:
        assert self.trouble(sign_in(visitor, "")) == "denied"

    @pytest.mark.parametrize(
        ("platform", "kind", "times", "code"),
        [
            ("spotify", "owner-premium", 1, "owner-premium"),
            ("spotify", "down", 3, "down"),
            ("spotify", "reset", 3, "down"),
            ("spotify", "slow", 3, "down"),
            ("spotify", "rate-limited", 1, "busy"),
            ("spotify", "quota", 1, "quota"),
            ("spotify", "no-json", 1, "other"),
            ("spotify", "token-expired", 1, "other"),
            ("spotify-accounts", "down", 1, "down"),
            ("spotify-accounts", "invalid-grant", 1, "other"),
            ("spotify-accounts", "no-json", 1, "other"),
        ],
    )
    def test_each_ends_on_its_own_page(
        self,
        platform: str,
        kind: str,
        times: int,
        code: str,
        sandbox: Sandbox,
        visitor: Client,
    ) -> None:
        back = consent(ask(visitor))
        sandbox.fail(platform, kind, times=times)
        assert self.trouble(visitor.get(back, follow=True)) == code

    def test_wrong_state(self, sandbox: Sandbox, visitor: Client) -> None:
        back = consent(ask(visitor))
        assert self.trouble(visitor.get(back.replace("state=", "state=x"))) == "wrong-state"

    def test_another_browsers_consent(self, sandbox: Sandbox, visitor: Client) -> None:
        back = consent(ask(visitor))
        assert self.trouble(Client(headers={"host": HOST}).get(back)) == "wrong-state"

    def test_a_consent_is_good_for_one_sign_in(self, sandbox: Sandbox, visitor: Client) -> None:
        back = consent(ask(visitor))
        visitor.get(back)
        User.objects.all().delete()
        assert self.trouble(visitor.get(back)) == "wrong-state"


class TestWithoutKeys:
    @pytest.mark.parametrize("name", ["account_login", "account_signup", "home"])
    def test_no_page_names_spotify(
        self, name: str, visitor: Client, settings: SettingsWrapper
    ) -> None:
        settings.SPOTIFY_ENABLED = False
        assert "spotify" not in visitor.get(reverse(name)).content.decode().casefold()

    @pytest.mark.parametrize(
        "path",
        [
            "/accounts/spotify/login/",
            "/accounts/spotify/login/callback/",
            "/accounts/3rdparty/",
            "/accounts/spotify/cancelled/",
            "/accounts/3rdparty/login/error/",
            "/accounts/3rdparty/signup/",
            "/accounts/social/connections/",
            "/profile/",
        ],
    )
    def test_no_address_answers(
        self, path: str, listener: Client, settings: SettingsWrapper
    ) -> None:
        settings.SPOTIFY_ENABLED = False
        assert listener.get(path).status_code == 404

    def test_settings_and_day_do_not_name_it(
        self, listener: Client, settings: SettingsWrapper
    ) -> None:
        settings.SPOTIFY_ENABLED = False
        for name in ("journal:settings", "journal:today"):
            page = listener.get(reverse(name), follow=True).content.decode().casefold()
            assert "spotify" not in page
