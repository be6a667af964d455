"""Limits as strangers, listeners and proxies meet them."""

from __future__ import annotations

from collections.abc import Callable
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.template.loader import render_to_string
from django.test import Client, RequestFactory
from django.urls import reverse

from journal.models import Entry
from journal.tests.factories import EntryFactory
from journify.limits.addresses import UNKNOWN, client_address, network_of, site_of
from journify.limits.browsers import remember
from journify.limits.models import Allowance
from spotify_auth.models import User

if TYPE_CHECKING:
    from pytest_django.fixtures import SettingsWrapper

pytestmark = pytest.mark.any_database

HTMX = {"HX-Request": "true"}


@pytest.fixture(autouse=True)
def _tight(settings: SettingsWrapper) -> None:
    settings.RATE_LIMITS = {
        action: dict.fromkeys(limits, (2, 3600)) | {"address": (4, 3600)}
        for action, limits in settings.RATE_LIMITS.items()
    }


@pytest.fixture
def entry(user: User) -> Entry:
    return EntryFactory(journal__user=user)


def statuses(count: int, ask: Callable[[], Any]) -> list[int]:
    return [ask().status_code for _ in range(count)]


def sign_in(client: Client, name: str, address: str = "203.0.113.5") -> Any:
    data = {"login": name, "password": "wrong"}
    return client.post(reverse("account_login"), data, REMOTE_ADDR=address)


class TestSignIn:
    def test_guesses_for_one_name_end_whatever_address_they_come_from(self, db: None) -> None:
        answers = [
            sign_in(Client(), "Alice" if n % 2 else "alice", f"203.0.113.{n}").status_code
            for n in range(5)
        ]
        assert answers == [200, 200, 429, 429, 429]

    def test_another_way_to_write_a_name_is_no_other_name(self, db: None) -> None:
        names = (
            "alice",
            "ALICE",
            " Alice ",
            "al\u0131ce",
        )  # UPPER() of a database finds all of them
        answers = [sign_in(Client(), name, f"203.0.113.{n}") for n, name in enumerate(names)]
        assert [answer.status_code for answer in answers] == [200, 200, 429, 429]

    def test_guesses_from_one_address_end_whatever_name_they_are_for(self, db: None) -> None:
        answers = [sign_in(Client(), f"name{n}").status_code for n in range(6)]
        assert answers == [200] * 4 + [429] * 2

    def test_reading_the_page_costs_nothing(self, client: Client, db: None) -> None:
        assert set(statuses(9, lambda: client.get(reverse("account_login")))) == {200}

    def test_the_right_password_does_not_help_either(self, user: User, client: Client) -> None:
        user.set_password("right enough")
        user.save()
        for _ in range(2):
            sign_in(client, user.username)
        data = {"login": user.username, "password": "right enough"}
        assert client.post(reverse("account_login"), data).status_code == 429

    def test_nobody_locks_a_listener_out_of_a_browser_that_was_theirs(self, user: User) -> None:
        user.set_password("right enough")
        user.save()
        data = {"login": user.username, "password": "right enough"}
        theirs = Client()
        theirs.post(reverse("account_login"), data)
        theirs.post(reverse("account_logout"))
        for n in range(6):
            sign_in(Client(), user.username, f"203.0.113.{n % 3}")
        assert Client().post(reverse("account_login"), data).status_code == 429
        assert theirs.post(reverse("account_login"), data).status_code == 302

    def test_guesses_from_there_end_as_well(self, user: User) -> None:
        user.set_password("right enough")
        user.save()
        theirs = Client()
        theirs.post(reverse("account_login"), {"login": "alice", "password": "right enough"})
        theirs.post(reverse("account_logout"))
        assert statuses(4, lambda: sign_in(theirs, "alice")) == [200, 200, 429, 429]

    def test_what_makes_a_browser_known_is_good_for_one_name_and_cannot_be_made_up(
        self, user: User, stranger: User
    ) -> None:
        stranger.set_password("right enough")
        stranger.save()
        theirs = Client()
        theirs.post(reverse("account_login"), {"login": "mallory", "password": "right enough"})
        theirs.post(reverse("account_logout"))
        known = next(name for name in theirs.cookies if name.startswith("known-"))
        remember(response := HttpResponse(), "alice")
        forged = next(iter(response.cookies))
        theirs.cookies[forged] = theirs.cookies[known].value
        assert statuses(3, lambda: sign_in(theirs, "alice")) == [200, 200, 429]

    def test_one_place_cannot_use_up_a_name_everywhere(
        self, user: User, settings: SettingsWrapper
    ) -> None:
        limits = {"name-here": (2, 3600), "name": (5, 3600), "address": (90, 3600)}
        settings.RATE_LIMITS = settings.RATE_LIMITS | {"sign-in": limits}
        user.set_password("right enough")
        user.save()
        assert statuses(9, lambda: sign_in(Client(), "alice"))[-7:] == [429] * 7
        data = {"login": user.username, "password": "right enough"}
        response = Client().post(reverse("account_login"), data, REMOTE_ADDR="198.51.100.7")
        assert response.status_code == 302

    def test_nor_can_a_site_with_all_its_networks(
        self, user: User, settings: SettingsWrapper
    ) -> None:
        limits = {"name-here": (2, 3600), "name": (5, 3600), "address": (90, 3600)}
        settings.RATE_LIMITS = settings.RATE_LIMITS | {"sign-in": limits}
        for number in range(8):
            sign_in(Client(), "alice", f"2001:db8:1:{number}::1")
        assert sign_in(Client(), "alice", "2001:db8:2::1").status_code == 200

    def test_allauth_counts_nothing_beside_us(self, user: User, settings: SettingsWrapper) -> None:
        """Five wrong guesses in one process locked a name, without a word about when to return."""
        limits = {"name-here": (20, 900), "name": (100, 900), "address": (90, 600)}
        settings.RATE_LIMITS = settings.RATE_LIMITS | {"sign-in": limits}
        user.set_password("right enough")
        user.save()
        for _ in range(12):
            sign_in(Client(), "alice")
        data = {"login": "alice", "password": "right enough"}
        assert Client().post(reverse("account_login"), data).status_code == 302

    def test_accounts_cannot_be_made_in_bulk(self, client: Client, db: None) -> None:
        def sign_up() -> Any:
            name = f"listener{User.objects.count()}"
            data = {"username": name, "password1": "a-good-one!", "password2": "a-good-one!"}
            return Client().post(reverse("account_signup"), data)

        assert statuses(6, sign_up) == [302] * 4 + [429] * 2
        assert User.objects.count() == 4


