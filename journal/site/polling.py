"""How a page asks how far work is: soon at first, then less often, each time by a higher number."""

from django.http import HttpRequest

# Seconds to wait before the next poll: quick while an answer is likely, slower the longer it takes.
POLL_SECONDS = (0.4, 0.6, 1, 1, 1.5, 2, 3, 3, 3, 5, 5, 5, 5, 5, 5, 8, 8, 8, 8, 15)
LONGEST = 4  # digits of a number that is read


def poll_seconds(poll: int) -> float:
    """How long a browser waits before its poll of that number."""
    return POLL_SECONDS[min(poll, len(POLL_SECONDS) - 1)]


def poll_of(request: HttpRequest) -> int:
    """Return the number of a poll; 0 for none."""
    number = request.GET.get("n", "")[:LONGEST]
    return int(number) if number.isdecimal() else 0


def next_poll(poll: int) -> dict[str, float]:
    """Tell a template when to ask again, and by which number."""
    return {"poll_seconds": poll_seconds(poll), "poll_next": poll + 1}
