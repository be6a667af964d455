"""The tables as of commit 269ece2. A database of then has applied what this replaces."""

import django.core.validators
import django.db.models.deletion
import django.utils.timezone
import journal.models
import uuid
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("classifier", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Journal",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("date", models.DateField(verbose_name="date")),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="journals",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ["-date"],
            },
        ),
        migrations.CreateModel(
            name="Phrase",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("key", models.SlugField(blank=True, editable=False, null=True, unique=True)),
                ("text", models.CharField(max_length=140, verbose_name="text")),
                ("theme", models.CharField(blank=True, max_length=40, verbose_name="theme")),
                ("active", models.BooleanField(default=True, verbose_name="active")),
                (
                    "owner",
                    models.ForeignKey(
                        blank=True,
                        help_text="Empty for built-in phrases, which everybody may be given.",
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="phrases",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ["text"],
            },
        ),
        migrations.CreateModel(
            name="Entry",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("date", models.DateField(editable=False, verbose_name="date")),
                ("position", models.PositiveSmallIntegerField()),
                (
                    "phrase_text",
                    models.CharField(
                        help_text="As shown that day: a deleted phrase never changes history.",
                        max_length=140,
                    ),
                ),
                (
                    "emotion",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("sad", "Sad"),
                            ("happy", "Happy"),
                            ("energetic", "Energetic"),
                            ("calm", "Calm"),
                        ],
                        editable=False,
                        max_length=10,
                        verbose_name="emotion",
                    ),
                ),
                ("note", models.TextField(blank=True, max_length=2000, verbose_name="note")),
                ("answered_at", models.DateTimeField(blank=True, null=True)),
                ("revision", models.PositiveIntegerField(default=0)),
                (
                    "song",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=journal.models.set_unanswered,
                        related_name="entries",
                        to="classifier.song",
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        db_index=False,
                        editable=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="entries",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "journal",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="entries",
                        to="journal.journal",
                    ),
                ),
                (
                    "phrase",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="entries",
                        to="journal.phrase",
                    ),
                ),
            ],
            options={
                "verbose_name_plural": "entries",
                "ordering": ["position"],
            },
        ),
        migrations.CreateModel(
            name="Preferences",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                (
                    "time_zone",
                    models.CharField(
                        blank=True,
                        max_length=64,
                        validators=[journal.models.validate_time_zone],
                        verbose_name="time zone",
                    ),
                ),
                (
                    "theme",
                    models.CharField(
                        choices=[("auto", "Like my device"), ("light", "Light"), ("dark", "Dark")],
                        default="auto",
                        max_length=5,
                        verbose_name="theme",
                    ),
                ),
                (
                    "language",
                    models.CharField(
                        blank=True,
                        choices=[("", "Like my browser"), ("en", "English"), ("de", "Deutsch")],
                        max_length=10,
                        verbose_name="language",
                    ),
                ),
                (
                    "phrases_per_day",
                    models.PositiveSmallIntegerField(
                        default=12,
                        validators=[
                            django.core.validators.MinValueValidator(1),
                            django.core.validators.MaxValueValidator(24),
                        ],
                        verbose_name="phrases a day",
                    ),
                ),
                (
                    "leave_hard_days_out",
                    models.BooleanField(default=False, verbose_name="leave hard days out"),
                ),
                (
                    "user",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="preferences",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name_plural": "preferences",
            },
        ),
        migrations.CreateModel(
            name="Transfer",
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
                ("lease_until", models.DateTimeField(blank=True, null=True)),
                ("revision", models.PositiveIntegerField(default=0)),
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
                    "woken_at",
                    models.DateTimeField(
                        default=django.utils.timezone.now,
                        editable=False,
                        help_text="When workers were last told of it.",
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[("export", "export"), ("import", "import")],
                        max_length=10,
                        verbose_name="kind",
                    ),
                ),
                ("with_audio", models.BooleanField(default=False, verbose_name="with audio")),
                (
                    "file",
                    models.FileField(
                        blank=True, upload_to=journal.models.archive_path, verbose_name="archive"
                    ),
                ),
                ("done", models.PositiveIntegerField(default=0, verbose_name="steps done")),
                ("total", models.PositiveIntegerField(default=0, verbose_name="steps in all")),
                ("language", models.CharField(blank=True, max_length=10)),
                ("time_zone", models.CharField(blank=True, max_length=64)),
                (
                    "counts",
                    models.JSONField(blank=True, default=dict, verbose_name="what came of it"),
                ),
                (
                    "requested_at",
                    models.DateTimeField(
                        default=django.utils.timezone.now, verbose_name="asked for"
                    ),
                ),
                (
                    "finished_at",
                    models.DateTimeField(blank=True, null=True, verbose_name="finished"),
                ),
                (
                    "expires_at",
                    models.DateTimeField(blank=True, null=True, verbose_name="deleted on"),
                ),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="transfers",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ["-requested_at"],
                "abstract": False,
            },
        ),
        migrations.AddConstraint(
            model_name="journal",
            constraint=models.UniqueConstraint(
                fields=("user", "date"), name="journal_journal_unique"
            ),
        ),
        migrations.AddIndex(
            model_name="entry",
            index=models.Index(fields=["user", "date", "emotion", "song"], name="entry_user_date"),
        ),
        migrations.AddIndex(
            model_name="entry",
            index=models.Index(
                fields=["user", "emotion", "song", "answered_at", "date"], name="entry_user_emotion"
            ),
        ),
        migrations.AddIndex(
            model_name="entry",
            index=models.Index(fields=["user", "song", "answered_at"], name="entry_user_song"),
        ),
        migrations.AddIndex(
            model_name="entry",
            index=models.Index(
                fields=["user", "phrase_text", "emotion", "date", "song"], name="entry_user_phrase"
            ),
        ),
        migrations.AddConstraint(
            model_name="entry",
            constraint=models.UniqueConstraint(
                fields=("journal", "position"), name="journal_entry_unique"
            ),
        ),
        migrations.AddIndex(
            model_name="transfer",
            index=models.Index(fields=["status", "ready_at"], name="journal_transfer_open"),
        ),
    ]
