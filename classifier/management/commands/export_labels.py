"""Write what curators said of songs as a folder to train on: audio files and labels.csv.

    manage.py export_labels DIR
    manage.py export_labels DIR --user carol --user dave

The folder is what `manage.py train --data DIR` reads: `file,emotion,group`, the artist as group, so
that no artist is in two folds. Only labels of staff count, or of the users named. Where they
disagree the majority wins; songs without one are left out. Listeners' uploads stay private: a song
that belongs to somebody is only written when that person is named.
"""

from __future__ import annotations

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
    """Export labelled songs for training."""

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the target and whose labels count."""
        parser.add_argument("folder", type=Path, metavar="DIR")
        parser.add_argument("--user", action="append", default=[], help="default: all staff")

    def handle(self, *, folder: Path, user: list[str], **_options: Any) -> None:
        """Write the folder and say how much went into it."""
        if folder.exists() and any(folder.iterdir()):
            raise CommandError(f"{folder} is not empty: give a new folder.")
        (folder / "audio").mkdir(parents=True, exist_ok=True)
        written = 0
        with (folder / "labels.csv").open("w", encoding="utf-8", newline="") as file:
            rows = csv.writer(file)
            rows.writerow(["file", "emotion", "group"])
            for song in _labelled_songs(user):
                emotion = _majority(song.labels.all())
                if emotion and song.has_audio:
                    rows.writerow([_copy(song, folder), emotion, song.artist or song.pk])
                    written += 1
        self.stdout.write(f"{written} labelled songs in {folder}.")


def _labelled_songs(users: list[str]) -> QuerySet[Song]:
    """Songs with a label that counts, those labels joined as `labels`."""
    who = Q(user__username__in=users) if users else Q(user__is_staff=True)
    labels = Label.objects.filter(who)
    return (
        Song.objects.filter(pk__in=labels.values("song"))
        .filter(Q(owner=None) | Q(owner__username__in=users))
        .order_by("created_at")
        .prefetch_related(Prefetch("labels", labels))
    )


def _majority(labels: Iterable[Label]) -> str | None:
    """The emotion most people chose; None when two share the first place."""
    counts = Counter(label.emotion for label in labels).most_common(2)
    is_tie = len(counts) > 1 and counts[0][1] == counts[1][1]
    return None if is_tie else counts[0][0]


def _copy(song: Song, folder: Path) -> str:
    name = f"audio/{song.pk}{Path(str(song.audio.name)).suffix}"
    with song.audio.open("rb") as source, (folder / name).open("wb") as target:
        shutil.copyfileobj(source, target)
    return name
