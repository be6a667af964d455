"""Blank what Spotify told of songs that nobody looked at for long; the worker does so hourly.

manage.py forget_metadata
"""

from typing import Any

from django.utils import timezone

from classifier.metadata import KEPT_FOR, forget_metadata
from classifier.models import Song
from journify.operations.commands import ExplainedCommand


class Command(ExplainedCommand):
    def handle(self, **_options: Any) -> None:
        """Blank metadata that is twice as old as when it should have been read anew."""
        oldest = timezone.now() - 2 * KEPT_FOR
        old = Song.objects.exclude(spotify_id=None).filter(metadata_fetched_at__lt=oldest)
        self.stdout.write(f"{forget_metadata(old)} songs without Spotify's metadata now.")
