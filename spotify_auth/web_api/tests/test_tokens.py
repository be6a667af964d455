from __future__ import annotations

import datetime as dt

import pytest
import time_machine
from django.utils import timezone

from journify.outbound.errors import PlatformDownError
from journify.tests.sandbox import Sandbox
from spotify_auth.models import SpotifyConnection, User
from spotify_auth.web_api import accounts, connections, tokens
from spotify_auth.web_api.connections import Tokens
from spotify_auth.web_api.errors import NotConnectedError, ReconnectError
from spotify_auth.web_api.tokens import access_token
from tools.sandbox.platforms.spotify_accounts import CONSENT_SECONDS

pytestmark = pytest.mark.django_db
OF_THE_FIRST = "access-of-the-first"


@pytest.fixture
def connection(sandbox: Sandbox, user: User) -> SpotifyConnection:
    return sandbox.connect(user)


def let_it_run_out(connection: SpotifyConnection) -> None:
    SpotifyConnection.objects.update(expires_at=timezone.now() - dt.timedelta(seconds=1))


def test_a_good_token_is_used_as_it_is(connection: SpotifyConnection, sandbox: Sandbox) -> None:
    assert access_token(connection.pk) == "access-1"
    assert sandbox.paths("spotify-accounts") == []


def test_refreshed_a_minute_before_its_end(connection: SpotifyConnection, sandbox: Sandbox) -> None:
    SpotifyConnection.objects.update(expires_at=timezone.now() + dt.timedelta(seconds=59))
    assert access_token(connection.pk) != "access-1"


def test_the_old_refresh_token_stays_when_none_comes_back(
    connection: SpotifyConnection,
) -> None:
    let_it_run_out(connection)
    new = access_token(connection.pk)
    connection.refresh_from_db()
    assert (connection.access_token, connection.refresh_token) == (new, "refresh-1")
    assert connection.refreshing_until is None


def test_a_new_refresh_token_is_kept_when_one_comes_back(
    connection: SpotifyConnection, sandbox: Sandbox
) -> None:
    sandbox.world.rotates_refresh_tokens = True
    let_it_run_out(connection)
    access_token(connection.pk)
    connection.refresh_from_db()
    assert connection.refresh_token == sandbox.world.grants[0].refresh_token != "refresh-1"


def test_refreshing_does_not_move_the_date_of_the_consent(
    connection: SpotifyConnection, sandbox: Sandbox
) -> None:
    sandbox.world.rotates_refresh_tokens = True
    let_it_run_out(connection)
    access_token(connection.pk)
    before = connection.consented_at
    connection.refresh_from_db()
    assert connection.consented_at == before


def test_one_refresh_when_two_want_it(
    connection: SpotifyConnection, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    let_it_run_out(connection)
    asked = accounts.refresh
    seen: list[str] = []

    def while_a_second_one_comes(refresh_token: str) -> Tokens:
        assert tokens._claim(SpotifyConnection.objects.get()) is False
        seen.append(refresh_token)
        return asked(refresh_token)

    monkeypatch.setattr(accounts, "refresh", while_a_second_one_comes)
    assert access_token(connection.pk) == access_token(connection.pk)
    assert seen == ["refresh-1"]
    assert sandbox.paths("spotify-accounts") == ["/api/token"]


def test_the_second_one_gets_what_the_first_one_fetched(
    connection: SpotifyConnection, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    let_it_run_out(connection)
    SpotifyConnection.objects.update(refreshing_until=timezone.now() + dt.timedelta(seconds=20))

    def the_first_one_ends(_seconds: float) -> None:
        hour = timezone.now() + dt.timedelta(hours=1)
        SpotifyConnection.objects.update(access_token=OF_THE_FIRST, expires_at=hour)

    monkeypatch.setattr(tokens.time, "sleep", the_first_one_ends)
    assert access_token(connection.pk) == OF_THE_FIRST
    assert sandbox.paths("spotify-accounts") == []


def test_taken_over_when_the_first_one_died(
    connection: SpotifyConnection, sandbox: Sandbox
) -> None:
    let_it_run_out(connection)
    SpotifyConnection.objects.update(refreshing_until=timezone.now() - dt.timedelta(seconds=1))
    assert access_token(connection.pk) in sandbox.world.grants[0].access


def test_reconnect_when_the_consent_was_taken_back(
    connection: SpotifyConnection, sandbox: Sandbox
) -> None:
    sandbox.world.grants.clear()
    let_it_run_out(connection)
    for _ in range(2):
        with pytest.raises(ReconnectError):
            access_token(connection.pk)
    connection.refresh_from_db()
    assert connection.state == "reconnect"
    assert (connection.access_token, connection.refresh_token) == ("", "")
    assert "Reconnect" in connection.last_error
    assert sandbox.paths("spotify-accounts") == ["/api/token"]


def test_reconnect_when_six_months_are_over(
    connection: SpotifyConnection, sandbox: Sandbox
) -> None:
    sandbox.world.grants[0].granted_at -= CONSENT_SECONDS + 1
    let_it_run_out(connection)
    with pytest.raises(ReconnectError):
        access_token(connection.pk)


def test_nothing_is_lost_when_spotify_is_away(
    connection: SpotifyConnection, sandbox: Sandbox
) -> None:
    let_it_run_out(connection)
    sandbox.fail("spotify-accounts", "down")
    with pytest.raises(PlatformDownError):
        access_token(connection.pk)
    assert access_token(connection.pk) in sandbox.world.grants[0].access


def test_a_consent_given_meanwhile_wins_over_a_late_refresh(
    connection: SpotifyConnection, user: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    let_it_run_out(connection)
    hour = timezone.now() + dt.timedelta(hours=1)

    def while_signing_in_anew(_refresh_token: str) -> Tokens:
        connections.keep_consent(user, Tokens("newest", "refresh-2", hour))
        return Tokens("late", "", hour)

    monkeypatch.setattr(accounts, "refresh", while_signing_in_anew)
    access_token(connection.pk)
    connection.refresh_from_db()
    assert (connection.access_token, connection.refresh_token) == ("newest", "refresh-2")


def test_not_connected_when_it_was_disconnected_meanwhile(
    connection: SpotifyConnection, user: User
) -> None:
    connections.forget_tokens(user)
    with pytest.raises(NotConnectedError):
        access_token(connection.pk)


@pytest.mark.parametrize(("days", "is_soon"), [(150, 0), (152, 1), (185, 1)])
def test_warned_in_the_last_month(
    days: int,
    is_soon: int,
    connection: SpotifyConnection,
) -> None:
    with time_machine.travel(timezone.now() + dt.timedelta(days=days)):
        assert connection.ends_soon == is_soon
