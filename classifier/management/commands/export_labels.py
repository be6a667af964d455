"""Write what curators said of songs as a folder to train on: audio files and labels.csv.

    manage.py export_labels DIR
    manage.py export_labels DIR --user carol --user dave

The folder is what `manage.py train --data DIR` reads: `file,emotion,group,quadrant_share`, the
artist as group, so that no artist is in two folds. Only labels of staff count, of the users named,
or with `--everybody` of all. Where they disagree the majority wins; songs without one are left out.
How many agree weighs: `quadrant_share` is what is to be expected of the next person, so one label
teaches less than five that agree. Listeners' uploads stay private: a song that belongs to somebody
is only written when that person is named.
"""

import csv
import shutil
from argparse import ArgumentParser
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError
from django.db.models import Prefetch, Q, QuerySet

from classifier.models import Label, Song
from journify.operations.commands import ExplainedCommand


class Command(ExplainedCommand):
    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("folder", type=Path, metavar="DIR")
        parser.add_argument("--user", action="append", default=[], help="default: all staff")
        parser.add_argument("--everybody", action="store_true", help="count all listeners' labels")

    def handle(self, *, folder: Path, user: list[str], everybody: bool, **_options: Any) -> None:
        if folder.exists() and any(folder.iterdir()):
            raise CommandError(f"{folder} is not empty: give a new folder.")
        (folder / "audio").mkdir(parents=True, exist_ok=True)
        written = 0
        with (folder / "labels.csv").open("w", encoding="utf-8", newline="") as file:
            rows = csv.writer(file)
            rows.writerow(["file", "emotion", "group", "quadrant_share"])
            for song in _labelled_songs(user, is_everybody=everybody):
                emotion, share = _majority(song.labels.all())
                if emotion and song.has_audio:
                    group = song.artist or song.pk
                    rows.writerow([_copy(song, folder), emotion, group, f"{share:.2f}"])
                    written += 1
        self.stdout.write(f"{written} labelled songs in {folder}.")


def _labelled_songs(users: list[str], *, is_everybody: bool) -> QuerySet[Song]:
    """Songs with a label that counts, those labels joined as `labels`."""
    who = Q(user__username__in=users) if users else Q(user__is_staff=True)
    who = Q() if is_everybody else who
    labels = Label.objects.filter(who)
    return (
        Song.objects.filter(pk__in=labels.values("song"))
        .filter(Q(owner=None) | Q(owner__username__in=users))
        .order_by("created_at")
        .prefetch_related(Prefetch("labels", labels))
    )


def _majority(labels: Iterable[Label]) -> tuple[str, float]:
    """The emotion most people chose, empty when two share the first place, and how many would.

    As if one more had agreed and one not (Laplace): one label says 0.67, five that agree 0.86.
    """
    said = Counter(label.emotion for label in labels)
    counts = said.most_common(2)
    is_tie = len(counts) > 1 and counts[0][1] == counts[1][1]
    return "" if is_tie else counts[0][0], (counts[0][1] + 1) / (said.total() + 2)


def _copy(song: Song, folder: Path) -> str:
    name = f"audio/{song.pk}{Path(str(song.audio.name)).suffix}"
    with song.audio.open("rb") as source, (folder / name).open("wb") as target:
        shutil.copyfileobj(source, target)
    return name
