"""Passkeys: they sign in by themselves, and nobody is locked out by having one or losing it."""

from __future__ import annotations

import json
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.test import Client
from django.urls import reverse

from journify.tests.sandbox import Sandbox
from spotify_auth.mfa.tests.keys import PRESENT, SoftKey, passkey, sign_in_with
from spotify_auth.mfa.ways import codes_of
from spotify_auth.models import User
from spotify_auth.sign_in.tests.test_sign_in import HOST
from spotify_auth.sign_in.tests.test_sign_in import sign_in as with_spotify

if TYPE_CHECKING:
    from pytest_django.fixtures import SettingsWrapper

pytestmark = pytest.mark.any_database

PASSWORD = "a song nobody hums"
# of every shape but the right one
NONSENSE = [
    *("", "x", "null", "[]", "{}", "1", '"x"', '{"response": []}', '{"response": {}}'),
    '{"response": {"userHandle": 1}}',
    '{"id": 1, "rawId": 1, "response": {"clientDataJSON": 1}, "type": "public-key"}',
    json.dumps({"id": "a", "rawId": "a", "type": "public-key", "response": {"userHandle": "Zm9v"}}),
]


@pytest.fixture(autouse=True)
def _unlimited(settings: SettingsWrapper) -> None:
    settings.RATE_LIMIT_FACTOR = 0


@pytest.fixture
def alice(user: User) -> User:
    user.set_password(PASSWORD)
    user.save()
    return user


@pytest.fixture
def key() -> SoftKey:
    return SoftKey()


def is_in(client: Client) -> bool:
    return "_auth_user_id" in client.session


def with_password(client: Client) -> Any:
    data = {"login": "alice", "password": PASSWORD}
    return client.post(reverse("account_login"), data)


def add(client: Client, key: SoftKey, *, flags: int = 0, path: str = "") -> Any:
    path = path or reverse("mfa_add_webauthn")
    page = client.get(path)
    options = page.context["js_data"]["creation_options"]["publicKey"]
    how = {"flags": flags} if flags else {}
    credential = json.dumps(key.create(options["challenge"], **how))
    return client.post(path, {"name": "My phone", "credential": credential})


class TestAdding:
    @pytest.fixture
    def client(self, alice: User) -> Client:
        client = Client()
        with_password(client)
        client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
        return client

    def test_it_is_a_key_that_knows_who_holds_it(self, client: Client, key: SoftKey) -> None:
        page = client.get(reverse("mfa_add_webauthn"))
        options = page.context["js_data"]["creation_options"]["publicKey"]
        chosen = options["authenticatorSelection"]
        assert (chosen["residentKey"], chosen["userVerification"]) == ("required", "required")
        assert options["rp"] == {"name": "Journify", "id": "testserver"}
        assert options["user"]["name"] == "alice"

    def test_it_signs_in_from_then_on(self, client: Client, key: SoftKey, alice: User) -> None:
        assert add(client, key).status_code == HTTPStatus.FOUND
        other = Client()
        assert sign_in_with(other, key, alice).url == reverse("journal:today")
        assert is_in(other)

    def test_recovery_codes_come_with_it(self, client: Client, key: SoftKey, alice: User) -> None:
        assert add(client, key).url == reverse("mfa_view_recovery_codes")
        assert len(codes_of(alice)) == 10

    def test_one_that_asks_nobody_for_a_finger_is_refused(
        self, client: Client, key: SoftKey
    ) -> None:
        assert add(client, key, flags=PRESENT).status_code == HTTPStatus.OK
        assert not Authenticator.objects.exists()

    @pytest.mark.parametrize("said", NONSENSE)
    def test_what_is_none_is_refused(self, client: Client, said: str) -> None:
        client.get(reverse("mfa_add_webauthn"))
        response = client.post(reverse("mfa_add_webauthn"), {"credential": said})
        assert response.status_code == HTTPStatus.OK
        assert not Authenticator.objects.exists()

    def test_an_address_that_is_not_confirmed_stands_in_nobodys_way(
        self, client: Client, key: SoftKey, alice: User
    ) -> None:
        EmailAddress.objects.create(user=alice, email="typo@example.org", verified=False)
        add(client, key)
        assert Authenticator.objects.filter(type="webauthn").exists()

    def test_who_was_away_says_the_password_first(self, alice: User) -> None:
        client = Client()
        client.force_login(alice)
        response = client.get(reverse("mfa_add_webauthn"))
        assert response.url.startswith(reverse("account_reauthenticate"))


