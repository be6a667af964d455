from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from cryptography.fernet import Fernet

from spotify_auth.checks import keys_are_a_pair, token_keys_are_keys

if TYPE_CHECKING:
    from pytest_django.fixtures import SettingsWrapper


@pytest.mark.parametrize(
    ("client_id", "secret", "count"), [("", "", 0), ("a", "b", 0), ("a", "", 1), ("", "b", 1)]
)
def test_warned_when_one_key_is_missing(
    client_id: str, secret: str, count: int, settings: SettingsWrapper
) -> None:
    settings.SPOTIFY_CLIENT_ID, settings.SPOTIFY_CLIENT_SECRET = client_id, secret
    assert len(keys_are_a_pair()) == count


def test_refused_when_a_token_key_is_none(settings: SettingsWrapper) -> None:
    settings.TOKEN_KEYS = [Fernet.generate_key().decode(), "abc"]
    (error,) = token_keys_are_keys()
    assert "Number 2" in error.msg
