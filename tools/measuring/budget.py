"""What a page may take with three years of entries, and which of them take more and why."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tools.measuring.times import PageTime

MOST_MS = 80.0
MOST_TIMES = 2.0


@dataclass(frozen=True)
class Growing:
    """A page that takes more than `MOST_TIMES`: how much it may, and why it does."""

    most: float
    why: str


YEAR = "365 days to count, past days to remember, phrases of 10,500 answers to list"
GROWING = {
    "history?emotion=sad": Growing(2.4, YEAR),
    "history?q=light": Growing(2.8, f"{YEAR}; every answer's note to search"),
    "hear_month": Growing(2.9, "seven days of answers, a line for each, instead of one"),
    "like": Growing(2.6, "1,500 songs to compare instead of a dozen"),
    "recap_year": Growing(2.3, "a year of answers to count by day, hour and artist"),
    "songs": Growing(2.4, "1,500 songs to count by feeling, and the last use of those of one"),
    "song_list": Growing(2.4, "without a filter it is the list of the page before"),
    "stats?span=all": Growing(3.7, "10,500 answers to group by day, hour, phrase and artist"),
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
        """Whether the budget is missed."""
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


def most_times(name: str) -> float:
    """How many times the work of a one-day journal a page may be."""
    return GROWING[name].most if name in GROWING else MOST_TIMES
