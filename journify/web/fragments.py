"""Parts of pages that are kept for some minutes, by all that they are drawn from."""

import hashlib
import pickle
from typing import Any

from django.utils.translation import get_language


def key_of(*drawn_from: Any) -> str:
    """Name what is drawn from these, in this language: other contents have another name.

    Nothing is ever out of date, and nobody has to say that something changed.
    """
    contents = pickle.dumps((get_language(), *drawn_from))
    return hashlib.blake2b(contents, digest_size=16).hexdigest()
