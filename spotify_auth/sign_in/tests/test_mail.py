"""An e-mail address: optional, confirmed, good for a new password; unseen without a server."""

from __future__ import annotations

import re
import socket
from typing import TYPE_CHECKING, Any

import pytest
from allauth.account.models import EmailAddress
from django.core import mail
from django.core.exceptions import ImproperlyConfigured
from django.test import Client
from django.urls import reverse

from journify.config.mail import mail_settings
from spotify_auth.mfa.tests.keys import passkey
from spotify_auth.models import User

if TYPE_CHECKING:
    from pytest_django.fixtures import SettingsWrapper

PASSWORD, OTHER = "a song nobody hums", "another song of nobody's"
ADDRESS = "nina@example.org"
LINK = re.compile(r"http://testserver(/accounts/\S+)")


@pytest.fixture
def with_mail(settings: SettingsWrapper) -> None:
    settings.MAIL_ENABLED = True
    settings.ACCOUNT_SIGNUP_FIELDS = ["username*", "email", "password1*", "password2*"]
    settings.ACCOUNT_EMAIL_VERIFICATION = "optional"


def sign_up(client: Client, name: str = "nina", email: str = "") -> Any:
    data = {"username": name, "email": email, "password1": PASSWORD, "password2": PASSWORD}
    return client.post(reverse("account_signup"), data)


def signs_in(name: str, password: str) -> bool:
    client = Client()
    client.post(reverse("account_login"), {"login": name, "password": password})
    return "_auth_user_id" in client.session


def links() -> list[str]:
    return [match[1] for message in mail.outbox for match in LINK.finditer(str(message.body))]


def confirmed(user: User, email: str = ADDRESS) -> None:
    EmailAddress.objects.create(user=user, email=email, verified=True, primary=True)
    User.objects.filter(pk=user.pk).update(email=email)


@pytest.mark.usefixtures("with_mail", "db")
class TestAddress:
    def test_nobody_has_to_give_one(self) -> None:
        assert sign_up(Client()).status_code == 302
        assert mail.outbox == []
        assert not EmailAddress.objects.exists()

    def test_one_given_at_sign_up_is_confirmed_by_a_link(self) -> None:
        client = Client()
        assert sign_up(client, email=ADDRESS).url == reverse("journal:today")
        [message] = mail.outbox
        assert message.to == [ADDRESS]
        assert "nina" in message.body
        assert not EmailAddress.objects.get().verified
        [link] = links()
        other = Client()  # the mail may be read elsewhere
        assert "Is this your address?" in other.get(link).content.decode()
        assert not EmailAddress.objects.get().verified  # programs follow links, too
        other.post(link)
        assert EmailAddress.objects.get().verified
        assert "_auth_user_id" not in other.session

    def test_one_can_be_given_later_changed_and_removed(self, user: User, listener: Client) -> None:
        path = reverse("account_email")
        listener.post(path, {"email": ADDRESS, "action_add": ""})
        listener.post(links()[-1])
        assert ADDRESS in listener.get(path).content.decode()
        listener.post(path, {"email": "new@example.org", "action_add": ""})
        assert {row.email for row in EmailAddress.objects.filter(verified=True)} == {ADDRESS}
        listener.post(links()[-1])
        assert [row.email for row in EmailAddress.objects.all()] == ["new@example.org"]
        user.refresh_from_db()
        assert user.email == "new@example.org"
        listener.post(path, {"email": "new@example.org", "action_remove": ""})
        user.refresh_from_db()
        assert user.email == ""
        assert not EmailAddress.objects.exists()

    def test_who_has_a_passkey_may_give_one(self, user: User, listener: Client) -> None:
        passkey(user)
        listener.post(reverse("account_email"), {"email": ADDRESS, "action_add": ""})
        assert EmailAddress.objects.exists()

    def test_nobody_learns_whose_address_is_known(self, user: User) -> None:
        confirmed(user)
        assert sign_up(Client(), email=ADDRESS).status_code == 302
        pages = [
            re.sub(r"\w{64}", "", ask(email).content.decode())
            for email in (ADDRESS, "nobody@example.org")
        ]
        assert pages[0] == pages[1]

    def test_an_address_belongs_to_whoever_confirmed_it_first(self, user: User) -> None:
        confirmed(user)
        sign_up(Client(), email=ADDRESS)
        client = Client()
        client.post(links()[0])
        assert EmailAddress.objects.filter(verified=True).count() == 1

    def test_nobody_signs_in_with_one(self, user: User) -> None:
        user.set_password(PASSWORD)
        user.save()
        confirmed(user)
        assert signs_in("alice", PASSWORD)
        assert not signs_in(ADDRESS, PASSWORD)


def ask(email: str) -> Any:
    return Client().post(reverse("account_reset_password"), {"email": email}, follow=True)


