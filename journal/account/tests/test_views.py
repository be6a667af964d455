from __future__ import annotations

import pytest
from allauth.usersessions.models import UserSession
from django.test import Client

from journal.account.devices import browser_name
from spotify_auth.models import User

DEVICES, SIGN_OUT, LEAVE = "/settings/devices/", "/settings/devices/sign-out/", "/settings/leave/"
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
PASSWORD = "a-good-password"


def signed_in(user: User, agent: str = "") -> Client:
    client = Client(headers={"user-agent": agent})
    data = {"login": user.username, "password": PASSWORD}
    assert client.post("/accounts/login/", data).status_code == 302
    return client


def is_signed_in(client: Client) -> bool:
    return client.get("/settings/").status_code == 200


class TestDevices:
    def test_each_sign_in_is_listed_this_one_first(self, user: User) -> None:
        signed_in(user, FIREFOX)
        devices = signed_in(user, "curl").get(DEVICES).context["devices"]
        assert [device["name"] for device in devices] == [
            "A browser we do not know",
            "Firefox, Linux",
        ]
        assert [device["is_this"] for device in devices] == [True, False]

    def test_one_or_all_others_are_signed_out(self, user: User) -> None:
        clients = [signed_in(user) for _ in range(4)]
        first = UserSession.objects.order_by("created_at")[0]
        clients[3].post(SIGN_OUT, {"device": str(first.pk)})
        assert [is_signed_in(client) for client in clients] == [False, True, True, True]
        page = clients[3].post(SIGN_OUT, follow=True).content.decode()
        assert "2 devices are signed out." in page
        assert [is_signed_in(client) for client in clients] == [False, False, False, True]

    def test_a_stranger_signs_nobody_out(self, user: User, stranger: User) -> None:
        mine, theirs = signed_in(user), signed_in(stranger)
        pk = UserSession.objects.get(user=user).pk
        theirs.post(SIGN_OUT, {"device": str(pk)})
        theirs.post(SIGN_OUT)
        assert is_signed_in(mine)

    @pytest.mark.parametrize("device", ["x", "-1", "9" * 400, "0"])
    def test_a_device_that_is_none_signs_nobody_out(self, user: User, device: str) -> None:
        other, this = signed_in(user), signed_in(user)
        this.post(SIGN_OUT, {"device": device})
        assert is_signed_in(other)

    def test_an_old_session_is_listed_too(self, listener: Client) -> None:
        assert len(listener.get(DEVICES).context["devices"]) == 1

    def test_other_devices_are_signed_out_when_the_password_changes(self, user: User) -> None:
        other, this = signed_in(user), signed_in(user)
        new = "another-good-password"
        data = {"oldpassword": PASSWORD, "password1": new, "password2": new}
        assert this.post("/accounts/password/change/", data).status_code == 302
        assert (is_signed_in(other), is_signed_in(this)) == (False, True)

    @pytest.mark.parametrize(
        ("agent", "name"),
        [
            (FIREFOX, "Firefox, Linux"),
            ("Mozilla/5.0 (Windows NT 10.0) Chrome/140.0 Safari/537.36 Edg/140.0", "Edge, Windows"),
            ("Mozilla/5.0 (iPhone; CPU OS 18_0 like Mac OS X) Version/18 Safari", "Safari, iPhone"),
            ("Mozilla/5.0 (Linux; Android 15) Chrome/140.0 Mobile Safari", "Chrome, Android"),
        ],
    )
    def test_a_browser_has_a_name(self, agent: str, name: str) -> None:
        assert browser_name(agent) == name


class TestLeaving:
    def test_the_page_says_what_goes(self, listener: Client) -> None:
        assert "This cannot be taken back." in listener.get(LEAVE).content.decode()

    def test_nothing_happens_without_the_password(self, listener: Client, user: User) -> None:
        for data in ({}, {"password": "wrong"}, {"name": user.username}):
            assert listener.post(LEAVE, data).context["form"].errors
        assert User.objects.filter(pk=user.pk).exists()

    def test_the_name_is_asked_for_where_there_is_no_password(
        self, listener: Client, user: User
    ) -> None:
        user.set_unusable_password()
        user.save()
        listener.force_login(user)
        assert listener.post(LEAVE, {"name": "mallory"}).context["form"].errors
        assert listener.post(LEAVE, {"name": "alice"}).url == "/"
        assert not User.objects.exists()

    def test_guessing_is_slowed_down(self, listener: Client) -> None:
        answers = [listener.post(LEAVE, {"password": "wrong"}).status_code for _ in range(40)]
        assert answers[0] == 200
        assert answers[-1] == 429
