"""Load the built-in phrases; loading again updates them.

manage.py load_phrases
"""

import tomllib
from typing import Any

from django.conf import settings

from journal.models import Phrase
from journify.models import written
from journify.operations.commands import ExplainedCommand

PHRASES = settings.BASE_DIR / "journal" / "data" / "phrases.toml"
COLUMNS = ("key", "text", "seasons", "weekdays")


class Command(ExplainedCommand):
    def handle(self, **_options: Any) -> None:
        """Create what is new, update what changed, leave listeners' own phrases alone.

        Seasons and weekdays come with a new phrase only: curators may have changed them.
        """
        self.stdout.write(written(self._load))  # two machines may start at once

    def _load(self) -> str:
        themes = tomllib.loads(PHRASES.read_text(encoding="utf-8"))
        wanted = {
            row["key"]: (theme.replace("_", " "), row)
            for theme, rows in themes.items()
            for row in rows
        }
        known = {phrase.key: phrase for phrase in Phrase.objects.filter(owner=None)}
        new = [
            Phrase(theme=theme, **{name: row[name] for name in COLUMNS if name in row})
            for key, (theme, row) in wanted.items()
            if key not in known
        ]
        changed = []
        for key, (theme, row) in wanted.items():
            phrase = known.get(key)
            if phrase is not None and (phrase.theme, phrase.text) != (theme, row["text"]):
                phrase.theme, phrase.text = theme, row["text"]
                changed.append(phrase)
        Phrase.objects.bulk_create(new)
        Phrase.objects.bulk_update(changed, ["theme", "text"])
        return f"{len(wanted)} built-in phrases ({len(new)} new, {len(changed)} changed)."
