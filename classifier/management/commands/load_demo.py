"""Load the demo songs into the catalogue, and have those classified that are not yet.

manage.py load_demo
"""

from __future__ import annotations

import json
from typing import Any

from django.conf import settings
from django.core.files import File
from django.db import transaction

from classifier.bundles import main_bundle
from classifier.models import Song
from classifier.queue import request_classification
from journify.commands import ExplainedCommand

DEMO = settings.BASE_DIR / "classifier" / "demo"


class Command(ExplainedCommand):
    """Write every song of `classifier/demo/catalogue.json`, known by its slug."""

    def handle(self, **_options: Any) -> None:
        """Copy new songs into the media storage and ask for their emotions."""
        rows = json.loads((DEMO / "catalogue.json").read_text(encoding="utf-8"))
        new = sum(self._load(row) for row in rows)
        self.stdout.write(f"{len(rows)} demo songs ({new} new).")

    @transaction.atomic
    def _load(self, row: dict[str, Any]) -> bool:
        song = Song.objects.filter(catalogue_key=row["slug"]).first()
        is_new = song is None
        if song is None:
            song = Song(catalogue_key=row["slug"])
        if not song.has_audio:
            path = DEMO / row["file"]
            with path.open("rb") as file:
                song.audio.save(path.name, File(file), save=False)
        song.title, song.artist = row["title"], row["composer"]
        song.duration_ms = round(row["seconds"] * 1000)
        song.save()
        bundle = main_bundle()
        if not song.classifications.filter(model=bundle.name, version=bundle.version).exists():
            request_classification(song)
        return is_new
