"""Time the admin's lists over 100,000 songs, 100,000 classifications and 200,000 entries.

    python -m tools.inside --on sqlite tools.measuring.admin_times
    python -m tools.inside --on postgres tools.measuring.admin_times

The database is made for it and thrown away. Prints the median of five calls a page, in
milliseconds: of the processor on SQLite, which works in this process, else by the clock.
"""

import datetime as dt
import statistics
import time

from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.utils import timezone
from rich.console import Console

from classifier.models import Classification, Label, Song
from journal.models import Entry, Journal, Phrase
from spotify_auth.models import User
from tools.measuring.listeners import gather_statistics

SONGS, ENTRIES, BATCH, CALLS = 100_000, 200_000, 2000, 5
A_DAY = 10
WAITING = 10  # one classification in so many is queued
PAGES = {
    "songs": "classifier/song/",
    "songs, one word": "classifier/song/?q=year",
    "songs, two words that no song has": "classifier/song/?q=nothing+here",
    "songs, next page": "classifier/song/?p=2",
    "songs heard as calm": "classifier/song/?heard=calm",
    "classifications": "classifier/classification/",
    "classifications, searched": "classifier/classification/?q=song+123",
    "labels": "classifier/label/",
    "phrases": "journal/phrase/",
    "users": "spotify_auth/user/",
}


def main() -> None:
    call_command("migrate", verbosity=0)
    call_command("collectstatic", interactive=False, verbosity=0)
    call_command("load_phrases", verbosity=0)
    curator = User.objects.create_superuser("curator")
    _fill(curator)
    gather_statistics()
    client = Client(headers={"host": "localhost"})
    client.force_login(curator)
    for name, path in PAGES.items():
        took = _milliseconds(client, f"/admin/{path}")
        Console().print(f"{name:40}{took:8.0f} ms", highlight=False)


def _milliseconds(client: Client, path: str) -> float:
    clock = time.process_time if connection.vendor == "sqlite" else time.perf_counter
    took = []
    for _call in range(CALLS):
        began = clock()
        status = client.get(path).status_code
        took.append(1000 * (clock() - began))
        assert status == 200, f"{path}: {status}"
    return statistics.median(took)


def _fill(curator: User) -> None:
    for first in range(0, SONGS, BATCH):
        songs = _songs(range(first, first + BATCH))
        _entries(curator, songs, first * ENTRIES // SONGS)


def _songs(numbers: range) -> list[Song]:
    """Make songs, the answer of a model for each, and a label for some."""
    songs = Song.objects.bulk_create(
        Song(
            title=f"Song {number} of the year",
            artist=f"Artist {number % 5000}",
            isrc=f"DE{number:010}",
            audio_sha256=f"{number:064}",
        )
        for number in numbers
    )
    Classification.objects.bulk_create(
        Classification(
            song=song,
            model="resnet18_bilstm",
            version="2.0",
            emotion="calm" if number % WAITING else "",
            status="done" if number % WAITING else "queued",
            probabilities={"sad": 0.1, "happy": 0.1, "energetic": 0.1, "calm": 0.7},
            certainty=0.7,
            segments=[{"start": 0, "end": 10, "probabilities": {}}] * 3,
            embedding=b"x" * 256,
            clip_sha256=f"{number:064}",
            queued_at=timezone.now() - dt.timedelta(seconds=number),
        )
        for number, song in zip(numbers, songs, strict=True)
    )
    curator = User.objects.get()
    Label.objects.bulk_create(
        Label(song=song, user=curator, emotion="calm") for song in songs[::10]
    )
    return songs


def _entries(curator: User, songs: list[Song], first: int) -> None:
    """Answer phrases of whole days with the songs in turn."""
    phrases = list(Phrase.objects.all())
    numbers = range(first, first + len(songs) * ENTRIES // SONGS)
    today = timezone.localdate()
    dates = {today - dt.timedelta(days=number // A_DAY) for number in numbers}
    Journal.objects.bulk_create(
        (Journal(user=curator, date=date) for date in dates), ignore_conflicts=True
    )
    pages = {page.date: page for page in Journal.objects.filter(date__in=dates)}
    Entry.objects.bulk_create(
        Entry(
            journal=pages[date],
            user=curator,
            date=date,
            position=number % A_DAY,
            phrase=phrases[number % len(phrases)],
            phrase_text="I felt like…",
            song=songs[number % len(songs)],
            emotion="calm",
            answered_at=timezone.now(),
        )
        for number in numbers
        for date in [today - dt.timedelta(days=number // A_DAY)]
    )


if __name__ == "__main__":
    main()
