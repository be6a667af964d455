"""A forgotten password is not a lost journal: recovery codes, made at sign-up."""

from __future__ import annotations

import hmac
import re
from hashlib import sha1
from importlib import import_module
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.core.cache import cache
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse

from journify.tests.sandbox import Sandbox
from spotify_auth.encryption import encrypt
from spotify_auth.mfa.tests.keys import passkey
from spotify_auth.mfa.tests.test_second_factor import code_of
from spotify_auth.mfa.ways import codes_of as raw_codes_of
from spotify_auth.models import User
from spotify_auth.sign_in.tests.test_sign_in import HOST
from spotify_auth.sign_in.tests.test_sign_in import sign_in as with_spotify
from spotify_auth.templatetags.codes import in_fours

if TYPE_CHECKING:
    from pytest_django.fixtures import SettingsWrapper

MIGRATION = import_module("spotify_auth.migrations.0002_until_30_november")
PASSWORD, OTHER = "a song nobody hums", "another song of nobody's"
CODE = re.compile(r"\b\d{4} \d{4} \d{4}\b")


def codes_of(user: User) -> list[str]:
    return [in_fours(code) for code in raw_codes_of(user)]


@pytest.fixture
def client(db: None) -> Client:
    """A browser in which nina has just made an account."""
    client = Client()
    data = {"username": "nina", "password1": PASSWORD, "password2": PASSWORD}
    client.post(reverse("account_signup"), data)
    return client


@pytest.fixture
def nina(client: Client) -> User:
    return User.objects.get(username="nina")


def signs_in(password: str) -> bool:
    client = Client()
    client.post(reverse("account_login"), {"login": "nina", "password": password})
    return "_auth_user_id" in client.session


def recover(client: Client, code: str, name: str = "nina", **more: str) -> Any:
    data = {"login": name, "code": code} | more
    return client.post(reverse("account_recover"), data, follow=True)


def set_password(client: Client, page: Any, password: str = OTHER) -> Any:
    data = {"password1": password, "password2": password}
    return client.post(page.redirect_chain[-1][0], data, follow=True)


class TestAtSignUp:
    def test_one_line_says_what_happens_without(self, db: None) -> None:
        page = Client().get(reverse("account_signup")).content.decode()
        assert "only a recovery code (you get them next) or a passkey opens your journal" in page

    def test_the_next_page_shows_ten_codes_and_where_to_save_them(
        self, client: Client, nina: User
    ) -> None:
        page = client.get(reverse("journal:today"), follow=True)
        codes = CODE.findall(page.content.decode())
        assert len(set(codes)) == 10
        assert codes == codes_of(nina)
        assert "no-store" in page.headers["Cache-Control"]

    def test_they_may_be_saved_as_a_file(self, client: Client, nina: User) -> None:
        response = client.get(reverse("account_new_codes"))
        assert response["Content-Disposition"].startswith("attachment; filename=")
        assert "no-store" in response["Cache-Control"]
        text = response.content.decode()
        assert CODE.findall(text) == codes_of(nina)
        assert "nina" in text

    def test_they_are_shown_until_somebody_has_them_and_not_after(self, client: Client) -> None:
        for _ in range(2):
            assert CODE.search(client.get(reverse("journal:settings")).content.decode())
        client.post(reverse("account_new_codes"))
        assert not CODE.search(client.get(reverse("journal:settings")).content.decode())
        response = client.get(reverse("account_new_codes"))
        assert response.url == reverse("mfa_view_recovery_codes")

    def test_they_are_open_on_the_first_page_and_a_line_on_the_others(
        self, client: Client, nina: User
    ) -> None:
        shown = re.compile(r'<section class="new-codes".*?<details[^>]*>', re.DOTALL)
        pages = [client.get(reverse("journal:more")).content.decode() for _ in range(3)]
        assert [shown.findall(page)[0].endswith(" open>") for page in pages] == [True, False, False]

    def test_another_browser_never_shows_them(self, nina: User) -> None:
        other = Client()
        other.force_login(nina)
        assert not CODE.search(other.get(reverse("journal:settings")).content.decode())

    def test_who_comes_from_spotify_gets_some_too(self, sandbox: Sandbox, db: None) -> None:
        page = with_spotify(Client(headers={"host": HOST}))
        assert len(CODE.findall(page.content.decode())) == 10


