"""The second key: setting it up, signing in with it, and the admin that asks for it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from http import HTTPStatus
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import time_machine
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import (
    format_hotp_value,
    hotp_value,
    yield_hotp_counters_from_time,
)
from cryptography.fernet import Fernet
from django.conf import settings
from django.core.cache import cache
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from journify.limits.models import Allowance
from spotify_auth.encryption import decrypt, encrypt
from spotify_auth.management.commands import rotate_token_keys
from spotify_auth.models import User
from spotify_auth.tests.factories import UserFactory

if TYPE_CHECKING:
    from pytest_django.fixtures import SettingsWrapper

pytestmark = pytest.mark.any_database

PASSWORD = "a song nobody hums"


@pytest.fixture(autouse=True)
def _in_one_moment() -> Iterator[None]:
    """A code holds for half a minute, which may be over between its making and its use."""
    with time_machine.travel(timezone.now(), tick=False):
        yield


@pytest.fixture(autouse=True)
def _enforced(settings: SettingsWrapper) -> None:
    settings.STAFF_SECOND_FACTOR = True
    cache.clear()  # allauth remembers used codes there


@pytest.fixture
def staff(db: None) -> User:
    user = UserFactory(username="carol", is_staff=True, is_superuser=True)
    user.set_password(PASSWORD)
    user.save()
    return user


def sign_in(client: Client) -> Any:
    data = {"login": "carol", "password": PASSWORD}
    return client.post(reverse("account_login"), data)


def confirm(client: Client) -> None:
    """Say the password once more, as every change of the second key asks."""
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})


def code_of(secret: str) -> str:
    counter = next(iter(yield_hotp_counters_from_time()))
    return str(format_hotp_value(hotp_value(secret, counter)))


def set_up(client: Client) -> str:
    confirm(client)
    page = client.get(reverse("mfa_activate_totp"))
    secret = str(page.context["form"].secret)
    response = client.post(reverse("mfa_activate_totp"), {"code": code_of(secret)})
    assert response.status_code == HTTPStatus.FOUND
    cache.clear()
    return secret


@pytest.fixture
def secret(staff: User, client: Client) -> str:
    """The key of an account that has a second one, of which nobody is signed in."""
    sign_in(client)
    secret = set_up(client)
    client.logout()
    return secret


def test_the_picture_to_scan_is_white_by_night_too(staff: User, client: Client) -> None:
    sign_in(client)
    confirm(client)
    assert 'class="scannable"' in client.get(reverse("mfa_activate_totp")).text
    styles = Path(settings.BASE_DIR, "static", "css", "layout.css").read_text(encoding="utf-8")
    assert re.search(r"\.scannable \{\s+background: white;", styles)


class TestAdmin:
    def test_a_password_alone_opens_no_page_of_it(self, staff: User, client: Client) -> None:
        sign_in(client)
        for name in ("admin:index", "admin:classifier_song_changelist", "admin:logout"):
            response = client.post(reverse(name)) if "logout" in name else client.get(reverse(name))
            assert response.status_code == HTTPStatus.FORBIDDEN
            assert "The admin asks for two-step sign-in" in response.content.decode()
            assert reverse("mfa_activate_totp") in response.content.decode()

    def test_it_opens_once_the_second_key_is_set_up(self, staff: User, client: Client) -> None:
        sign_in(client)
        set_up(client)
        assert client.get(reverse("admin:index")).status_code == HTTPStatus.OK

    def test_it_closes_when_the_second_key_is_taken_off(self, staff: User, client: Client) -> None:
        sign_in(client)
        set_up(client)
        client.post(reverse("mfa_deactivate_totp"))
        assert client.get(reverse("admin:index")).status_code == HTTPStatus.FORBIDDEN

    def test_other_spellings_of_the_path_lead_nowhere(self, staff: User, client: Client) -> None:
        sign_in(client)
        for path in ("//admin/", "/admin", "/./admin/", "/ADMIN/", "/%61dmin/"):
            response = client.get(path)
            assert response.status_code != HTTPStatus.OK, path

    def test_listeners_are_no_concern_of_it(self, user: User, client: Client) -> None:
        client.force_login(user)
        assert client.get(reverse("admin:index")).status_code == HTTPStatus.FOUND

    def test_switched_off_on_ones_own_machine(
        self, staff: User, client: Client, settings: SettingsWrapper
    ) -> None:
        settings.STAFF_SECOND_FACTOR = False
        sign_in(client)
        assert client.get(reverse("admin:index")).status_code == HTTPStatus.OK


class TestSignIn:
    def test_the_password_is_half_the_way(self, secret: str) -> None:
        client = Client()
        assert sign_in(client)["Location"] == reverse("mfa_authenticate")
        assert "_auth_user_id" not in client.session
        assert client.get(reverse("journal:today"))["Location"].startswith(reverse("account_login"))

    def test_the_code_is_the_other_half(self, secret: str) -> None:
        client = Client()
        sign_in(client)
        response = client.post(reverse("mfa_authenticate"), {"code": code_of(secret)})
        assert response.status_code == HTTPStatus.FOUND
        assert client.get(reverse("admin:index")).status_code == HTTPStatus.OK

    @pytest.mark.parametrize("name", ["mfa_authenticate", "mfa_reauthenticate"])
    def test_a_code_that_somebody_watched_is_used_up(
        self, name: str, secret: str, staff: User
    ) -> None:
        code, client, other = code_of(secret), Client(), Client()
        sign_in(client)
        client.post(reverse("mfa_authenticate"), {"code": code})
        assert "_auth_user_id" in client.session
        cache.clear()  # as another process would have it, or the next half minute
        if name == "mfa_reauthenticate":
            other.force_login(staff)
        else:
            sign_in(other)
        response = other.post(reverse(name), {"code": code})
        assert response.status_code == HTTPStatus.OK
        assert response.context["form"].errors == {"code": ["Incorrect code."]}

    def test_guessing_codes_ends_in_every_process(
        self, secret: str, settings: SettingsWrapper
    ) -> None:
        settings.RATE_LIMITS = settings.RATE_LIMITS | {"second-factor": {"name": (3, 600)}}
        answers = []
        for _ in range(3):  # a new session each time does not help
            client = Client()
            cache.clear()  # as another process would have it
            sign_in(client)
            for _ in range(2):
                response = client.post(reverse("mfa_authenticate"), {"code": "000000"})
                answers.append(response.status_code)
        assert answers == [200, 200, 200, 429, 429, 429]

    def test_a_recovery_code_works_once(self, secret: str, staff: User) -> None:
        codes = Authenticator.objects.get(user=staff, type="recovery_codes").wrap()
        code = codes.get_unused_codes()[0]
        for expected in (True, False):
            client = Client()
            sign_in(client)
            client.post(reverse("mfa_authenticate"), {"code": code})
            assert ("_auth_user_id" in client.session) is expected


def test_secrets_are_unreadable_in_the_database(secret: str, staff: User) -> None:
    stored = Authenticator.objects.get(user=staff, type="totp").data["secret"]
    assert secret not in stored
    assert decrypt(stored) == secret
    seed = Authenticator.objects.get(user=staff, type="recovery_codes").data["seed"]
    assert decrypt(seed) not in {"", seed}


class TestKeys:
    """What becomes of second keys when TOKEN_KEYS change."""

    OLD, NEW = Fernet.generate_key().decode(), Fernet.generate_key().decode()

    @pytest.fixture(autouse=True)
    def _with_the_old_key(self, settings: SettingsWrapper) -> None:
        settings.TOKEN_KEYS = [self.OLD]

    @pytest.fixture
    def codes(self, _with_the_old_key: None, secret: str, staff: User) -> list[str]:
        recovery = Authenticator.objects.get(user=staff, type="recovery_codes").wrap()
        assert recovery.validate_code(recovery.generate_codes()[0])
        unused: list[str] = recovery.get_unused_codes()
        return unused

    def test_the_old_key_can_go_after_the_rotation(
        self, codes: list[str], secret: str, staff: User, settings: SettingsWrapper
    ) -> None:
        settings.TOKEN_KEYS = [self.NEW, self.OLD]
        call_command("rotate_token_keys", verbosity=0)
        settings.TOKEN_KEYS = [self.NEW]
        cache.clear()
        totp, recovery = (
            Authenticator.objects.get(user=staff, type=kind).wrap()
            for kind in ("totp", "recovery_codes")
        )
        assert totp.validate_code(code_of(secret))
        assert recovery.get_unused_codes() == codes

    def test_codes_that_were_brought_along_are_rotated_each(
        self, codes: list[str], staff: User, settings: SettingsWrapper
    ) -> None:
        brought = {"migrated_codes": [encrypt("one"), encrypt("two")]}
        Authenticator.objects.filter(user=staff, type="recovery_codes").update(data=brought)
        settings.TOKEN_KEYS = [self.NEW, self.OLD]
        call_command("rotate_token_keys", verbosity=0)
        settings.TOKEN_KEYS = [self.NEW]
        recovery = Authenticator.objects.get(user=staff, type="recovery_codes").wrap()
        assert recovery.get_unused_codes() == ["one", "two"]

    def test_a_code_that_is_used_meanwhile_stays_used(
        self,
        codes: list[str],
        staff: User,
        settings: SettingsWrapper,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        def encrypt_while_a_code_is_used(text: str) -> str:
            recovery = Authenticator.objects.get(user=staff, type="recovery_codes").wrap()
            recovery.validate_code(codes[0])
            return encrypt(text)

        settings.TOKEN_KEYS = [self.NEW, self.OLD]
        with monkeypatch.context() as meanwhile:
            meanwhile.setattr(rotate_token_keys, "encrypt", encrypt_while_a_code_is_used)
            with pytest.raises(CommandError, match="1 fit none of TOKEN_KEYS, or were changed"):
                call_command("rotate_token_keys", verbosity=0)
        call_command("rotate_token_keys", verbosity=0)
        settings.TOKEN_KEYS = [self.NEW]
        recovery = Authenticator.objects.get(user=staff, type="recovery_codes").wrap()
        assert recovery.get_unused_codes() == codes[1:]

    def test_no_code_can_be_computed_when_no_key_fits(
        self, codes: list[str], staff: User, settings: SettingsWrapper
    ) -> None:
        settings.TOKEN_KEYS = [self.NEW]
        with pytest.raises(CommandError, match="2 fit none"):
            call_command("rotate_token_keys", verbosity=0)
        totp, recovery = (
            Authenticator.objects.get(user=staff, type=kind).wrap()
            for kind in ("totp", "recovery_codes")
        )
        assert not totp.validate_code(code_of(""))
        assert recovery.generate_codes() != recovery.generate_codes()


@pytest.mark.parametrize(
    "name",
    [
        "mfa_index",
        "mfa_view_recovery_codes",
        "mfa_generate_recovery_codes",
        "mfa_deactivate_totp",
        "mfa_download_recovery_codes",
    ],
)
def test_every_page_comes(name: str, staff: User, client: Client) -> None:
    sign_in(client)
    set_up(client)
    assert client.get(reverse(name)).status_code == HTTPStatus.OK


def test_what_changes_the_key_asks_who_is_there(secret: str, staff: User) -> None:
    client = Client()
    client.force_login(staff)  # a session without a recent sign-in
    response = client.get(reverse("mfa_deactivate_totp"))
    assert response["Location"].startswith(reverse("account_reauthenticate"))
    assert client.get(reverse("mfa_reauthenticate")).status_code == HTTPStatus.OK
    assert client.get(response["Location"]).status_code == HTTPStatus.OK


@pytest.mark.parametrize(
    ("name", "field"),
    [
        ("account_reauthenticate", "password"),
        ("mfa_reauthenticate", "code"),
        ("account_change_password", "oldpassword"),
    ],
)
def test_whoever_holds_a_session_cannot_guess_on_in_other_processes(
    name: str, field: str, secret: str, staff: User, settings: SettingsWrapper
) -> None:
    settings.RATE_LIMITS = settings.RATE_LIMITS | {"sign-in": {"user": (2, 600)}}
    client = Client()
    client.force_login(staff)
    Allowance.objects.all().delete()  # setting it up asked for the password, too
    answers = []
    for _ in range(4):
        cache.clear()  # as another process would have it
        answers.append(client.post(reverse(name), {field: "000000"}).status_code)
    assert answers == [200, 200, 429, 429]
