"""What came after commit 269ece2."""

import hmac
import uuid
from collections import Counter
from hashlib import sha1

import django.db.models.deletion
import django.utils.timezone
import spotify_auth.fields
import spotify_auth.models
from django.conf import settings
from django.db import migrations, models

from journify.names import identity_of, skeleton_of
from spotify_auth.encryption import decrypt, encrypt


LONGEST = spotify_auth.fields.LONGEST - 10


def fill(apps, _schema_editor):
    User = apps.get_model("spotify_auth", "User")
    seen = {"identity": Counter(), "skeleton": Counter()}
    users = User.objects.order_by("date_joined", "pk").values_list("pk", "username")
    for pk, name in list(users):
        made = {"identity": identity_of(name), "skeleton": skeleton_of(name)}
        User.objects.filter(pk=pk).update(
            **{column: _numbered(text[:LONGEST], seen[column]) for column, text in made.items()}
        )


def _numbered(text, seen):
    seen[text] += 1
    return f"{text}{spotify_auth.fields.AGAIN}{seen[text]}" if seen[text] > 1 else text


CODES, DIGITS = 10, 8


def write_down(apps, _schema_editor):
    try:
        Authenticator = apps.get_model("mfa", "Authenticator")
    except LookupError:
        return  # no table of codes yet, and so none to write down
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
    # not `replaces`, which Django allows only in what itself is not replaced
    stood_for = [
        ("spotify_auth", "0003_user_names"),
        ("spotify_auth", "0004_invitation"),
        ("spotify_auth", "0005_longer_recovery_codes"),
    ]

    # not on `mfa`, which needs the listeners that the squashed migration makes
    dependencies = [
        ("spotify_auth", "0001_initial"),
    ]

    operations = [
        migrations.AddField(
            model_name="user",
            name="identity",
            field=models.CharField(max_length=600, null=True, editable=False),
        ),
        migrations.AddField(
            model_name="user",
            name="skeleton",
            field=models.CharField(max_length=600, null=True, editable=False),
        ),
        migrations.RunPython(fill, migrations.RunPython.noop, elidable=True),
        migrations.AlterField(
            model_name="user",
            name="identity",
            field=spotify_auth.fields.IdentityField(editable=False, max_length=600, unique=True),
        ),
        migrations.AlterField(
            model_name="user",
            name="skeleton",
            field=spotify_auth.fields.SkeletonField(editable=False, max_length=600, unique=True),
        ),
        migrations.AlterField(
            model_name="user",
            name="username",
            field=models.CharField(
                error_messages={"unique": "This name is taken."},
                help_text="Letters of any alphabet, digits and @ . + - _",
                max_length=150,
                unique=True,
                validators=[spotify_auth.models.validate_username],
                verbose_name="user name",
            ),
        ),
        migrations.CreateModel(
            name="Invitation",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                (
                    "created_at",
                    models.DateTimeField(
                        default=django.utils.timezone.now, editable=False, verbose_name="made"
                    ),
                ),
                (
                    "expires_at",
                    models.DateTimeField(
                        default=spotify_auth.models.two_weeks_on, verbose_name="good until"
                    ),
                ),
                ("used_at", models.DateTimeField(editable=False, null=True, verbose_name="used")),
                (
                    "created_by",
                    models.ForeignKey(
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="made by",
                    ),
                ),
            ],
            options={
                "verbose_name": "invitation",
                "verbose_name_plural": "invitations",
                "ordering": ["-created_at"],
            },
        ),
        migrations.RunPython(write_down, migrations.RunPython.noop, elidable=True),
    ]
