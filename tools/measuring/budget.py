"""What a page may take with three years of entries, and which of them take more and why."""

from dataclasses import dataclass

from tools.measuring.times import PageTime

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
    "history?q=light": Growing(2.8, "10,500 answers' notes to search, 20 to list"),
    "hear_month": Growing(2.2, "seven days of answers, a line for each, instead of one", calls=2.9),
}


@dataclass(frozen=True)
class JudgedPage:
    """A page's time beside what it may take."""

    page: PageTime
    is_slow: bool
    is_growing: bool
    excuse: str

    @property
    def is_over(self) -> bool:
        return self.is_slow or (self.is_growing and not self.excuse)


def judge_page(page: PageTime) -> JudgedPage:
    """Hold a page to its budget: growth that is known has a reason, and a bound of its own."""
    known = GROWING.get(page.name)
    return JudgedPage(
        page=page,
        is_slow=page.server_p95 > MOST_MS,
        is_growing=page.ratio > MOST_TIMES,
        excuse=known.why if known and page.ratio <= known.most else "",
    )


def most_calls(name: str) -> float:
    """How many times the calls of functions of a one-day journal's a page may take."""
    return GROWING[name].calls if name in GROWING else MOST_TIMES
