"""Today's tables in one step, for a database from nothing; one with tables goes the steps replaced."""

import django.db.models.deletion
import django.utils.timezone
import uuid
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    replaces = [
        ("reminders", "0001_initial"),
        ("reminders", "0002_drop_repeated_indexes"),
        ("reminders", "0003_names_in_the_admin"),
    ]

    initial = True

    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Reminder",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("at", models.TimeField(verbose_name="time")),
                ("by_mail", models.BooleanField(default=False, verbose_name="by e-mail")),
                (
                    "calendar_key",
                    models.CharField(blank=True, max_length=43, null=True, unique=True),
                ),
                ("time_zone", models.CharField(max_length=64, verbose_name="time zone")),
                ("language", models.CharField(max_length=10, verbose_name="language")),
                (
                    "origin",
                    models.CharField(help_text="How this server was called.", max_length=200),
                ),
                ("due_at", models.DateTimeField(db_index=True, verbose_name="next")),
                (
                    "user",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="reminder",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "reminder",
                "verbose_name_plural": "reminders",
            },
        ),
        migrations.CreateModel(
            name="Nudge",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("queued", "waiting"),
                            ("running", "under way"),
                            ("done", "done"),
                            ("failed", "failed"),
                        ],
                        default="queued",
                        max_length=10,
                        verbose_name="status",
                    ),
                ),
                ("attempts", models.PositiveSmallIntegerField(default=0, verbose_name="attempts")),
                ("owner", models.CharField(blank=True, max_length=64, verbose_name="worker")),
                (
                    "lease_until",
                    models.DateTimeField(blank=True, null=True, verbose_name="held until"),
                ),
                ("revision", models.PositiveIntegerField(default=0, verbose_name="revision")),
                ("error", models.CharField(blank=True, max_length=300, verbose_name="error")),
                (
                    "ready_at",
                    models.DateTimeField(
                        default=django.utils.timezone.now,
                        editable=False,
                        help_text="Since when a worker may take it up.",
                    ),
                ),
                (
                    "turn_at",
                    models.DateTimeField(
                        default=django.utils.timezone.now,
                        editable=False,
                        help_text="The earlier, the sooner it is taken up.",
                    ),
                ),
                (
                    "lane",
                    models.CharField(
                        blank=True,
                        editable=False,
                        help_text="A keyed hash of who waits for it; empty when it is done.",
                        max_length=16,
                    ),
                ),
                ("date", models.DateField()),
                (
                    "user",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "reminder to send",
                "verbose_name_plural": "reminders to send",
                "abstract": False,
                "indexes": [
                    models.Index(
                        condition=models.Q(("status", "queued")),
                        fields=["turn_at"],
                        name="reminders_nudge_turn",
                    ),
                    models.Index(
                        condition=models.Q(("status", "queued")),
                        fields=["lane", "turn_at"],
                        name="reminders_nudge_lane",
                    ),
                    models.Index(
                        condition=models.Q(("status", "running")),
                        fields=["lease_until"],
                        name="reminders_nudge_held",
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("user", "date"), name="reminders_nudge_unique")
                ],
            },
        ),
        migrations.CreateModel(
            name="PushDevice",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("endpoint", models.TextField()),
                ("endpoint_sha256", models.CharField(max_length=64)),
                ("public_key", models.CharField(max_length=100)),
                ("secret", models.CharField(max_length=40)),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="push_devices",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "device for push messages",
                "verbose_name_plural": "devices for push messages",
                "ordering": ["created_at"],
                "constraints": [
                    models.UniqueConstraint(fields=("endpoint_sha256",), name="pushdevice_endpoint")
                ],
            },
        ),
    ]