class TestRecovering:
    @pytest.mark.parametrize("written", ["{}", " {} ", "{0:.4}-{0}"])
    def test_a_code_leads_to_a_new_password_and_in(self, nina: User, written: str) -> None:
        code = codes_of(nina)[3]
        typed = code.replace(" ", "-") if "-" in written else written.format(code)
        client = Client()
        page = recover(client, typed)
        assert "Choose a new password" in page.content.decode()
        page = set_password(client, page)
        assert page.redirect_chain[-1][0].startswith("/journal/")
        assert signs_in(OTHER)
        assert not signs_in(PASSWORD)

    def test_it_works_once(self, nina: User) -> None:
        code = codes_of(nina)[0]
        assert recover(Client(), code).redirect_chain
        assert "used already" in recover(Client(), code).content.decode()
        assert code not in codes_of(nina)
        assert len(codes_of(nina)) == 9

    def test_every_other_browser_is_signed_out(self, client: Client, nina: User) -> None:
        other = Client()
        set_password(other, recover(other, codes_of(nina)[0]))
        assert client.get(reverse("journal:settings")).status_code == 302

    @pytest.mark.parametrize(
        ("name", "code"),
        [("nina", "1234 5678 9012"), ("nina", ""), ("nina", "☃"), ("nobody", ""), ("", "")],
    )
    def test_anything_else_leads_nowhere(self, nina: User, name: str, code: str) -> None:
        page = recover(Client(), code, name)
        assert not page.redirect_chain
        assert page.context["form"].errors

    def test_a_code_of_somebody_elses_is_none(self, nina: User, user: User) -> None:
        RecoveryCodes.activate(user)
        assert not recover(Client(), codes_of(user)[0]).redirect_chain

    def test_an_account_that_was_switched_off_stays_off(self, nina: User) -> None:
        User.objects.update(is_active=False)
        assert not recover(Client(), codes_of(nina)[0]).redirect_chain

    def test_the_name_may_be_spelt_as_at_signing_in(self, nina: User) -> None:
        assert recover(Client(), codes_of(nina)[0], "ＮＩＮＡ").redirect_chain

    def test_guessing_ends(self, nina: User, settings: SettingsWrapper) -> None:
        limits = settings.RATE_LIMITS["recovery"] | {"name-here": (2, 600)}
        settings.RATE_LIMITS = settings.RATE_LIMITS | {"recovery": limits}
        statuses = [recover(Client(), "1234 5678 9012").status_code for _ in range(4)]
        assert statuses == [200, 200, 429, 429]

    def test_who_is_signed_in_as_somebody_else_ends_up_as_themselves(
        self, nina: User, listener: Client
    ) -> None:
        set_password(listener, recover(listener, codes_of(nina)[0]))
        assert listener.session["_auth_user_id"] == str(nina.pk)


