"""The tables as of commit 269ece2. A database of then has applied what this replaces."""

import classifier.models
import django.db.models.deletion
import django.utils.timezone
import uuid
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Worker",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("name", models.CharField(max_length=64, unique=True)),
                ("started_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("seen_at", models.DateTimeField(db_index=True, default=django.utils.timezone.now)),
            ],
            options={
                "ordering": ["name"],
            },
        ),
        migrations.CreateModel(
            name="Song",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("title", models.CharField(max_length=200, verbose_name="title")),
                ("artist", models.CharField(blank=True, max_length=200, verbose_name="artist")),
                ("album", models.CharField(blank=True, max_length=200, verbose_name="album")),
                (
                    "isrc",
                    models.CharField(blank=True, db_index=True, max_length=12, verbose_name="ISRC"),
                ),
                ("spotify_id", models.CharField(blank=True, max_length=22, null=True, unique=True)),
                ("spotify_url", models.URLField(blank=True)),
                ("artwork_url", models.URLField(blank=True)),
                ("deezer_id", models.PositiveBigIntegerField(blank=True, null=True, unique=True)),
                ("deezer_url", models.URLField(blank=True)),
                (
                    "duration_ms",
                    models.PositiveIntegerField(
                        blank=True, null=True, verbose_name="duration (ms)"
                    ),
                ),
                ("metadata_fetched_at", models.DateTimeField(blank=True, null=True)),
                ("catalogue_key", models.SlugField(blank=True, null=True, unique=True)),
                (
                    "audio",
                    models.FileField(
                        blank=True, upload_to=classifier.models.audio_path, verbose_name="audio"
                    ),
                ),
                (
                    "audio_sha256",
                    models.CharField(blank=True, db_index=True, editable=False, max_length=64),
                ),
                ("created_at", models.DateTimeField(auto_now_add=True, verbose_name="added")),
                (
                    "owner",
                    models.ForeignKey(
                        blank=True,
                        help_text="Empty for songs of the catalogue, which everybody may use.",
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="songs",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="owner",
                    ),
                ),
            ],
            options={
                "ordering": ["-created_at"],
            },
        ),
        migrations.CreateModel(
            name="Label",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                (
                    "emotion",
                    models.CharField(
                        choices=[
                            ("sad", "Sad"),
                            ("happy", "Happy"),
                            ("energetic", "Energetic"),
                            ("calm", "Calm"),
                        ],
                        max_length=10,
                        verbose_name="emotion",
                    ),
                ),
                ("updated_at", models.DateTimeField(auto_now=True, verbose_name="changed")),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="labels",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "song",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="labels",
                        to="classifier.song",
                    ),
                ),
            ],
            options={
                "ordering": ["-updated_at"],
            },
        ),
        migrations.CreateModel(
            name="Classification",
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
                ("model", models.CharField(max_length=40, verbose_name="model")),
                ("version", models.CharField(max_length=40, verbose_name="version")),
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
                        max_length=10,
                        verbose_name="emotion",
                    ),
                ),
                (
                    "probabilities",
                    models.JSONField(blank=True, default=dict, verbose_name="probabilities"),
                ),
                ("certainty", models.FloatField(default=0.0, editable=False)),
                ("segments", models.JSONField(blank=True, default=list, verbose_name="segments")),
                (
                    "embedding",
                    models.BinaryField(
                        blank=True, help_text="How the network saw the clip.", null=True
                    ),
                ),
                (
                    "clip_source",
                    models.CharField(blank=True, max_length=20, verbose_name="clip from"),
                ),
                (
                    "clip_sha256",
                    models.CharField(blank=True, db_index=True, editable=False, max_length=64),
                ),
                (
                    "input",
                    models.CharField(
                        choices=[("audio", "audio"), ("features", "features")],
                        default="audio",
                        max_length=10,
                    ),
                ),
                (
                    "stage",
                    models.CharField(
                        blank=True,
                        editable=False,
                        help_text="What a worker is doing with it.",
                        max_length=10,
                    ),
                ),
                (
                    "reason",
                    models.CharField(
                        blank=True,
                        help_text="Why it failed or waits, as a slug.",
                        max_length=40,
                        verbose_name="reason",
                    ),
                ),
                ("seconds", models.FloatField(blank=True, null=True, verbose_name="seconds")),
                ("request_id", models.CharField(blank=True, editable=False, max_length=64)),
                (
                    "queued_at",
                    models.DateTimeField(default=django.utils.timezone.now, verbose_name="queued"),
                ),
                (
                    "retry_at",
                    models.DateTimeField(blank=True, null=True, verbose_name="tried again at"),
                ),
                (
                    "finished_at",
                    models.DateTimeField(blank=True, null=True, verbose_name="finished"),
                ),
                (
                    "song",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="classifications",
                        to="classifier.song",
                    ),
                ),
            ],
            options={
                "ordering": ["-queued_at"],
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="TryOut",
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
                ("audio", models.FileField(blank=True, upload_to=classifier.models.tryout_path)),
                ("title", models.CharField(blank=True, max_length=200)),
                ("result", models.JSONField(blank=True, default=dict)),
                ("created_at", models.DateTimeField(auto_now_add=True, db_index=True)),
            ],
            options={
                "abstract": False,
                "indexes": [
                    models.Index(fields=["status", "ready_at"], name="classifier_tryout_open")
                ],
            },
        ),
        migrations.CreateModel(
            name="Explanation",
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
                    "emotion",
                    models.CharField(
                        choices=[
                            ("sad", "Sad"),
                            ("happy", "Happy"),
                            ("energetic", "Energetic"),
                            ("calm", "Calm"),
                        ],
                        max_length=10,
                    ),
                ),
                ("picture", models.FileField(blank=True, upload_to=classifier.models.picture_path)),
                ("shares", models.JSONField(blank=True, default=list)),
                ("regions", models.JSONField(blank=True, default=list)),
                (
                    "classification",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="explanation",
                        to="classifier.classification",
                    ),
                ),
            ],
            options={
                "abstract": False,
                "indexes": [
                    models.Index(fields=["status", "ready_at"], name="classifier_explanation_open")
                ],
            },
        ),
        migrations.AddIndex(
            model_name="song",
            index=models.Index(fields=["owner", "-created_at"], name="song_owner_created"),
        ),
        migrations.AddConstraint(
            model_name="label",
            constraint=models.UniqueConstraint(
                fields=("song", "user"), name="classifier_label_unique"
            ),
        ),
        migrations.AddIndex(
            model_name="classification",
            index=models.Index(
                fields=["status", "ready_at"], name="classifier_classification_open"
            ),
        ),
        migrations.AddIndex(
            model_name="classification",
            index=models.Index(
                fields=["song", "queued_at", "status", "model", "emotion", "certainty"],
                name="classification_heard",
            ),
        ),
        migrations.AddConstraint(
            model_name="classification",
            constraint=models.UniqueConstraint(
                fields=("song", "model", "version"), name="classifier_classification_unique"
            ),
        ),
    ]
