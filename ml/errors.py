"""What can go wrong between a file and an emotion."""

SENTENCES = {
    "empty": "This file is empty.",
    "unreadable": "This file could not be read as audio.",
    "no-decoder": "This kind of audio file cannot be listened to here.",
    "no-audio": "There is no sound in this file, only pictures or data.",
    "too-long": "This file is more than an hour long; please choose one of at most an hour.",
    "too-large": "This file is too large; please choose one under 2 GB.",
    "too-many-channels": "This file has more channels than a song has.",
    "silent": "This file is silent.",
    "not-finite": "This file holds broken sound values and cannot be listened to.",
    "too-slow": "Reading this file took too long; it may be damaged. Try another copy of it.",
    "too-heavy": "Reading this file takes more memory than a song may. Try another copy of it.",
    "crashed": "This file is damaged in a way that cannot be read. Try another copy of it.",
}


class MlError(Exception):
    """Anything that this package raises on purpose."""


class ClipError(MlError):
    """A file that cannot be classified: a slug such as "too-short", a sentence for the listener."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


class WeightsError(MlError):
    """Shipped weights that are missing, damaged or made for something else."""


class DataError(MlError):
    """Training data that cannot be used as it stands."""
