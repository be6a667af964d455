"""Races with real threads, each with a connection of its own: `python -m journal.tests.racing`.

Run by `test_races.py` in a process of its own with an empty database, since the database of the
tests may be one in memory, which threads cannot share. Prints what came of each race as JSON.
"""

from __future__ import annotations

import datetime as dt
import json
import os
import sys
import uuid
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier
from typing import TYPE_CHECKING, Any, TypeVar

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "journify.settings")

import django

django.setup()

from django.core.management import call_command  # noqa: E402
from django.db import connections  # noqa: E402

from classifier.files.tests.test_bad_input import upload_of  # noqa: E402
from classifier.files.uploads import add_upload  # noqa: E402
from classifier.models import Classification, Explanation, Label, Song  # noqa: E402
from classifier.queue.rows import request_classification  # noqa: E402
from classifier.serving.explaining import request_explanation  # noqa: E402
from journal import services  # noqa: E402
from journal.archive import transfers  # noqa: E402
from journal.archive.merging import merge  # noqa: E402
from journal.archive.schema import (  # noqa: E402
    Archive,
    ArchivedDay,
    ArchivedEntry,
    ArchivedPhrase,
    ArchivedSong,
)
from journal.day.pages import MOST_ENTRIES, open_day  # noqa: E402
from journal.models import Entry, Journal, Phrase, Transfer  # noqa: E402
from ml.tests.sounds import music, write  # noqa: E402
from spotify_auth.models import User  # noqa: E402

if TYPE_CHECKING:
    from django.db.models import QuerySet

T = TypeVar("T")
THREADS = 8
TODAY = dt.date(2026, 11, 23)


def somebody() -> User:
    return User.objects.create(username=uuid.uuid4().hex)


def at_once(work: Callable[[T], Any], values: Sequence[T]) -> list[str]:
    """Do `work` with each value at the same moment; return the names of what went wrong."""
    barrier = Barrier(len(values))

    def run(value: T) -> str:
        try:
            barrier.wait()
            work(value)
        except Exception as error:
            return type(error).__name__
        else:
            return ""
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(values)) as pool:
        return [name for name in pool.map(run, values) if name]


def page(user: User, count: int = 0) -> Journal:
    journal = Journal.objects.create(user=user, date=TODAY)
    for position in range(count):
        journal.entry(position=position, phrase_text=f"Phrase {position}…").save(force_insert=True)
    return journal


def double(rows: QuerySet[Entry]) -> int:
    """How many phrases stand on a page twice."""
    return sum(n - 1 for n in Counter(rows.values_list("phrase_text", flat=True)).values())


def keep_one_phrase(_folder: Path) -> dict[str, Any]:
    user = somebody()
    errors = at_once(lambda text: services.keep_phrase(user, text), ["Mine…"] * THREADS)
    return {"errors": errors, "rows": Phrase.objects.filter(owner=user).count()}


def add_phrases(_folder: Path) -> dict[str, Any]:
    journal = page(somebody())
    texts = [f"Mine {number}…" for number in range(THREADS)]
    errors = at_once(lambda text: services.add_phrase(journal, text), texts)
    return {"errors": errors, "rows": journal.entries.count(), "double": double(journal.entries)}


def add_one_phrase(_folder: Path) -> dict[str, Any]:
    journal = page(somebody())
    errors = at_once(lambda text: services.add_phrase(journal, text), ["Mine…"] * THREADS)
    return {"errors": errors, "rows": journal.entries.count()}


def fill_a_page(_folder: Path) -> dict[str, Any]:
    journal = page(somebody(), MOST_ENTRIES - 2)
    texts = [f"Mine {number}…" for number in range(THREADS)]
    errors = at_once(lambda text: services.add_phrase(journal, text), texts)
    return {"errors": errors, "rows": journal.entries.count()}


def open_one_day(_folder: Path) -> dict[str, Any]:
    user = somebody()
    errors = at_once(lambda date: open_day(user, date), [TODAY] * THREADS)
    return {"errors": errors, "rows": Entry.objects.filter(user=user).count()}


def swap_phrases(_folder: Path) -> dict[str, Any]:
    journal = open_day(somebody(), TODAY)
    found = 0
    for _ in range(5):
        at_once(services.swap_phrase, list(journal.entries.all()[:THREADS]))
        found += double(journal.entries.all())
    return {"double": found}


def upload_one_song(folder: Path) -> dict[str, Any]:
    user = somebody()
    path = write(folder / "song.mp3", music(5.0), codec="libmp3lame")

    def upload(name: str) -> None:
        with upload_of(path, name) as file:
            add_upload(user, file)

    errors = at_once(upload, [f"{number}.mp3" for number in range(4)])
    songs = Song.objects.filter(owner=user)
    kept = {Path(song.audio.path) for song in songs}
    stored = {file for each in kept for file in each.parent.iterdir()}
    return {"errors": errors, "rows": songs.count(), "files": len(stored)}


