from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from cryptography.fernet import Fernet
from django.core.management import CommandError, call_command

from spotify_auth.encryption import decrypt, encrypt
from spotify_auth.models import SpotifyConnection
from spotify_auth.tests.factories import UserFactory

if TYPE_CHECKING:
    from pytest_django.fixtures import SettingsWrapper

OLD, NEW = Fernet.generate_key().decode(), Fernet.generate_key().decode()


def test_an_older_key_still_reads(settings: SettingsWrapper) -> None:
    settings.TOKEN_KEYS = [OLD]
    stored = encrypt("token")
    settings.TOKEN_KEYS = [NEW, OLD]
    assert stored != "token"
    assert decrypt(stored) == "token"


def test_gone_when_no_key_fits(settings: SettingsWrapper) -> None:
    settings.TOKEN_KEYS = [OLD]
    stored = encrypt("token")
    settings.TOKEN_KEYS = [NEW]
    assert decrypt(stored) == ""


@pytest.mark.django_db
def test_the_old_key_can_go_after_the_rotation(settings: SettingsWrapper) -> None:
    settings.TOKEN_KEYS = [OLD]
    SpotifyConnection.objects.create(user=UserFactory(), access_token="a", refresh_token="r")
    settings.TOKEN_KEYS = [NEW, OLD]
    call_command("rotate_token_keys", verbosity=0)
    settings.TOKEN_KEYS = [NEW]
    row = SpotifyConnection.objects.get()
    assert (row.access_token, row.refresh_token) == ("a", "r")


@pytest.mark.django_db
def test_nothing_is_lost_when_the_old_key_was_forgotten(settings: SettingsWrapper) -> None:
    settings.TOKEN_KEYS = [OLD]
    SpotifyConnection.objects.create(user=UserFactory(), access_token="a", refresh_token="r")
    settings.TOKEN_KEYS = [NEW]
    with pytest.raises(CommandError, match="fit none"):
        call_command("rotate_token_keys", verbosity=0)
    settings.TOKEN_KEYS = [OLD]
    assert SpotifyConnection.objects.get().refresh_token == "r"
