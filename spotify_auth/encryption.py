"""A text column that is unreadable without the keys of the environment."""

import functools
import logging
from typing import Any

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.db import models

logger = logging.getLogger(__name__)


def encrypt(text: str) -> str:
    """Encrypt with the newest key; nothing stays nothing."""
    return _fernet(tuple(settings.TOKEN_KEYS)).encrypt(text.encode()).decode() if text else ""


def decrypt(text: str) -> str:
    """Decrypt with whichever key fits; what none fits is as good as gone, and is logged."""
    if not text:
        return ""
    try:
        return _fernet(tuple(settings.TOKEN_KEYS)).decrypt(text).decode()
    except InvalidToken:
        logger.warning("a token or second key fits none of TOKEN_KEYS: its owner has to renew it")
        return ""


@functools.lru_cache(maxsize=4)
def _fernet(keys: tuple[str, ...]) -> MultiFernet:
    return MultiFernet([Fernet(key) for key in keys])


class EncryptedTextField(models.TextField[str, str]):
    """Plain text in Python, Fernet in the database. Not to be searched or sorted by."""

    def get_prep_value(self, value: Any) -> Any:
        return encrypt(super().get_prep_value(value) or "")

    def from_db_value(self, value: str | None, *_args: Any) -> str:
        return decrypt(value or "")
