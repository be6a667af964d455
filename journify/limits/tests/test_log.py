"""What the log says of failed sign-ins, and what deploy/fail2ban makes of it."""

from __future__ import annotations

import configparser
import io
import json
import logging
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pytest
from allauth.mfa.models import Authenticator
from django.conf import settings as configured
from django.test import Client
from django.urls import reverse

from journify.monitoring.logs import LineFormatter, ObjectFormatter
from spotify_auth.models import User

if TYPE_CHECKING:
    from pytest_django.fixtures import SettingsWrapper

pytestmark = pytest.mark.any_database

FILTER = configured.BASE_DIR / "deploy" / "fail2ban" / "filter.d" / "journify.conf"
# what fail2ban puts in place of <HOST>, as far as addresses go (server/failregex.py)
HOST = r"(?:::f{4,6}:)?(?P<host>(?:\d{1,3}\.){3}\d{1,3}|[0-9a-fA-F:]*:[0-9a-fA-F:]+)"
ADDRESSES = ["203.0.113.5", "2001:db8::17"]


@pytest.fixture(params=[LineFormatter, ObjectFormatter])
def log(request: pytest.FixtureRequest) -> Iterator[io.StringIO]:
    """The log as it is written."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(request.param())
    logging.getLogger().addHandler(handler)
    yield stream
    logging.getLogger().removeHandler(handler)


def banned(log: io.StringIO) -> list[str]:
    """The addresses that the shipped filter finds, in order."""
    config = configparser.RawConfigParser()
    config.read(FILTER)
    rules = [rule.strip() for rule in config["Definition"]["failregex"].splitlines()]
    found = (
        re.search(rule.replace("<HOST>", HOST), line)
        for line in log.getvalue().splitlines()
        for rule in rules
    )
    return [match["host"] for match in found if match]


def guess(address: str, name: str = "alice") -> Any:
    data = {"login": name, "password": "wrong"}
    return Client().post(reverse("account_login"), data, REMOTE_ADDR=address)


@pytest.mark.parametrize("address", ADDRESSES)
class TestInFull:
    @pytest.fixture(autouse=True)
    def _in_full(self, settings: SettingsWrapper) -> None:
        settings.LOG_ADDRESSES = "full"

    def test_a_wrong_password_is_found(self, address: str, log: io.StringIO, user: User) -> None:
        guess(address)
        assert banned(log) == [address]

    def test_a_name_that_nobody_has_is_found(
        self, address: str, log: io.StringIO, db: None
    ) -> None:
        guess(address, "nobody")
        assert banned(log) == [address]

    def test_too_many_requests_are_found(
        self, address: str, log: io.StringIO, db: None, settings: SettingsWrapper
    ) -> None:
        settings.RATE_LIMITS = settings.RATE_LIMITS | {"sign-in": {"address": (1, 600)}}
        for _ in range(3):
            guess(address)
        assert banned(log) == 3 * [address]

    def test_a_wrong_code_is_found(self, address: str, log: io.StringIO, user: User) -> None:
        user.set_password("right enough")
        user.save()
        data = {"secret": "no-secret-of-ours"}
        Authenticator.objects.create(user=user, type=Authenticator.Type.TOTP, data=data)
        client = Client(REMOTE_ADDR=address)
        client.post(reverse("account_login"), {"login": "alice", "password": "right enough"})
        client.post(reverse("mfa_authenticate"), {"code": "123456"})
        assert banned(log) == [address]

    def test_nobody_else_can_be_made_to_look_guilty(
        self, address: str, log: io.StringIO, user: User
    ) -> None:
        line = "failed action=sign-in address=198.51.100.1 "
        headers = {"X-Request-ID": line, "User-Agent": line, "X-Forwarded-For": "198.51.100.1"}
        data = {"login": line, "password": line}
        Client(headers=headers).post(reverse("account_login"), data, REMOTE_ADDR=address)
        assert banned(log) == [address]


def test_by_default_an_address_is_a_hash_that_stays(log: io.StringIO, user: User) -> None:
    for address in (*ADDRESSES, ADDRESSES[0]):
        guess(address)
    text = log.getvalue()
    hashes = re.findall(r"address=([0-9a-f]{16})\b", text)
    assert len(hashes) == 3
    assert hashes[0] == hashes[2] != hashes[1]
    assert not any(address in text for address in ADDRESSES)
    assert banned(log) == []


def test_a_right_password_is_not_written_down(log: io.StringIO, user: User) -> None:
    user.set_password("right enough")
    user.save()
    Client().post(reverse("account_login"), {"login": "alice", "password": "right enough"})
    assert "failed" not in log.getvalue()
    assert json.dumps("alice") not in log.getvalue()
