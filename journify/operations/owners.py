"""Whose files the data folder's are, so that no command leaves one that the service cannot read."""

import os
import pwd
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured


def refuse_root(folder: Path) -> None:
    """Stop root before it writes into the folder of somebody else.

    Raises ImproperlyConfigured: whoever runs this is root, and the folder is not root's.
    """
    owner = folder.stat().st_uid
    if os.geteuid() != 0 or owner == 0:
        return
    try:
        name = pwd.getpwuid(owner).pw_name
    except KeyError:  # a container's, seen from outside
        name = f"#{owner}"
    raise ImproperlyConfigured(
        f"{folder} belongs to {name}, who could not read what root writes there. Run this as "
        f"`journify COMMAND …` (docs/operations.md), or as {name}."
    )
