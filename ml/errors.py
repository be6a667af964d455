"""What can go wrong between a file and an emotion."""

from __future__ import annotations


class MlError(Exception):
    """Anything that this package raises on purpose."""


class ClipError(MlError):
    """A file that cannot be classified, in one sentence for the listener.

    Attributes
    ----------
    code : str
        Short slug for machines, such as ``"too-short"``.
    """

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


class WeightsError(MlError):
    """Shipped weights that are missing, damaged or made for something else."""


class DataError(MlError):
    """Training data that cannot be used as it stands."""
