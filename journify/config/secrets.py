"""The keys that sign sessions and push messages and encrypt tokens, made on first start."""

import base64
import contextlib
import os
from collections.abc import Callable
from pathlib import Path
from tempfile import NamedTemporaryFile

from cryptography.fernet import Fernet
from cryptography.hazmat.primitives.asymmetric import ec
from django.core.management.utils import get_random_secret_key


def new_fernet() -> str:
    return Fernet.generate_key().decode()


def new_vapid() -> str:
    """Make a key that signs push messages: 32 bytes of a private one for P-256, in base64."""
    number = ec.generate_private_key(ec.SECP256R1()).private_numbers().private_value
    return base64.urlsafe_b64encode(number.to_bytes(32, "big")).decode()


def private_key_of(text: str) -> ec.EllipticCurvePrivateKey:
    data = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    return ec.derive_private_key(int.from_bytes(data, "big"), ec.SECP256R1())


def load_or_create(path: Path, make: Callable[[], str] = get_random_secret_key) -> str:
    """Return what is kept in `path`; make it, readable by its owner only, when there is nothing.

    Web and worker may start at the same moment, so the file appears whole (a hard link) or not at
    all, and whoever comes second reads the first one's key.
    """
    if not path.exists():
        with NamedTemporaryFile("w", dir=path.parent, prefix=".secret-") as draft:
            draft.write(make())
            draft.flush()
            with contextlib.suppress(FileExistsError):
                os.link(draft.name, path)
    return path.read_text().strip()