class TestWithTwoSteps:
    """A list of codes is one key: it never opens an account that takes two."""

    @pytest.fixture
    def secret(self, nina: User) -> str:
        cache.clear()
        secret = str(generate_totp_secret())
        TOTP.activate(nina, secret)
        return secret

    def test_the_codes_alone_open_nothing(self, secret: str, nina: User) -> None:
        first, second = codes_of(nina)[:2]
        assert not recover(Client(), first).redirect_chain
        assert not recover(Client(), first, app_code=second).redirect_chain
        assert len(codes_of(nina)) == 10

    def test_with_the_app_they_do(self, secret: str, nina: User) -> None:
        client = Client()
        page = recover(client, codes_of(nina)[0], app_code=code_of(secret))
        page = set_password(client, page)
        assert page.redirect_chain[-1][0] == reverse("mfa_authenticate")
        assert "_auth_user_id" not in client.session
        client.post(reverse("mfa_authenticate"), {"code": codes_of(nina)[0]})
        assert "_auth_user_id" in client.session

    def test_staff_with_a_passkey_needs_more_than_codes_as_well(self, nina: User) -> None:
        User.objects.update(is_staff=True)
        passkey(nina)
        assert not recover(Client(), codes_of(nina)[0]).redirect_chain

    def test_codes_alone_are_no_second_key(
        self, client: Client, nina: User, settings: SettingsWrapper
    ) -> None:
        settings.STAFF_SECOND_FACTOR = True
        User.objects.update(is_staff=True, is_superuser=True)
        assert client.get(reverse("admin:index")).status_code == 403
        assert signs_in(PASSWORD)

    def test_they_stay_when_the_app_is_taken_off(
        self, client: Client, secret: str, nina: User
    ) -> None:
        codes = codes_of(nina)
        client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
        client.post(reverse("mfa_deactivate_totp"))
        assert not Authenticator.objects.filter(type="totp").exists()
        assert codes_of(nina) == codes


class TestInTheSettings:
    def test_new_ones_can_be_made_without_a_second_key(self, client: Client, nina: User) -> None:
        old = codes_of(nina)
        client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
        page = client.post(reverse("mfa_generate_recovery_codes"), follow=True)
        new = codes_of(nina)
        assert not set(old) & set(new)
        assert new == CODE.findall(page.content.decode())
        assert "no-store" in page["Cache-Control"]
        file = client.get(reverse("mfa_download_recovery_codes"))
        assert CODE.findall(file.content.decode()) == new
        assert "no-store" in file["Cache-Control"]

    def test_whoever_finds_a_browser_signed_in_does_not_see_them(self, nina: User) -> None:
        client = Client()
        client.force_login(nina)
        for name in ("mfa_view_recovery_codes", "mfa_download_recovery_codes"):
            assert client.get(reverse(name)).url.startswith(reverse("account_reauthenticate"))

    def test_who_has_none_is_told(self, user: User, listener: Client) -> None:
        page = listener.get(reverse("mfa_index")).content.decode()
        assert "a forgotten password loses your journal" in page


def test_codes_of_before_are_good_still(nina: User) -> None:
    """New codes have twelve digits; those that people wrote down have eight."""
    row = Authenticator.objects.get(user=nina)
    row.data = {"seed": encrypt("0123456789abcdef"), "used_mask": 0b101}
    row.save()
    digest = hmac.new(b"0123456789abcdef", digestmod=sha1)
    old = []
    for number in range(10):
        digest.update(f"{number:3},".encode())
        old.append(str(int.from_bytes(digest.digest()[:4]) % 10**8).zfill(8))
    MIGRATION.write_down(SimpleNamespace(get_model=lambda *_names: Authenticator), None)
    assert [code.replace(" ", "") for code in codes_of(nina)] == [old[1], *old[3:]]
    assert not recover(Client(), old[0]).redirect_chain
    assert recover(Client(), f"{old[5][:4]} {old[5][4:]}").redirect_chain
    assert len(codes_of(nina)) == 7


def test_a_seed_that_no_key_opens_is_left_alone(nina: User) -> None:
    before = {"seed": "not encrypted by us", "used_mask": 0}
    Authenticator.objects.update(data=before)
    MIGRATION.write_down(SimpleNamespace(get_model=lambda *_names: Authenticator), None)
    assert Authenticator.objects.get().data == before


def test_whoever_runs_the_server_can_help_with_a_link(
    nina: User, capsys: pytest.CaptureFixture[str]
) -> None:
    passkey(nina)
    call_command("password_link", "NINA", "--without-second-key", "--base", "http://testserver")
    link = capsys.readouterr().out.strip().removeprefix("http://testserver")
    client = Client()
    set_password(client, client.get(link, follow=True))
    assert signs_in(OTHER)
    assert set(Authenticator.objects.values_list("type", flat=True)) == {"recovery_codes"}
    with pytest.raises(CommandError):
        call_command("password_link", "nobody")
