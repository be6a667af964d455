"""Columns that a user's name decides: what its spellings share, and what it looks like."""

from collections.abc import Callable
from typing import Any

from django.db import models
from typing_extensions import override

from journify import names

# Before the number of whoever had a name first that is somebody else's, too: no name has a blank.
AGAIN = " "
# One character may look like several; an index of PostgreSQL takes 2,700 bytes.
LONGEST = 600


class NameField(models.CharField[str, str]):
    """Text made of the user name at each save, and nobody else's."""

    made_by: Callable[[str], str]

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(
            *args, **({"max_length": LONGEST, "unique": True, "editable": False} | options)
        )

    @override
    def pre_save(self, model_instance: Any, add: bool) -> str:
        """Renew the text, but for a number that the migration gave."""
        base = type(self).made_by(model_instance.username)[: LONGEST - 10]
        kept: str = super().pre_save(model_instance, add) or ""
        value = kept if kept.startswith(f"{base}{AGAIN}") else base
        setattr(model_instance, self.attname, value)
        return value


class IdentityField(NameField):
    """By this somebody is found who signs in."""

    made_by = staticmethod(names.identity_of)


class SkeletonField(NameField):
    """This keeps look-alikes from signing up."""

    made_by = staticmethod(names.skeleton_of)
