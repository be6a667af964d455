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
from classifier.models import Classification, Song
from classifier.queue import request_classification
from journify.commands import ExplainedCommand

DEMO = settings.BASE_DIR / "classifier" / "demo"


class Command(ExplainedCommand):
    """Write every song of `classifier/demo/catalogue.json`, known by its slug."""

    def handle(self, **_options: Any) -> None:
        """Copy new songs into the media storage and ask for their emotions."""
        rows = json.loads((DEMO / "catalogue.json").read_text(encoding="utf-8"))
        bundle = main_bundle()
        asked = set(
            Classification.objects.filter(
                song__catalogue_key__in=[row["slug"] for row in rows],
                model=bundle.name,
                version=bundle.version,
            ).values_list("song_id", flat=True)
        )
        known = Song.objects.in_bulk([row["slug"] for row in rows], field_name="catalogue_key")
        for row in rows:
            song = known.get(row["slug"]) or Song(catalogue_key=row["slug"])
            with transaction.atomic():
                _bring_up_to_date(song, row)
                if song.pk not in asked:
                    request_classification(song)
        self.stdout.write(f"{len(rows)} demo songs ({len(rows) - len(known)} new).")


def _bring_up_to_date(song: Song, row: dict[str, Any]) -> None:
    """Give `song` the sound and the words of the catalogue; leave it alone where it has them."""
    facts = {
        "title": row["title"],
        "artist": row["composer"],
        "duration_ms": round(row["seconds"] * 1000),
    }
    is_known = all(getattr(song, name) == value for name, value in facts.items())
    if is_known and song.has_audio:
        return
    for name, value in facts.items():
        setattr(song, name, value)
    if not song.has_audio:
        path = DEMO / row["file"]
        with path.open("rb") as file:
            song.audio.save(path.name, File(file), save=False)
    song.save()
