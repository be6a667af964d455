"""Encrypt every stored token with the first of TOKEN_KEYS, so that the others can be taken away.

manage.py rotate_token_keys
"""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandError

from journify.commands import ExplainedCommand
from spotify_auth.models import SpotifyConnection


class Command(ExplainedCommand):
    """Read each row with whichever key fits and write it with the newest."""

    def handle(self, **_options: Any) -> None:
        """Rotate. A row that changes meanwhile was written with the newest key anyway."""
        rotated = lost = 0
        for row in SpotifyConnection.objects.filter(state=SpotifyConnection.State.CONNECTED):
            if not row.refresh_token:  # no key fits: with the right key it may live again
                lost += 1
                continue
            # the same values: the revision stays, or a refresh under way would lose its result
            rotated += SpotifyConnection.objects.filter(pk=row.pk, revision=row.revision).update(
                access_token=row.access_token, refresh_token=row.refresh_token
            )
        self.stdout.write(f"{rotated} connections encrypted with the newest key.")
        if lost:
            raise CommandError(
                f"{lost} connections fit none of TOKEN_KEYS: they are left as they are."
            )
