"""Look after histories in the background, a round at a time, as work of the queue.

A chore of the worker sees whether there is something to do, and asks for a round; a worker does it
when nobody waits for a song. Asking others takes seconds, which the thread of the chores has not:
it renews leases.
"""

from collections.abc import Callable

from journal.listening.models import ListeningRound
from journal.listening.updating import following, hearing
from journify.background import jobs


def request_round() -> None:
    """Ask for a round where there is something to do and none is open."""
    if ListeningRound.objects.open().exists():
        return
    if following.names_due().exists() or hearing.is_look_up_due():
        ListeningRound.objects.create(turn_at=jobs.turn(ListeningRound))
        jobs.wake()


def do_round(row: ListeningRound) -> None:
    """Do what is due; the row is held longer before each part, and deleted at the end."""
    parts: tuple[Callable[[], None], ...] = (
        following.refresh_due,
        hearing.renew_stale,  # says which songs were played most
        hearing.look_up_some,
    )
    for part in parts:
        if not jobs.change(row, lease_until=jobs.lease_end()):
            return
        part()
    row.delete()


def round_interrupted(row: ListeningRound) -> bool:
    """Drop a round whose worker died: the next one does what is left."""
    row.delete()
    return True
