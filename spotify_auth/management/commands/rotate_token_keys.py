"""Encrypt every stored token with the first of TOKEN_KEYS, so that the others can be taken away.

manage.py rotate_token_keys
"""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand
from django.db.models import F

from spotify_auth.models import SpotifyConnection


class Command(BaseCommand):
    """Read each row with whichever key fits and write it with the newest."""

    help = __doc__

    def handle(self, **_options: Any) -> None:
        """Rotate; a row that changes meanwhile was written with the newest key anyway."""
        count = 0
        for row in SpotifyConnection.objects.iterator():
            count += SpotifyConnection.objects.filter(pk=row.pk, revision=row.revision).update(
                access_token=row.access_token,
                refresh_token=row.refresh_token,
                revision=F("revision") + 1,
            )
        self.stdout.write(f"{count} connections encrypted with the newest key.")
