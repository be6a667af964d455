"""How the cost of one more grows with how many there are: songs, entries, labels, plays.

python -m tools.inside --on sqlite tools.measuring.growth     or on a PostgreSQL server:
python -m tools.inside --on postgres tools.measuring.growth

It fills a database that is thrown away, ten times as full at each step, and measures one more.
"""

import argparse
import datetime as dt
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from statistics import median
from typing import Any

from django.db import connection
from django.utils import timezone
from rich.console import Console
from rich.table import Table

from classifier.models import Classification, Label, Song
from classifier.queue import rows
from classifier.serving.bundles import main_bundle
from journal.listening.importing.plays import Play
from journal.listening.importing.storing import store
from journal.listening.models import ListenedSong, ListeningMonth
from journal.listening.summary import renew_summary
from journal.models import Entry, Journal
from journal.services import answer_entry, set_label
from journify.background import jobs
from journify.operations import preparing
from journify.operations.collecting import loading
from spotify_auth.models import User
from tools.measuring.costs import bytes_of

SIZES = (1_000, 10_000, 100_000)
TRIES = 30
MANY_TRIES = 200  # of what takes so little that a busy machine doubles it
BATCH = 500
DAYS, PHRASES = 100, 12  # of a listener
LABELS = (0, 500, 5_000)  # of a listener who labels one more song
PLAYS = (1_000, 10_000, 100_000, 1_000_000)  # of a listener whose history is taken in
FOLLOWED = 50  # at most so many come from a service at once
HISTORY = (ListeningMonth, ListenedSong)
PLAYS_OF_A_SONG, SECONDS_OF_A_PLAY = 20, 200
HEARD = {"sad": 0.05, "happy": 0.5, "energetic": 0.4, "calm": 0.05}


def _song_figures(size: int) -> dict[str, float]:
    """Fill the database up to so many songs, all waiting, and entries; measure one more of each."""
    _fill_songs(size - Song.objects.count())
    _fill_entries(size - Entry.objects.count())
    songs = [Song(title=f"One more {number}") for number in range(MANY_TRIES)]
    Song.objects.bulk_create(songs)
    entries = list(Entry.objects.order_by("pk")[:MANY_TRIES])
    waiting = iter(songs)
    answered = iter(zip(entries, songs, strict=True))
    return {
        "bytes of a song that waits": bytes_of(Song, Classification) / size,
        "bytes of an entry and its share of a day": bytes_of(Entry, Journal) / size,
        **_costs("queue a song", lambda: rows.request_classification(next(waiting))),
        **_costs("claim the next", jobs.claim_next),
        **_costs("answer a phrase", lambda: answer_entry(*next(answered))),
    }


def _label_figures(count: int) -> dict[str, float]:
    """Give a listener a journal and so many labels; measure one label more, and what it teaches."""
    user = User.objects.create(username=f"{count} labels")
    labelled, answered = _heard_songs(count), _heard_songs(DAYS * PHRASES)
    labels = [Label(song=song, user=user, emotion="energetic") for song in labelled]
    Label.objects.bulk_create(labels, batch_size=BATCH)
    _fill_days(user, answered)
    songs = iter(answered)
    return {"ms to label a song": _milliseconds(lambda: set_label(user, next(songs), "sad"))}


def _play_figures(count: int) -> dict[str, float]:
    """Take in a history of so many plays, then some more of a service that is followed."""
    user = User.objects.create(username=f"{count} plays")
    server, before = database_process(), bytes_of(*HISTORY)
    began = _worked(server)
    store(user, _plays(0, count), progress=lambda: None)
    renew_summary(user)  # as an import ends
    taken = _worked(server) - began
    later = iter(range(count, count + TRIES * FOLLOWED, FOLLOWED))
    more = _milliseconds(lambda: store(user, _plays(next(later), FOLLOWED), progress=lambda: None))
    counted = _milliseconds(lambda: renew_summary(user))
    return {
        "bytes of a play": (bytes_of(*HISTORY) - before) / count,
        "ms to take in 1,000 plays": 1_000_000 * taken / count,
        f"ms to take in {FOLLOWED} more": more,
        "ms to count 1,000 plays for its page": 1000 * counted / count,
    }