class TestListener:
    @pytest.mark.parametrize("name", ["answer", "retry", "picker", "remote"])
    def test_429_when_asked_too_often(self, name: str, entry: Entry, listener: Client) -> None:
        path = reverse(f"journal:{name}", args=[entry.pk])
        method = listener.post if name in {"answer", "retry"} else listener.get
        answers = statuses(4, lambda: method(path, headers=HTMX))
        assert answers[:2] != [429, 429]
        assert answers[2:] == [429, 429]

    def test_another_listener_at_the_same_address_may_go_on(
        self, entry: Entry, listener: Client, stranger: User, browser_of: Callable[[User], Client]
    ) -> None:
        path = reverse("journal:picker", args=[entry.pk])
        statuses(3, lambda: listener.get(path))
        theirs = EntryFactory(journal__user=stranger)
        path = reverse("journal:picker", args=[theirs.pk])
        assert statuses(3, lambda: browser_of(stranger).get(path)) == [200, 200, 429]

    def test_files_are_counted_apart_from_answers(
        self, entry: Entry, listener: Client, settings: SettingsWrapper
    ) -> None:
        settings.RATE_LIMITS = settings.RATE_LIMITS | {"classify": {}}
        path = reverse("journal:answer", args=[entry.pk])

        def send() -> Any:
            return listener.post(path, {"audio": SimpleUploadedFile("a.mp3", b"no music")})

        assert statuses(4, send) == [200, 200, 429, 429]