@pytest.mark.usefixtures("with_mail", "db")
class TestReset:
    def test_a_link_leads_to_a_new_password_and_in(self, user: User) -> None:
        confirmed(user)
        ask(ADDRESS.upper())
        [link] = links()
        client = Client()
        page = client.get(link, follow=True)
        assert "Choose a new password" in page.content.decode()
        data = {"password1": OTHER, "password2": OTHER}
        page = client.post(page.redirect_chain[-1][0], data, follow=True)
        assert page.redirect_chain[-1][0].startswith("/journal/")
        assert signs_in("alice", OTHER)
        assert "This link has expired" in Client().get(link).content.decode()

    def test_nothing_is_sent_to_an_address_that_was_not_confirmed(self, user: User) -> None:
        EmailAddress.objects.create(user=user, email=ADDRESS, verified=False, primary=True)
        User.objects.filter(pk=user.pk).update(email=ADDRESS)
        ask(ADDRESS)
        assert mail.outbox == []

    @pytest.mark.parametrize("email", ["nobody@example.org", "", "x", "a@b", "é@example.org"])
    def test_nothing_is_sent_to_strangers(self, email: str) -> None:
        ask(email)
        assert mail.outbox == []

    def test_a_mailbox_is_not_flooded_from_wherever(
        self, user: User, settings: SettingsWrapper
    ) -> None:
        settings.RATE_LIMITS = settings.RATE_LIMITS | {"mail": {"name": (2, 3600)}}
        confirmed(user)
        statuses = [
            Client()
            .post(
                reverse("account_reset_password"),
                {"email": ADDRESS if n % 2 else ADDRESS.upper()},
                REMOTE_ADDR=f"203.0.113.{n}",
            )
            .status_code
            for n in range(4)
        ]
        assert statuses == [302, 302, 429, 429]
        assert len(mail.outbox) == 2

    def test_two_steps_stay_two(self, user: User) -> None:
        User.objects.update(is_staff=True)
        passkey(user)
        confirmed(user)
        ask(ADDRESS)
        client = Client()
        page = client.get(links()[0], follow=True)
        data = {"password1": OTHER, "password2": OTHER}
        page = client.post(page.redirect_chain[-1][0], data, follow=True)
        assert page.redirect_chain[-1][0] == reverse("mfa_authenticate")

    def test_a_mail_server_that_is_away_is_said(
        self, user: User, settings: SettingsWrapper, unused_port: int
    ) -> None:
        values = mail_settings(f"smtp://127.0.0.1:{unused_port}")
        for name, value in values.items():
            setattr(settings, name, value)
        confirmed(user)
        assert "could not be sent" in ask(ADDRESS).content.decode()


@pytest.fixture
def unused_port() -> int:
    """A port at which nobody listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.mark.parametrize("path", ["password/reset/", "email/", "confirm-email/x/"])
def test_without_a_server_no_page_asks_for_one(path: str, user: User, listener: Client) -> None:
    assert listener.get(f"/accounts/{path}").status_code == 404
    for name in ("mfa_index", "account_change_password", "journal:settings"):
        assert "mail" not in listener.get(reverse(name)).content.decode()
    for name in ("account_signup", "account_recover", "account_login"):
        assert "mail" not in Client().get(reverse(name)).content.decode()


class TestUrl:
    def test_encryption_is_as_the_scheme_says(self) -> None:
        for url, port, tls, ssl in [
            ("smtp://mail.example.org", 25, False, False),
            ("smtp+tls://mail.example.org", 587, True, False),
            ("smtps://mail.example.org", 587, True, False),
            ("smtps://mail.example.org:465", 465, False, True),
            ("smtp+ssl://mail.example.org", 465, False, True),
            ("submission://mail.example.org", 587, True, False),
            ("smtp://mail.example.org:2525/?tls=True", 2525, True, False),
            ("smtp://mail.example.org:465?ssl=true", 465, False, True),
        ]:
            found = mail_settings(url)
            assert found["EMAIL_HOST"] == "mail.example.org"
            assert found["EMAIL_PORT"] == port, url
            assert (found["EMAIL_USE_TLS"], found["EMAIL_USE_SSL"]) == (tls, ssl), url

    def test_names_and_passwords_may_hold_anything(self) -> None:
        found = mail_settings("smtp+tls://me%40example.org:p%2Fa%3As%40s@mail.example.org:587")
        assert found["EMAIL_HOST_USER"] == "me@example.org"
        assert found["EMAIL_HOST_PASSWORD"] == "p/a:s@s"

    def test_mails_may_go_to_the_log_or_a_folder(self) -> None:
        assert mail_settings("consolemail://")["EMAIL_BACKEND"].endswith("console.EmailBackend")
        assert mail_settings("filemail:///var/mails")["EMAIL_FILE_PATH"] == "/var/mails"
        assert mail_settings("") == {}

    @pytest.mark.parametrize("url", ["http://user:secret@x", "smtp://", "secret", "smtp:secret"])
    def test_an_address_of_no_kind_is_refused_without_repeating_it(self, url: str) -> None:
        with pytest.raises(ImproperlyConfigured) as caught:
            mail_settings(url)
        assert "secret" not in str(caught.value)
