"""Today's tables in one step, for a database from nothing; one with tables goes the steps replaced."""

import django.utils.timezone
import uuid
from django.db import migrations, models


class Migration(migrations.Migration):
    replaces = [
        ("limits", "0001_initial"),
        ("limits", "0002_drop_repeated_indexes"),
        ("limits", "0003_names_in_the_admin"),
    ]

    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="Allowance",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("key", models.CharField(max_length=64)),
                (
                    "spent_until",
                    models.DateTimeField(db_index=True, default=django.utils.timezone.now),
                ),
                ("revision", models.PositiveIntegerField(default=0)),
            ],
            options={
                "verbose_name": "allowance",
                "verbose_name_plural": "allowances",
                "constraints": [models.UniqueConstraint(fields=("key",), name="allowance_key")],
            },
        ),
    ]