def request_one_export(_folder: Path) -> dict[str, Any]:
    user = somebody()
    transfers.request_export(user, with_audio=False)
    Transfer.objects.filter(user=user).update(status="done")
    errors = at_once(lambda _: transfers.request_export(user, with_audio=False), range(THREADS))
    rows = Transfer.objects.filter(user=user)
    return {"errors": errors, "states": list(rows.values_list("status", flat=True))}


def request_one_explanation(_folder: Path) -> dict[str, Any]:
    answer = Classification.objects.create(
        song=Song.objects.create(title="Explained"), model="m", version="1", status="done",
        emotion="sad",
    )  # fmt: skip
    Explanation.objects.create(classification=answer, emotion="sad", status="failed")
    asked: list[uuid.UUID] = []
    errors = at_once(lambda _: asked.append(request_explanation(answer).pk), range(THREADS))
    rows = Explanation.objects.filter(classification=answer)
    return {
        "errors": errors,
        "states": list(rows.values_list("status", flat=True)),
        "asked": len(set(asked)),
    }


def request_one_classification(_folder: Path) -> dict[str, Any]:
    song = Song.objects.create(title="Heard once")
    errors = at_once(request_classification, [song] * THREADS)
    return {"errors": errors, "rows": song.classifications.count()}


def label_one_song(_folder: Path) -> dict[str, Any]:
    user, song = somebody(), Song.objects.create(title="Labelled")
    entry = page(user).entry(position=0, phrase_text="P…", song=song)
    entry.save(force_insert=True)
    words = ["sad", "happy", "energetic", "calm"]
    errors = at_once(lambda word: services.set_label(user, song, word, said=""), words)
    entry.refresh_from_db()
    said = Label.objects.get(user=user, song=song).emotion
    return {"errors": sorted(errors), "counts_as_said": said == entry.emotion}


def archive_of(titles: Sequence[str]) -> Archive:
    songs = [ArchivedSong(ref=title, title=title) for title in titles]
    entries = [
        ArchivedEntry(position=number, phrase=f"Phrase {number}…", song=title)
        for number, title in enumerate(titles)
    ]
    phrases = [ArchivedPhrase(f"Mine {number}…", "", active=True) for number in range(THREADS)]
    return Archive(phrases=phrases, songs=songs, days=[ArchivedDay(TODAY, entries)])


def import_into_a_page_in_use(_folder: Path) -> dict[str, Any]:
    """While phrases are added to the day and its cards answered, an archive is read into it."""
    user = somebody()
    journal = page(user, 4)
    mine = Song.objects.create(title="Answered here")
    archive = archive_of([f"Imported {number}" for number in range(4)])
    added: Any = None

    def work(task: object) -> None:
        if task == "import":
            merge(user, archive, added, progress=lambda _done, _total: None)
        elif isinstance(task, Entry):
            services.answer_entry(task, mine, revision=task.revision)
        else:
            services.add_phrase(journal, str(task))

    cards = list(journal.entries.all())
    texts = [f"Mine {number}…" for number in range(3)]
    errors = at_once(work, ["import", *cards, *texts])
    here = list(journal.entries.values_list("song__title", flat=True))
    return {
        "errors": [name for name in errors if name != "StaleEntryError"],
        "imported": sum(str(title).startswith("Imported") for title in here),
        "answered": here.count("Answered here") + errors.count("StaleEntryError"),
        "waiting": here.count(None),
    }


def start_twice(_folder: Path) -> dict[str, Any]:
    Phrase.objects.filter(owner=None).delete()
    errors = at_once(lambda name: call_command(name, stdout=sys.stderr), ["load_phrases"] * 4)
    keys = list(Phrase.objects.filter(owner=None).values_list("key", flat=True))
    return {"errors": errors, "double": len(keys) - len(set(keys)), "some": len(keys) > THREADS}


RACES = (
    keep_one_phrase,
    add_phrases,
    add_one_phrase,
    fill_a_page,
    start_twice,
    open_one_day,
    swap_phrases,
    upload_one_song,
    request_one_export,
    request_one_explanation,
    request_one_classification,
    label_one_song,
    import_into_a_page_in_use,
)


def main(folder: Path) -> None:
    """Prepare the database, run every race, and print what came of it."""
    call_command("load_phrases", verbosity=0, stdout=sys.stderr)
    json.dump({race.__name__: race(folder) for race in RACES}, sys.stdout)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
