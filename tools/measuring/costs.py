"""What an entry and a song cost, measured; and on paper, what a million listeners would need.

python -m tools.inside --on sqlite tools.measuring.costs
python -m tools.inside --on postgres tools.measuring.costs     on a PostgreSQL server started for it

It invents a year of entries in a database that is thrown away, and hears the demo songs.
"""

import argparse
import math
import sys
import time
from dataclasses import dataclass
from typing import Any

from django.core.management import call_command
from django.db import connection
from rich.console import Console
from rich.table import Table

from classifier.files.decoding import get_decoder
from classifier.models import Classification, Label, Song
from classifier.serving.service import get_service
from journal.models import Entry, Journal
from journify.operations import preparing
from tools.processes import ROOT

DEMO = ROOT / "classifier" / "demo" / "audio"
LISTENERS = 1_000_000
PHRASES_A_DAY = 12
NEW_SONGS = 0.1
PEAK = 3
HOUR, DAY, YEAR = 3600, 86_400, 365


@dataclass(frozen=True)
class Costs:
    """What was measured: bytes of rows with their indexes, and songs of one core."""

    bytes_an_entry: float
    bytes_a_song: float
    songs_an_hour: float

    def lines(self) -> list[tuple[str, str]]:
        """Say what was measured, and what a million listeners would need by it."""
        answers = LISTENERS * PHRASES_A_DAY
        new = answers * NEW_SONGS
        cores = math.ceil(PEAK * new / 24 / self.songs_an_hour)
        return [
            ("bytes an entry, with its day and indexes", f"{self.bytes_an_entry:,.0f}"),
            ("bytes a song, classified and labelled", f"{self.bytes_a_song:,.0f}"),
            ("songs an hour and core", f"{self.songs_an_hour:,.0f}"),
            (f"answers a day of {LISTENERS:,} listeners", f"{answers:,}"),
            ("answers a second: average", f"{answers / DAY:,.0f}"),
            (f"answers a second: peak, {PEAK} times that", f"{PEAK * answers / DAY:,.0f}"),
            (f"new songs a day, {NEW_SONGS:.0%} of the answers", f"{new:,.0f}"),
            ("cores that listen, at the peak", f"{cores:,}"),
            ("GB of entries a year", f"{answers * YEAR * self.bytes_an_entry / 1e9:,.0f}"),
            ("GB of songs a year", f"{new * YEAR * self.bytes_a_song / 1e9:,.0f}"),
        ]


def _measure_costs(*, days: int, songs: int) -> Costs:
    preparing.migrate()
    call_command("seed_history", "somebody", days=days, stdout=sys.stderr)
    return Costs(
        bytes_an_entry=bytes_of(Entry, Journal) / Entry.objects.count(),
        bytes_a_song=bytes_of(Song, Classification, Label) / Song.objects.count(),
        songs_an_hour=HOUR / _seconds_a_song(songs),
    )


def bytes_of(*models: Any) -> float:
    """Bytes of tables with their indexes."""
    question = "SELECT pg_total_relation_size(%s)"
    if connection.vendor == "sqlite":
        question = (
            "SELECT SUM(pgsize) FROM dbstat WHERE name IN"
            " (SELECT name FROM sqlite_master WHERE tbl_name = %s)"
        )
    total = 0.0
    with connection.cursor() as cursor:
        for model in models:
            cursor.execute(question, [model._meta.db_table])
            total += float(cursor.fetchone()[0])
    return total


def _seconds_a_song(songs: int) -> float:
    """Seconds of one thread (the service takes no more) for a song, once everything is warm."""
    paths = sorted(DEMO.glob("*.mp3"))[:songs]
    service, decoder = get_service(), get_decoder()
    decoder.start()
    service.classify(decoder.load(paths[0]))
    started = time.perf_counter()
    for path in paths:
        service.classify(decoder.load(path))
    decoder.close()
    return (time.perf_counter() - started) / len(paths)


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--days", type=int, default=YEAR)
    parser.add_argument("--songs", type=int, default=12, help="of the demo that are heard")
    options = parser.parse_args(arguments)
    costs = _measure_costs(days=options.days, songs=options.songs)
    table = Table("what", "how much", title=f"Costs, on {connection.vendor}")
    for line in costs.lines():
        table.add_row(*line)
    Console().print(table)
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
