"""Finding people by the name that somebody types."""

from collections.abc import Iterable

from django.db.models import Q
from django.utils.crypto import get_random_string

from journify import names
from spotify_auth.fields import AGAIN
from spotify_auth.models import User

# What a free name may have in common with somebody's, and the number behind it.
BASE_LONGEST = 140
NUMBER_LENGTH, NUMBERS = 5, 20
DIGITS = "23456789"  # 0 and 1 look like letters


def user_of(name: str) -> User | None:
    """Find who is called so, however the name is written.

    Of several, who signed up while spellings were told apart, the one whose name is spelt exactly
    so, or who was first.
    """
    key = names.identity_of(name)
    found = list(User.objects.filter(Q(identity=key) | Q(identity__startswith=f"{key}{AGAIN}")))
    spelt, normal = name.strip(), names.normalized(name)

    def distance(user: User) -> tuple[bool, bool, str]:
        return user.username != spelt, user.username != normal, user.identity

    return min(found, key=distance, default=None)


def _is_free(name: str) -> bool:
    """Whether nobody is called so, nor anything that looks like it."""
    taken = Q(identity=names.identity_of(name)) | Q(skeleton=names.skeleton_of(name))
    return not User.objects.filter(taken).exists()


def free_name(texts: Iterable[str | None]) -> str:
    """Make a free name of the first text that has letters; in its own script."""
    bases = (_as_name(text) for text in texts if text)
    base = next((name for name in bases if names.is_writable(name)), "listener")
    numbered = (f"{base}{get_random_string(NUMBER_LENGTH, DIGITS)}" for _ in range(NUMBERS))
    return next(name for name in (base, *numbered) if _is_free(name))


def _as_name(text: str) -> str:
    written = "_".join(names.normalized(text).lower().split())
    return "".join(each for each in written if names.is_part(each))[:BASE_LONGEST]
