"""Encrypt every token and second key with the first of TOKEN_KEYS, so that the others can go.

manage.py rotate_token_keys
"""

from typing import Any

from allauth.mfa.models import Authenticator
from django.core.management.base import CommandError

from journify.operations.commands import ExplainedCommand
from spotify_auth.encryption import decrypt, encrypt
from spotify_auth.models import SpotifyConnection

# Where allauth keeps what it encrypts: recovery codes have a seed, or each a text of its own where
# they were brought along from another package.
TYPES = [Authenticator.Type.TOTP, Authenticator.Type.RECOVERY_CODES]
SECRETS = {"secret", "seed", "migrated_codes"}


class Command(ExplainedCommand):
    def handle(self, **_options: Any) -> None:
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
    rows = list(Authenticator.objects.filter(type__in=TYPES))
    rotated = 0
    for row in rows:
        if (data := _anew(row.data)) is not None:
            # a recovery code that is used meanwhile stays used
            rotated += Authenticator.objects.filter(pk=row.pk, data=row.data).update(data=data)
    return rotated, len(rows) - rotated


def _anew(data: dict[str, Any]) -> dict[str, Any] | None:
    """Encrypt the secrets of an authenticator with the newest key; None where one fits no key."""
    data = dict(data)
    for name in SECRETS & data.keys():
        stored = data[name]
        plain = [decrypt(each) for each in (stored if isinstance(stored, list) else [stored])]
        if not all(plain):
            return None
        written = [encrypt(each) for each in plain]
        data[name] = written if isinstance(stored, list) else written[0]
    return data
