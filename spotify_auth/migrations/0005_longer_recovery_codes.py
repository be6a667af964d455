"""Keep the recovery codes that people have, now that new ones have twelve digits.

allauth makes codes of a seed and of how many digits they have; the unused ones of before are
written down one by one, which it knows as codes that came from elsewhere. A row whose seed fits no
key of this server is left as it is: its codes were lost before.
"""

import hmac
from hashlib import sha1

from django.db import migrations

from spotify_auth.encryption import decrypt, encrypt

CODES, DIGITS = 10, 8


def write_down(apps, _schema_editor):
    Authenticator = apps.get_model("mfa", "Authenticator")
    for row in Authenticator.objects.filter(type="recovery_codes"):
        seed = decrypt(row.data.get("seed", ""))
        if not seed:
            continue
        used = row.data.get("used_mask", 0)
        unused = [code for number, code in enumerate(_codes(seed)) if not used & (1 << number)]
        data = {"migrated_codes": [encrypt(code) for code in unused]}
        Authenticator.objects.filter(pk=row.pk).update(data=data)


def _codes(seed):
    """As allauth 65.22's RecoveryCodes.generate_codes does it for eight digits."""
    digest = hmac.new(key=seed.encode("ascii"), msg=None, digestmod=sha1)
    for number in range(CODES):
        digest.update(f"{number:3},".encode())
        value = int.from_bytes(digest.digest()[: DIGITS // 2], byteorder="big")
        yield str(value % 10**DIGITS).zfill(DIGITS)


class Migration(migrations.Migration):
    dependencies = [
        ("spotify_auth", "0004_invitation"),
        ("mfa", "__first__"),
    ]

    operations = [migrations.RunPython(write_down, migrations.RunPython.noop, elidable=True)]
