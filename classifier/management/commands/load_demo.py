"""Load the demo songs into the catalogue, and have those classified that are not yet.

manage.py load_demo
"""

import json
from functools import partial
from typing import Any

from django.conf import settings
from django.core.files import File

from classifier.models import Classification, Song
from classifier.queue.rows import request_classification
from classifier.serving.bundles import main_bundle
from journify.models import save_with_file, written
from journify.operations.commands import ExplainedCommand

DEMO = settings.BASE_DIR / "classifier" / "demo"


class Command(ExplainedCommand):
    def handle(self, **_options: Any) -> None:
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
            song = written(partial(_up_to_date, known.get(row["slug"]), row))
            if song.pk not in asked:
                request_classification(song)
        self.stdout.write(f"{len(rows)} demo songs ({len(rows) - len(known)} new).")


def _up_to_date(known: Song | None, row: dict[str, Any]) -> Song:
    """Give a song the sound and the words of the catalogue; leave it alone where it has them."""
    key = {"catalogue_key": row["slug"]}
    # another machine that starts at the same moment may have written it
    song = known or Song.objects.filter(**key).first() or Song(**key)
    facts = {
        "title": row["title"],
        "artist": row["composer"],
        "duration_ms": round(row["seconds"] * 1000),
    }
    has_changed = any(getattr(song, name) != value for name, value in facts.items())
    for name, value in facts.items():
        setattr(song, name, value)
    if not song.has_audio:
        path = DEMO / row["file"]
        with path.open("rb") as file:
            song.audio = File(file, name=path.name)
            save_with_file(song, "audio")
    elif has_changed:
        song.save()
    return song
