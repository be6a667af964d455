"""Who may make an account: SIGN_UP=open, invite or closed, with a password and with Spotify."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from journify.operations import housekeeping
from journify.tests.sandbox import Sandbox
from spotify_auth.models import Invitation, User
from spotify_auth.sign_in import invitations
from spotify_auth.sign_in.tests.test_sign_in import HOST
from spotify_auth.sign_in.tests.test_sign_in import sign_in as with_spotify

if TYPE_CHECKING:
    from pytest_django.fixtures import SettingsWrapper

PASSWORD = "a song nobody hums"
SIGN_UP = "/accounts/signup/"


@pytest.fixture
def by_invitation(settings: SettingsWrapper) -> None:
    settings.SIGN_UP = "invite"


@pytest.fixture
def closed(settings: SettingsWrapper) -> None:
    settings.SIGN_UP = "closed"


@pytest.fixture
def link(db: None) -> str:
    return invitations.path_of(invitations.invite(None, days=14))


def sign_up(client: Client, name: str = "nina") -> Any:
    data = {"username": name, "password1": PASSWORD, "password2": PASSWORD}
    return client.post(SIGN_UP, data)


@pytest.mark.usefixtures("by_invitation")
class TestByInvitation:
    def test_without_one_no_account_is_made(self, db: None) -> None:
        response = sign_up(Client())
        assert "by invitation only" in response.content.decode()
        assert "by invitation only" in Client().get(SIGN_UP).content.decode()
        assert not User.objects.exists()

    def test_no_page_leads_visitors_there(self, client: Client, db: None) -> None:
        for path in ("/", "/accounts/login/"):
            assert SIGN_UP not in client.get(path).content.decode()

    def test_the_link_leads_to_an_account_and_is_used_up(self, link: str) -> None:
        client = Client()
        assert client.get(link).url == SIGN_UP
        assert SIGN_UP in client.get("/").content.decode()
        assert sign_up(client).status_code == 302
        assert User.objects.get().username == "nina"
        assert Invitation.objects.get().used_at is not None
        assert Client().get(link).status_code == 410

    def test_two_people_with_one_link_are_one_account(self, link: str) -> None:
        first, second = Client(), Client()
        first.get(link)
        second.get(link)
        assert sign_up(first).status_code == 302
        assert "by invitation only" in sign_up(second, "other").content.decode()
        assert User.objects.count() == 1

    def test_a_link_that_two_use_at_the_very_moment_makes_one(
        self, link: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Both were let past the door: the row decides."""
        monkeypatch.setattr(invitations, "is_open", lambda _request: True)
        clients = [Client(), Client()]
        for client in clients:
            client.get(link)
        statuses = [sign_up(client, f"name-{n}").status_code for n, client in enumerate(clients)]
        assert statuses == [302, 403]
        assert User.objects.count() == 1

    def test_a_refused_form_keeps_it(self, link: str) -> None:
        client = Client()
        client.get(link)
        assert "errorlist" in sign_up(client, "<>").content.decode()
        assert sign_up(client).status_code == 302

    def test_an_account_that_fails_gives_it_back(self, link: str, user: User) -> None:
        """Whoever is second for a name at the very moment has the link still."""
        client = Client()
        client.get(link)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(User, "clean", lambda _self: None)
            assert sign_up(client, "ALICE").url == SIGN_UP
        assert Invitation.objects.get().used_at is None
        assert sign_up(client).status_code == 302

    @pytest.mark.parametrize("days", [15, 400])
    def test_it_ends(self, link: str, days: int) -> None:
        client = Client()
        client.get(link)
        with time_machine.travel(timezone.now() + dt.timedelta(days=days)):
            assert Client().get(link).status_code == 410
            assert not User.objects.exists()

    @pytest.mark.parametrize("token", ["x", "x:y", f"{'a' * 32}:{'b' * 43}", "%00", "é"])
    def test_an_invented_one_is_none(self, token: str, db: None) -> None:
        assert Client().get(f"/accounts/invitation/{token}/").status_code == 410

    def test_one_that_was_taken_back_is_none(self, link: str) -> None:
        Invitation.objects.all().delete()
        assert Client().get(link).status_code == 410

    def test_who_is_signed_in_does_not_use_it_up(self, link: str, listener: Client) -> None:
        assert listener.get(link).url == reverse("journal:today")
        assert Invitation.objects.get().used_at is None

    def test_spotify_obeys(self, sandbox: Sandbox, link: str) -> None:
        response = with_spotify(Client(headers={"host": HOST}))
        assert "by invitation only" in response.content.decode()
        assert not User.objects.exists()
        client = Client(headers={"host": HOST})
        client.get(link)
        with_spotify(client)
        assert User.objects.get().username == "ada"
        assert Invitation.objects.get().used_at is not None

    def test_who_has_an_account_signs_in_with_spotify_as_ever(
        self, sandbox: Sandbox, link: str
    ) -> None:
        client = Client(headers={"host": HOST})
        client.get(link)
        with_spotify(client)
        response = with_spotify(Client(headers={"host": HOST}))
        assert response.redirect_chain[-1][0].startswith("/journal/")


