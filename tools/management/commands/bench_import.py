"""Measure how long an import of a listening history takes, and how much memory.

manage.py bench_import                  a million plays in Spotify's extended shape, read twice
manage.py bench_import --plays 100000

In a database of its own, thrown away again. The file is invented: no names of real people.
"""

import datetime as dt
import json
import random
import resource
import time
import timeit
import zipfile
from argparse import ArgumentParser
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from django.core.management.base import CommandError

from journal.listening.importing.opening import History
from journal.listening.importing.storing import store
from journal.listening.models import Listening
from journal.listening.summary import renew_summary
from journify.operations.commands import ExplainedCommand
from spotify_auth.models import User
from tools.measuring.listeners import client_of, own_database
from tools.measuring.times import count_queries, quantile

PAGE, RUNS = "/listening/", 20
PLAYS_A_FILE = 16_000
SONGS = 8_000
FIRST = dt.datetime(2012, 1, 1, tzinfo=dt.UTC)
# Listening comes in runs of songs, a few hours a day. A million of them end in 2023: what is still
# to come is not believed, and would be once its time has come.
GAPS_SECONDS = (190, 210, 240, 260, 900)


class Command(ExplainedCommand):
    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--plays", type=int, default=1_000_000, help="default: 1,000,000")
        parser.add_argument("--json", action="store_true", dest="as_json")

    def handle(self, *, plays: int, as_json: bool, **_options: Any) -> None:
        with TemporaryDirectory() as folder, own_database():
            path = Path(folder) / "my_spotify_data.zip"
            size = write_export(path, plays)
            user = User.objects.create_user("bench")
            runs = [_import(user, path) for _ in range(2)]
            Listening.objects.update(time_zone="Europe/Berlin")
            started = time.perf_counter()
            renew_summary(user)
            counting = time.perf_counter() - started
            page = {"full": _page(user), "empty": _page(User.objects.create_user("empty"))}
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        told = {
            "plays": plays,
            "unpacked_mb": round(size / 1e6),
            "first": runs[0],
            "second": runs[1],
            "counting_seconds": round(counting, 1),
            "page": page,
            "peak_mb": round(peak),
        }
        self.stdout.write(json.dumps(told) if as_json else json.dumps(told, indent=2))
        if runs[1]["new"]:
            raise CommandError("The second import found new plays.")


def write_export(path: Path, plays: int) -> int:
    """Write an extended history as Spotify's ZIP; return its size, unpacked."""
    chance = random.Random(1)
    moment, size = FIRST, 0
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for number, start in enumerate(range(0, plays, PLAYS_A_FILE)):
            rows = []
            for _ in range(min(PLAYS_A_FILE, plays - start)):
                moment += dt.timedelta(seconds=chance.choice(GAPS_SECONDS))
                rows.append(_row(moment, min(int(chance.paretovariate(0.6)), SONGS)))
            data = json.dumps(rows)
            size += len(data)
            name = f"Spotify Extended Streaming History/Streaming_History_Audio_{number}.json"
            archive.writestr(name, data)
    return size


def _row(ended: dt.datetime, song: int) -> dict[str, Any]:
    return {
        "ts": ended.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "platform": "bench",
        "ms_played": 185_000,
        "conn_country": "ZZ",
        "ip_addr": "192.0.2.1",
        "master_metadata_track_name": f"Song {song}",
        "master_metadata_album_artist_name": f"Artist {song % 900}",
        "master_metadata_album_album_name": f"Album {song % 2000}",
        "spotify_track_uri": f"spotify:track:{song:022d}",
        "reason_end": "trackdone",
        "skipped": None,
        "incognito_mode": False,
    }


def _page(user: User) -> dict[str, float]:
    """Ask for the page of the history: its queries, and how long it takes."""
    client = client_of(user)
    queries = count_queries(client, PAGE)
    seconds = timeit.repeat(lambda: client.get(PAGE), number=1, repeat=RUNS)
    return {"queries": queries, "p95_ms": round(1000 * quantile(seconds, 0.95), 1)}


def _import(user: User, path: Path) -> dict[str, float]:
    started = time.perf_counter()
    history = History()
    stored = store(user, history.plays(path), progress=lambda: None)
    return {
        "seconds": round(time.perf_counter() - started, 1),
        "new": stored.plays,
        "known": stored.known,
        "songs": stored.songs,
    }
