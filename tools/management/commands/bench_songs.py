"""Measure how often platforms are asked, and how long a search takes, against the stand-in.

manage.py bench_songs               searches, answered phrases, and 1,000 songs of a history
manage.py bench_songs --songs 100   … and fewer of them

In a database of its own, thrown away again. What the platforms' rates make of it is computed: to
wait for them would measure nothing.
"""

import json
import threading
import time
from argparse import ArgumentParser
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import cycle, islice
from typing import Any

from django.conf import settings
from django.test.utils import override_settings
from django.urls import reverse
from typing_extensions import override

from classifier.models import Song
from classifier.sources.chain import audio_of
from classifier.sources.deezer import DeezerClient, find_track
from journal.models import Entry, Preferences
from journify.operations.commands import ExplainedCommand
from spotify_auth.models import User
from tools.management.commands.sandbox import DEMO
from tools.measuring.listeners import client_of, make_listener, own_database
from tools.measuring.times import quantile
from tools.sandbox.catalogue import load_catalogue
from tools.sandbox.invented import invented_songs
from tools.sandbox.pointing import platform_settings
from tools.sandbox.server import SandboxServer
from tools.sandbox.world import World

LATENCY_SECONDS = 0.15
SEARCHES = 40
# the real ones: while it measures, nobody waits for a turn
RATES = settings.PLATFORM_RATES


class Command(ExplainedCommand):
    @override
    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--songs", type=int, default=1000, help="default: 1,000")

    @override
    def handle(self, *, songs: int, **_options: Any) -> None:
        with _stand_in() as world, own_database():
            user = make_listener("bench", days=2)
            Preferences.objects.update_or_create(user=user, defaults={"search": "outside"})
            bench = _Bench(world, user)
            told = {
                "search": bench.counted(lambda: bench.look("lantern")),
                "search in MusicBrainz": bench.counted(
                    lambda: bench.look(bench.lacking, where="musicbrainz")
                ),
                "answered phrase, cold": bench.counted(bench.answer),
                "answered phrase, warm": bench.counted(bench.answer),
                f"{songs} songs by ISRC": bench.counted(lambda: bench.look_up(songs, by_isrc=True)),
                f"{songs} songs by name": bench.counted(
                    lambda: bench.look_up(songs, by_isrc=False)
                ),
                "search to first result": bench.seconds_of_searches(),
            }
        self.stdout.write(json.dumps(told, indent=2))


class _Bench:
    """A listener, and what the stand-in is asked for them."""

    def __init__(self, world: World, user: User) -> None:
        self.world, self.client = world, client_of(user)
        self.entry = Entry.objects.of(user).order_by("date", "position")[0]
        self.there = [song for song in world.songs if "deezer" in song.at]
        lacking = next(song for song in world.songs if "deezer" not in song.at)
        self.lacking = f"{lacking.artist} {lacking.title}"

    def counted(self, ask: Callable[[], object]) -> dict[str, Any]:
        """Count the requests to each platform, and say what its rate makes of them."""
        self.world.requests.clear()
        ask()
        counts = Counter(row["platform"] for row in self.world.requests)
        seconds = {
            name: round(count * RATES[name][1] / RATES[name][0], 1)
            for name, count in counts.items()
            if name in RATES
        }
        return {"requests": dict(counts), "seconds at the platform's rate": seconds}

    def look(self, query: str, *, where: str = "deezer") -> None:
        address = reverse("journal:remote", args=[self.entry.pk])
        response = self.client.get(
            address, {"q": query, "in": where}, headers={"hx-request": "true"}
        )
        assert b"remote-row" in response.content, response.content

    def answer(self) -> None:
        """Find a song, answer with it, and hear it if it is new."""
        song = self.there[0]
        self.look(f"{song.artist} {song.title}")
        self.entry.refresh_from_db()
        values = {"track": f"deezer:{song.deezer_id}", "revision": self.entry.revision}
        self.client.post(reverse("journal:answer", args=[self.entry.pk]), values)
        self.entry.refresh_from_db()
        found = self.entry.song
        assert found is not None
        assert found.deezer_id == song.deezer_id
        if found.classifications.waiting().exists():
            _hear(found)

    def look_up(self, count: int, *, by_isrc: bool) -> None:
        """Find songs as a history has them."""
        client = DeezerClient(patience=2.0)
        for song in islice(cycle(self.there), count):
            isrc = song.isrc if by_isrc else ""
            find_track(client, Song(title=song.title, artist=song.artist, isrc=isrc))

    def seconds_of_searches(self) -> dict[str, float]:
        """Measure searches whose answers take a while to come."""
        self.world.latency_seconds = LATENCY_SECONDS
        seconds = []
        for song in islice(cycle(self.there), SEARCHES):
            started = time.perf_counter()
            self.look(f"{song.artist} {song.title}")
            seconds.append(time.perf_counter() - started)
        self.world.latency_seconds = 0.0
        shares = {"p50": 0.5, "p95": 0.95}
        return {name: round(quantile(seconds, share), 3) for name, share in shares.items()} | {
            "of which on the way": LATENCY_SECONDS
        }


def _hear(song: Song) -> None:
    with audio_of(song):
        pass
    song.classifications.update(status="done", emotion="calm", probabilities={"calm": 1.0})


@contextmanager
def _stand_in() -> Iterator[World]:
    songs = [*load_catalogue(DEMO), *invented_songs()]
    with SandboxServer(World(songs), port=0) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        values = {"MUSICBRAINZ_SEARCH": True, "PLATFORM_RATES": {}}
        values |= platform_settings(server.url)
        with override_settings(**values):
            yield server.world
        server.shutdown()
        thread.join()
