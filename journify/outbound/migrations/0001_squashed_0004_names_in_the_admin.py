"""Today's tables in one step, for a database from nothing; one with tables goes the steps replaced."""

import django.utils.timezone
import uuid
from django.db import migrations, models


class Migration(migrations.Migration):
    replaces = [
        ("outbound", "0001_initial"),
        ("outbound", "0002_down"),
        ("outbound", "0003_paced_by_allowances"),
        ("outbound", "0004_names_in_the_admin"),
    ]

    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="PlatformPace",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("platform", models.CharField(max_length=20, unique=True)),
                ("blocked_until", models.DateTimeField(default=django.utils.timezone.now)),
                ("is_quota_used_up", models.BooleanField(default=False)),
                ("is_down", models.BooleanField(default=False)),
            ],
            options={
                "verbose_name": "pace of a platform",
                "verbose_name_plural": "paces of platforms",
            },
        ),
    ]