@pytest.mark.usefixtures("closed")
class TestClosed:
    def test_nobody_gets_in_with_a_link_either(self, link: str) -> None:
        client = Client()
        assert client.get(link).status_code == 410
        assert sign_up(client).status_code == 200
        assert not User.objects.exists()

    def test_spotify_obeys(self, sandbox: Sandbox, db: None) -> None:
        with_spotify(Client(headers={"host": HOST}))
        assert not User.objects.exists()

    def test_listeners_sign_in(self, user: User) -> None:
        user.set_password(PASSWORD)
        user.save()
        response = Client().post("/accounts/login/", {"login": "alice", "password": PASSWORD})
        assert response.status_code == 302


class TestOpen:
    def test_a_link_is_not_used_up(self, link: str) -> None:
        client = Client()
        client.get(link)
        assert sign_up(client).status_code == 302
        assert Invitation.objects.get().used_at is None


class TestMaking:
    def test_in_the_admin(self, curator: User, browser_of: Callable[[User], Client]) -> None:
        client = browser_of(curator)
        ends = timezone.now() + dt.timedelta(days=3)
        data = {"expires_at_0": f"{ends:%Y-%m-%d}", "expires_at_1": f"{ends:%H:%M:%S}"}
        path = reverse("admin:spotify_auth_invitation_add")
        page = client.post(path, data, follow=True).content.decode()
        row = Invitation.objects.get()
        assert row.created_by == curator
        assert page.count(f"http://testserver{invitations.path_of(row)}") == 2

    def test_by_command(
        self, capsys: pytest.CaptureFixture[str], settings: SettingsWrapper, db: None
    ) -> None:
        settings.CSRF_TRUSTED_ORIGINS = ["https://journal.example.org"]
        settings.SIGN_UP = "invite"
        call_command("invite", count=2, days=3)
        lines = capsys.readouterr().out.split()
        assert len(lines) == len(set(lines)) == 2
        for number, line in enumerate(lines):
            client = Client()
            client.get(line.removeprefix("https://journal.example.org"))
            assert sign_up(client, f"name-{number}").status_code == 302

    @pytest.mark.parametrize("options", [{"count": 0}, {"days": 0}, {"days": 9999}])
    def test_not_any_number(self, options: dict[str, int], db: None) -> None:
        with pytest.raises(CommandError):
            call_command("invite", **options)

    def test_old_ones_are_forgotten(self, link: str) -> None:
        invitations.invite(None, days=60)
        with time_machine.travel(timezone.now() + dt.timedelta(days=45)):
            housekeeping.keep_all_rules()
        assert Invitation.objects.count() == 1
