"""What a page may take with three years of entries, and which of them take more and why."""

from dataclasses import dataclass

MOST_MS = 80.0
MOST_TIMES = 2.0


@dataclass(frozen=True)
class Growing:
    """A page that takes more than `MOST_TIMES`: how much it may, and why it does.

    `calls`: how many times the calls of functions it may be, which a test counts: without what the
    database works, and without luck.
    """

    most: float
    why: str
    calls: float = MOST_TIMES


GROWING = {
    "hear_month": Growing(2.2, "seven days of answers, a line for each, instead of one", calls=2.9),
}
