"""What may stand in the way of a backup."""

from __future__ import annotations


class BackupError(Exception):
    """A sentence for the operator."""
