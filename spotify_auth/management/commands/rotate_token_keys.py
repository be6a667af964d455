"""Encrypt every token and second key with the first of TOKEN_KEYS, so that the others can go.

manage.py rotate_token_keys
"""

from __future__ import annotations

from typing import Any

from allauth.mfa.models import Authenticator
from django.core.management.base import CommandError

from journify.commands import ExplainedCommand
from spotify_auth.encryption import decrypt, encrypt
from spotify_auth.models import SpotifyConnection

# Where allauth keeps what it encrypts.
SECRETS = {Authenticator.Type.TOTP: "secret", Authenticator.Type.RECOVERY_CODES: "seed"}


class Command(ExplainedCommand):
    """Read each row with whichever key fits and write it with the newest."""

    def handle(self, **_options: Any) -> None:
        """Rotate, and say what was left."""
        connections, lost = _rotate_connections()
        second_keys, lost_too = _rotate_second_keys()
        self.stdout.write(
            f"{connections} connections and {second_keys} second keys have the newest key now."
        )
        if left := lost + lost_too:
            raise CommandError(
                f"{left} fit none of TOKEN_KEYS, or were changed just now: they are left as they "
                "are. Run this again before you take a key away."
            )


def _rotate_connections() -> tuple[int, int]:
    """Return how many were written anew, and how many no key fits."""
    rotated = lost = 0
    for row in SpotifyConnection.objects.filter(state=SpotifyConnection.State.CONNECTED):
        if not row.refresh_token:  # no key fits: with the right key it may live again
            lost += 1
            continue
        # The same values: the revision stays, or a refresh under way would lose its result. A row
        # that changes meanwhile was written with the newest key anyway.
        rotated += SpotifyConnection.objects.filter(pk=row.pk, revision=row.revision).update(
            access_token=row.access_token, refresh_token=row.refresh_token
        )
    return rotated, lost


def _rotate_second_keys() -> tuple[int, int]:
    """Return how many were written anew, and how many were not."""
    rows = list(Authenticator.objects.filter(type__in=SECRETS))
    rotated = 0
    for row in rows:
        name = SECRETS[row.type]
        plain = decrypt(row.data[name])
        if not plain:
            continue
        # a recovery code that is used meanwhile stays used
        seen = {f"data__{key}": row.data[key] for key in (name, "used_mask") if key in row.data}
        rotated += Authenticator.objects.filter(pk=row.pk, **seen).update(
            data=row.data | {name: encrypt(plain)}
        )
    return rotated, len(rows) - rotated