class TestSigningIn:
    @pytest.mark.parametrize("said", NONSENSE)
    def test_nonsense_is_sent_back(self, said: str, db: None) -> None:
        client = Client()
        client.get(reverse("mfa_login_webauthn"), headers={"Accept": "application/json"})
        response = client.post(reverse("mfa_login_webauthn"), {"credential": said})
        assert response.url == reverse("account_login")
        assert not is_in(client)

    def test_a_key_of_somebody_elses_opens_nothing(
        self, key: SoftKey, alice: User, stranger: User
    ) -> None:
        passkey(stranger, key)
        passkey(alice)
        client = Client()
        sign_in_with(client, key, alice)
        assert not is_in(client)

    def test_an_answer_works_once(self, key: SoftKey, alice: User) -> None:
        passkey(alice, key)
        client, path = Client(), reverse("mfa_login_webauthn")
        options = client.get(path, headers={"Accept": "application/json"}).json()
        said = key.get(options["request_options"]["publicKey"]["challenge"], alice)
        client.post(path, {"credential": json.dumps(said)})
        assert is_in(client)
        client.post(reverse("account_logout"))
        client.get(path, headers={"Accept": "application/json"})
        client.post(path, {"credential": json.dumps(said)})
        assert not is_in(client)

    def test_a_key_without_a_finger_opens_nothing(self, key: SoftKey, alice: User) -> None:
        passkey(alice, key)
        client = Client()
        sign_in_with(client, key, alice, flags=PRESENT)
        assert not is_in(client)

    def test_one_of_another_site_opens_nothing(self, alice: User) -> None:
        key = SoftKey(host="evil.example")
        passkey(alice, key)
        client = Client()
        sign_in_with(client, key, alice)
        assert not is_in(client)

    def test_it_is_a_way_in_beside_the_password(self, key: SoftKey, alice: User) -> None:
        """Who loses the phone and the codes has the password still."""
        passkey(alice, key)
        client = Client()
        assert with_password(client).url == reverse("journal:today")

    def test_staff_needs_two_keys_all_the_same(
        self, key: SoftKey, alice: User, settings: SettingsWrapper
    ) -> None:
        settings.STAFF_SECOND_FACTOR = True
        User.objects.update(is_staff=True, is_superuser=True)
        passkey(alice, key)
        client = Client()
        assert with_password(client).url == reverse("mfa_authenticate")
        page = client.get(reverse("mfa_authenticate"))
        challenge = page.context["js_data"]["request_options"]["publicKey"]["challenge"]
        said = json.dumps(key.get(challenge, alice))
        client.post(reverse("mfa_authenticate"), {"credential": said})
        assert is_in(client)
        assert client.get(reverse("admin:index")).status_code == HTTPStatus.OK

    def test_with_a_finger_it_is_two_keys_in_one(
        self, key: SoftKey, alice: User, settings: SettingsWrapper
    ) -> None:
        settings.STAFF_SECOND_FACTOR = True
        User.objects.update(is_staff=True, is_superuser=True)
        passkey(alice, key)
        client = Client()
        sign_in_with(client, key, alice)
        assert client.get(reverse("admin:index")).status_code == HTTPStatus.OK

    def test_too_many_tries_end(self, settings: SettingsWrapper, db: None) -> None:
        settings.RATE_LIMIT_FACTOR = 1
        settings.RATE_LIMITS = settings.RATE_LIMITS | {"passkey": {"address": (2, 600)}}
        path = reverse("mfa_login_webauthn")
        assert [Client().get(path).status_code for _ in range(3)] == [302, 302, 429]


class TestKeeping:
    @pytest.fixture
    def client(self, alice: User) -> Client:
        client = Client()
        with_password(client)
        client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
        return client

    def test_it_has_a_name_that_can_be_changed(self, client: Client, alice: User) -> None:
        row = passkey(alice)
        assert "My phone" in client.get(reverse("mfa_index")).content.decode()
        path = reverse("mfa_edit_webauthn", args=[row.pk])
        assert client.get(path).status_code == HTTPStatus.OK
        client.post(path, {"name": "Old <phone>"})
        assert "Old &lt;phone&gt;" in client.get(reverse("mfa_index")).content.decode()

    def test_it_can_be_removed_and_the_codes_stay(self, client: Client, key: SoftKey) -> None:
        add(client, key)
        user = User.objects.get()
        codes = codes_of(user)
        row = Authenticator.objects.get(type="webauthn")
        path = reverse("mfa_remove_webauthn", args=[row.pk])
        assert client.get(path).status_code == HTTPStatus.OK
        client.post(path)
        assert not Authenticator.objects.filter(type="webauthn").exists()
        assert codes_of(user) == codes != []

    @pytest.mark.parametrize(
        "pk", ["0", "99999", "x", "9" * 40, "00000000-0000-0000-0000-000000000000"]
    )
    def test_another_key_is_not_found(self, client: Client, pk: str) -> None:
        for name in ("mfa_edit_webauthn", "mfa_remove_webauthn"):
            assert client.get(reverse(name, args=[pk])).status_code == HTTPStatus.NOT_FOUND

    def test_the_last_way_in_is_not_removed(self, key: SoftKey, alice: User) -> None:
        row = passkey(alice, key)
        User.objects.update(password="!")
        client = Client()
        sign_in_with(client, key, alice)
        response = client.post(reverse("mfa_remove_webauthn", args=[row.pk]))
        assert response.url == reverse("account_set_password")
        assert Authenticator.objects.filter(pk=row.pk).exists()


class TestOnlyEverSpotify:
    """Neither password nor address: allauth alone answers 403 wherever it asks who is there."""

    @pytest.fixture
    def client(self, sandbox: Sandbox, db: None) -> Client:
        client = Client(headers={"host": HOST})
        with_spotify(client)
        return client

    def test_who_just_came_adds_a_passkey(self, client: Client) -> None:
        key = SoftKey(host="127.0.0.1")
        assert add(client, key).status_code == HTTPStatus.FOUND
        other = Client(headers={"host": HOST})
        sign_in_with(other, key, User.objects.get())
        assert is_in(other)

    def test_who_came_long_ago_goes_to_spotify_once_more_and_on(
        self, client: Client, sandbox: Sandbox
    ) -> None:
        user = User.objects.get()
        client = Client(headers={"host": HOST})
        client.force_login(user)
        response = client.get(reverse("mfa_add_webauthn"))
        assert response.url.startswith(reverse("spotify_login"))
        assert "next=" in response.url
        assert "Continue with Spotify" in client.get(response.url).content.decode()

    def test_the_codes_are_asked_for_as_little_as_a_password(self, client: Client) -> None:
        assert client.get(reverse("mfa_view_recovery_codes")).status_code == HTTPStatus.OK