class TestAnswer:
    def limited(self, client: Client, **options: Any) -> Any:
        for _ in range(4):
            client.post(reverse("account_login"), {"login": "a"}, **options)
        return client.post(reverse("account_login"), {"login": "a"}, **options)

    def test_the_page_says_it_in_our_frame(self, client: Client, db: None) -> None:
        response = self.limited(client)
        page = response.content.decode()
        assert "A little slower, please" in page
        assert "please try again in 15 minutes" in page
        assert int(response["Retry-After"]) == pytest.approx(900, abs=5)

    def test_htmx_gets_the_sentence_alone(self, client: Client, db: None) -> None:
        response = self.limited(client, headers=HTMX)
        assert response.status_code == HTTPStatus.TOO_MANY_REQUESTS
        assert response.content.decode().strip().startswith("That was too often")
        assert "<html" not in response.content.decode()

    def test_the_table_tells_nobody_who_or_where(self, client: Client, db: None) -> None:
        self.limited(client)
        assert all(len(row.key) == 64 and int(row.key, 16) for row in Allowance.objects.all())

    def test_no_limits_when_switched_off(
        self, client: Client, settings: SettingsWrapper, db: None
    ) -> None:
        settings.RATE_LIMIT_FACTOR = 0
        assert self.limited(client).status_code == HTTPStatus.OK


class TestAddress:
    @pytest.mark.parametrize(
        ("proxies", "forwarded", "remote", "expected"),
        [
            (0, "198.51.100.9", "203.0.113.5", "203.0.113.5"),  # nobody to believe
            (1, "198.51.100.9", "127.0.0.1", "198.51.100.9"),
            (1, "10.9.9.9, 198.51.100.9", "127.0.0.1", "198.51.100.9"),  # the first is invented
            (2, "6.6.6.6, 198.51.100.9, 10.0.0.2", "10.0.0.1", "198.51.100.9"),
            (2, "198.51.100.9", "10.0.0.1", "10.0.0.1"),  # came past a proxy
            (1, "", "203.0.113.5", "203.0.113.5"),
            (1, "not an address", "127.0.0.1", UNKNOWN),
            (0, "", "", UNKNOWN),  # a Unix socket
            (0, "", "::ffff:203.0.113.5", "203.0.113.5"),
        ],
    )
    def test_only_our_proxies_are_believed(
        self, proxies: int, forwarded: str, remote: str, expected: str, settings: SettingsWrapper
    ) -> None:
        settings.TRUSTED_PROXIES = proxies
        headers = {"X-Forwarded-For": forwarded} if forwarded else {}
        request = RequestFactory().get("/", headers=headers, REMOTE_ADDR=remote)
        assert client_address(request) == expected

    def test_a_customers_ipv6_addresses_are_one(self) -> None:
        assert network_of("2001:db8:1:2:3::1") == network_of("2001:db8:1:2:ffff::9")
        assert network_of("2001:db8:1:2::1") != network_of("2001:db8:1:3::1")
        assert network_of("203.0.113.5") == "203.0.113.5"

    def test_many_networks_of_one_site_do_not_add_up(self, db: None) -> None:
        """Whoever has a /48 has 65,536 networks to come from."""
        answers = [
            sign_in(Client(), f"name-{n}", f"2001:db8:7:{n:x}::1").status_code for n in range(14)
        ]
        assert answers == [200] * 12 + [429] * 2
        elsewhere = sign_in(Client(), "name-x", "2001:db8:8::1")
        assert elsewhere.status_code == 200

    def test_ipv4_addresses_have_no_site(self) -> None:
        assert site_of("203.0.113.5") == site_of(UNKNOWN) == ""
        assert site_of("2001:db8:7:1::1") == "2001:db8:7::/48"

    def test_an_invented_header_buys_no_more_guesses(self, db: None) -> None:
        answers = [
            Client()
            .post(
                reverse("account_login"),
                {"login": f"name{n}", "password": "wrong"},
                headers={"X-Forwarded-For": f"198.51.100.{n}"},
            )
            .status_code
            for n in range(6)
        ]
        assert answers[-1] == 429


def test_a_page_is_shown_when_the_wait_is_not_known() -> None:
    assert "try again in a minute" in render_to_string("429.html")