def _plays(start: int, count: int) -> Iterator[Play]:
    """Invent plays one after the other, of songs that come again and again."""
    first = dt.datetime(2016, 1, 1, tzinfo=dt.UTC)
    for number in range(start, start + count):
        song = (number * 7919) % max(1, (start + count) // PLAYS_OF_A_SONG)
        moment = first + dt.timedelta(seconds=number * SECONDS_OF_A_PLAY)
        yield Play(f"Artist {song % 997}", f"Song {song}", moment, seconds=SECONDS_OF_A_PLAY)


def _milliseconds(call: Callable[[], object]) -> float:
    """Return the median of some calls: of the processor, of this process and the database's."""
    return sum(_taken(call, TRIES))


def _costs(what: str, call: Callable[[], object]) -> dict[str, float]:
    """Return the same, and the database's share of it where that is a process of its own.

    What this process does is the same however full the database is: the share grows only if a query
    does, and not because the machine became slower.
    """
    ours, theirs = _taken(call, MANY_TRIES)
    share = {f"% of that in the database, {what}": 100 * theirs / (ours + theirs)} if theirs else {}
    return {f"ms to {what}": ours + theirs} | share


def _taken(call: Callable[[], object], tries: int) -> tuple[float, float]:
    """Return the medians of some calls, this process's milliseconds and the database's."""
    server = database_process()
    taken = []
    for _ in range(tries):
        began = time.process_time(), _served(server)
        call()
        taken.append((time.process_time() - began[0], _served(server) - began[1]))
    ours, theirs = zip(*taken, strict=True)
    return 1000 * median(ours), 1000 * median(theirs)


def database_process() -> int | None:
    """Return which process answers this connection; SQLite works in ours."""
    if connection.vendor == "sqlite":
        return None
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        return int(cursor.fetchone()[0])


def _worked(server: int | None) -> float:
    return time.process_time() + _served(server)


def _served(server: int | None) -> float:
    nanoseconds = Path(f"/proc/{server}/schedstat").read_text().split()[0] if server else 0
    return int(nanoseconds) / 1e9


def _fill_songs(count: int) -> None:
    bundle, now = main_bundle(), timezone.now()
    songs = [Song(title=f"Song {number}", artist="Somebody") for number in range(max(0, count))]
    Song.objects.bulk_create(songs, batch_size=BATCH)
    waiting = [
        Classification(song=song, model=bundle.name, version=bundle.version, turn_at=now)
        for song in songs
    ]
    Classification.objects.bulk_create(waiting, batch_size=BATCH)


def _heard_songs(count: int) -> list[Song]:
    bundle = main_bundle()
    songs = [Song(title=f"Heard {number}") for number in range(count)]
    Song.objects.bulk_create(songs, batch_size=BATCH)
    values: dict[str, Any] = {"model": bundle.name, "version": bundle.version, "status": "done"}
    values |= {"emotion": "happy", "certainty": 0.5, "probabilities": HEARD}
    answers = [Classification(song=song, **values) for song in songs]
    Classification.objects.bulk_create(answers, batch_size=BATCH)
    return songs


def _fill_entries(count: int) -> None:
    """Write days of twelve phrases, a hundred of each listener."""
    for number in range(-(-max(0, count) // (DAYS * PHRASES))):
        _fill_days(User.objects.create(username=f"{count}-{number}"), [None] * (DAYS * PHRASES))


def _fill_days(user: User, songs: Sequence[Song | None]) -> None:
    """Write days of twelve phrases, answered with songs or not at all."""
    first = dt.date(2026, 1, 1)
    days = [Journal(user=user, date=first + dt.timedelta(days=day)) for day in range(DAYS)]
    Journal.objects.bulk_create(days)
    places = [(day, place) for day in days for place in range(PHRASES)]
    entries = [
        day.entry(position=place, phrase_text="How was it?", song=song)
        for (day, place), song in zip(places, songs, strict=True)
    ]
    Entry.objects.bulk_create(entries, batch_size=BATCH)


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", type=int, nargs="+", default=SIZES)
    parser.add_argument("--labels", type=int, nargs="+", default=LABELS)
    parser.add_argument("--plays", type=int, nargs="+", default=PLAYS)
    options = parser.parse_args(arguments)
    with loading():  # as a worker does
        preparing.migrate()
    _show("One more, when there are so many", options.sizes, _song_figures)
    _show("One more label, of a listener with so many", options.labels, _label_figures)
    _show("A history of so many plays", options.plays, _play_figures)
    return 0


def _show(title: str, sizes: Sequence[int], measured: Callable[[int], dict[str, float]]) -> None:
    columns = (*(f"{size:,}" for size in sizes), "last ÷ first")
    table = Table("of", *columns, title=f"{title}, on {connection.vendor}")
    steps = [measured(size) for size in sizes]
    for name in steps[0]:
        each = [step[name] for step in steps]
        table.add_row(name, *(f"{value:,.2f}" for value in each), f"{each[-1] / each[0]:.2f}")
    Console().print(table)


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
