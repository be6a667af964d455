from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from journal.models import Preferences
from spotify_auth.models import User


class TestHome:
    def test_a_visitor_reads_what_this_is(self, client: Client, db: None) -> None:
        response = client.get("/")
        assert response.status_code == 200
        assert reverse("account_signup") in response.content.decode()

    def test_a_listener_goes_to_today(self, listener: Client) -> None:
        assert listener.get("/").url == reverse("journal:today")


class TestSettings:
    def test_the_browsers_zone_is_proposed(self, listener: Client) -> None:
        listener.cookies["time_zone"] = "Europe/Lisbon"
        form = listener.get(reverse("journal:settings")).context["form"]
        assert form["time_zone"].value() == "Europe/Lisbon"

    def test_choices_are_kept(self, listener: Client, user: User) -> None:
        listener.post(
            reverse("journal:settings"),
            {"time_zone": "Asia/Tokyo", "theme": "dark", "phrases_per_day": 5},
        )
        kept = Preferences.objects.get(user=user)
        assert (kept.time_zone, kept.theme, kept.phrases_per_day) == ("Asia/Tokyo", "dark", 5)
        assert 'data-theme="dark"' in listener.get(reverse("journal:settings")).content.decode()

    @pytest.mark.parametrize(
        "wrong", [{"time_zone": "Mars/Olympus"}, {"theme": "pink"}, {"phrases_per_day": 0}]
    )
    def test_nothing_is_kept_when_a_value_is_wrong(
        self, listener: Client, wrong: dict[str, object]
    ) -> None:
        right = {"time_zone": "Asia/Tokyo", "theme": "dark", "phrases_per_day": 5}
        response = listener.post(reverse("journal:settings"), right | wrong)
        assert response.context["form"].errors
        assert Preferences.objects.count() == 0

    def test_a_wrong_zone_in_the_cookie_counts_as_none(self, listener: Client) -> None:
        listener.cookies["time_zone"] = "../../etc/passwd"
        form = listener.get(reverse("journal:settings")).context["form"]
        assert form["time_zone"].value() == "UTC"


@pytest.mark.parametrize("path", ["/emotions/", "/accounts/login/", "/accounts/signup/"])
def test_a_page_for_everybody(client: Client, db: None, path: str) -> None:
    assert client.get(path).status_code == 200


@pytest.mark.parametrize("path", ["password/reset/", "email/", "confirm-email/"])
def test_no_page_that_would_need_an_address(client: Client, db: None, path: str) -> None:
    assert client.get(f"/accounts/{path}").status_code == 404


def test_the_admin_is_entered_by_the_common_door(client: Client, db: None) -> None:
    response = client.get("/admin/login/?next=/admin/")
    assert response.status_code == 302
    assert response.url.startswith(reverse("account_login"))


def test_an_account_needs_a_name_and_a_password_only(client: Client, db: None) -> None:
    data = {"username": "nina", "password1": "sinnerman-1965", "password2": "sinnerman-1965"}
    response = client.post(reverse("account_signup"), data)
    assert response.url == reverse("journal:today")
    assert User.objects.get().username == "nina"


class TestTheme:
    """A page of somebody who signed out looks as it did before, without a script's flash."""

    def test_the_choice_survives_signing_out(self, listener: Client) -> None:
        url = reverse("journal:settings")
        listener.post(url, {"time_zone": "Asia/Tokyo", "theme": "dark", "phrases_per_day": 5})
        listener.post(reverse("account_logout"))
        assert 'data-theme="dark"' in listener.get("/").content.decode()

    def test_a_choice_made_elsewhere_arrives_with_the_next_page(
        self, listener: Client, user: User
    ) -> None:
        Preferences.objects.create(user=user, theme="light")
        cookie = listener.get(reverse("journal:settings")).cookies["theme"]
        assert (cookie.value, cookie["httponly"], cookie["samesite"]) == ("light", True, "Lax")
        assert "theme" not in listener.get(reverse("journal:settings")).cookies

    def test_nobody_who_chose_nothing_gets_a_cookie(self, listener: Client) -> None:
        assert "theme" not in listener.get(reverse("journal:settings")).cookies
        assert "theme" not in Client().get("/").cookies

    @pytest.mark.parametrize("word", ["pink", '"><script>', ""])
    def test_a_word_that_is_no_theme_counts_as_none(self, db: None, word: str) -> None:
        client = Client()
        client.cookies["theme"] = word
        assert 'data-theme="auto"' in client.get("/").content.decode()
