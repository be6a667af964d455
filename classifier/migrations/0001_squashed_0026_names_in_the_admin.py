"""Today's tables in one step, for a database from nothing; one with tables goes the steps replaced."""

import classifier.models.songs
import classifier.models.work
import django.db.models.deletion
import django.utils.timezone
import uuid
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    replaces = [
        ("classifier", "0001_initial"),
        ("classifier", "0002_audio_of_any_format"),
        ("classifier", "0003_song_deezer"),
        ("classifier", "0004_embedding_and_stage"),
        ("classifier", "0005_explanation_tryout"),
        ("classifier", "0006_retries_and_reasons"),
        ("classifier", "0007_workers_and_request_ids"),
        ("classifier", "0008_certainty_packed_embedding"),
        ("classifier", "0009_jobs"),
        ("classifier", "0010_clip_sha256"),
        ("classifier", "0011_explanation_without_requested_at"),
        ("classifier", "0012_heard"),
        ("classifier", "0002_until_30_november"),
        ("classifier", "0021_finer_word"),
        ("classifier", "0022_personal_layer"),
        ("classifier", "0023_arc"),
        ("classifier", "0024_drop_repeated_indexes"),
        ("classifier", "0025_classification_error"),
        ("classifier", "0026_names_in_the_admin"),
    ]

    initial = True

    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="EmotionRule",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("model_order", models.JSONField(default=list)),
                ("digest", models.CharField(blank=True, max_length=64)),
                ("recounted_to", models.UUIDField(blank=True, null=True)),
                ("recounted_at", models.DateTimeField(blank=True, null=True)),
            ],
            options={
                "verbose_name": "emotion rule",
                "verbose_name_plural": "emotion rules",
            },
        ),
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
                "verbose_name": "worker",
                "verbose_name_plural": "workers",
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
                ("isrc", models.CharField(blank=True, max_length=12, verbose_name="ISRC")),
                (
                    "spotify_id",
                    models.CharField(
                        blank=True,
                        max_length=22,
                        null=True,
                        unique=True,
                        verbose_name="ID at Spotify",
                    ),
                ),
                ("spotify_url", models.URLField(blank=True, verbose_name="address at Spotify")),
                ("artwork_url", models.URLField(blank=True, verbose_name="address of the cover")),
                (
                    "deezer_id",
                    models.PositiveBigIntegerField(
                        blank=True, null=True, unique=True, verbose_name="ID at Deezer"
                    ),
                ),
                ("deezer_url", models.URLField(blank=True, verbose_name="address at Deezer")),
                (
                    "duration_ms",
                    models.PositiveIntegerField(
                        blank=True, null=True, verbose_name="duration (ms)"
                    ),
                ),
                (
                    "metadata_fetched_at",
                    models.DateTimeField(blank=True, null=True, verbose_name="looked up"),
                ),
                (
                    "catalogue_key",
                    models.SlugField(
                        blank=True, null=True, unique=True, verbose_name="key in the catalogue"
                    ),
                ),
                (
                    "audio",
                    models.FileField(
                        blank=True,
                        upload_to=classifier.models.songs.audio_path,
                        verbose_name="audio",
                    ),
                ),
                ("audio_sha256", models.CharField(blank=True, editable=False, max_length=64)),
                ("audio_bytes", models.PositiveBigIntegerField(default=0, editable=False)),
                ("unused_since", models.DateTimeField(blank=True, editable=False, null=True)),
                ("created_at", models.DateTimeField(auto_now_add=True, verbose_name="added")),
                (
                    "owner",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
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
                "verbose_name": "song",
                "verbose_name_plural": "songs",
                "ordering": ["-created_at"],
                "indexes": [
                    models.Index(fields=["owner", "-created_at"], name="song_owner_created"),
                    models.Index(fields=["-created_at"], name="song_created"),
                    models.Index(fields=["isrc"], name="song_isrc"),
                    models.Index(fields=["audio_sha256"], name="song_audio_sha256"),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("audio_sha256__gt", "")),
                        fields=("owner", "audio_sha256"),
                        name="classifier_song_unique",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="PersonalLayer",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("is_on", models.BooleanField(default=True)),
                ("arousal", models.FloatField(default=0.0)),
                ("valence", models.FloatField(default=0.0)),
                ("scale", models.FloatField(default=1.0)),
                ("strength", models.FloatField(default=0.0)),
                ("labels", models.PositiveIntegerField(default=0)),
                ("before", models.PositiveIntegerField(default=0)),
                ("after", models.PositiveIntegerField(default=0)),
                ("model", models.CharField(blank=True, max_length=40)),
                ("version", models.CharField(blank=True, max_length=40)),
                ("fitted_at", models.DateTimeField(blank=True, null=True)),
                ("forgotten_at", models.DateTimeField(blank=True, null=True)),
                ("is_stale", models.BooleanField(db_index=True, default=False)),
                ("asked_on", models.DateField(blank=True, null=True)),
                (
                    "user",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="personal_layer",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "asked_song",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="classifier.song",
                    ),
                ),
            ],
            options={
                "verbose_name": "personal layer",
                "verbose_name_plural": "personal layers",
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
                            ("sad", "sad"),
                            ("happy", "happy"),
                            ("energetic", "energetic"),
                            ("calm", "calm"),
                        ],
                        max_length=10,
                        verbose_name="emotion",
                    ),
                ),
                (
                    "word",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("melancholy", "melancholy"),
                            ("lonely", "lonely"),
                            ("sorrowful", "sorrowful"),
                            ("solemn", "solemn"),
                            ("dreary", "dreary"),
                            ("joyful", "joyful"),
                            ("playful", "playful"),
                            ("festive", "festive"),
                            ("triumphant", "triumphant"),
                            ("soulful", "soulful"),
                            ("tense", "tense"),
                            ("fierce", "fierce"),
                            ("dramatic", "dramatic"),
                            ("menacing", "menacing"),
                            ("feverish", "feverish"),
                            ("tender", "tender"),
                            ("mellow", "mellow"),
                            ("soothing", "soothing"),
                            ("pleasant", "pleasant"),
                            ("peaceful", "peaceful"),
                        ],
                        max_length=16,
                        verbose_name="finer word",
                    ),
                ),
                ("updated_at", models.DateTimeField(auto_now=True, verbose_name="changed")),
                (
                    "user",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="labels",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="listener",
                    ),
                ),
                (
                    "song",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="labels",
                        to="classifier.song",
                        verbose_name="song",
                    ),
                ),
            ],
            options={
                "verbose_name": "label",
                "verbose_name_plural": "labels",
                "ordering": ["-updated_at"],
                "indexes": [
                    models.Index(fields=["user", "-updated_at"], name="label_user_updated")
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("song", "user"), name="classifier_label_unique")
                ],
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
                ("model", models.CharField(max_length=40, verbose_name="model")),
                ("version", models.CharField(max_length=40, verbose_name="version")),
                (
                    "emotion",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("sad", "sad"),
                            ("happy", "happy"),
                            ("energetic", "energetic"),
                            ("calm", "calm"),
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
                ("clip_start", models.FloatField(blank=True, editable=False, null=True)),
                ("is_middle", models.BooleanField(default=True, editable=False)),
                ("clip_sha256", models.CharField(blank=True, editable=False, max_length=64)),
                (
                    "input",
                    models.CharField(
                        choices=[("audio", "audio"), ("features", "features")],
                        default="audio",
                        max_length=10,
                        verbose_name="heard from",
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
                    "answered_at",
                    models.DateTimeField(
                        blank=True,
                        editable=False,
                        help_text="Since when the answer in this row stands; empty: since it was queued.",
                        null=True,
                    ),
                ),
                (
                    "song",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="classifications",
                        to="classifier.song",
                        verbose_name="song",
                    ),
                ),
            ],
            options={
                "verbose_name": "classification",
                "verbose_name_plural": "classifications",
                "ordering": ["-queued_at"],
                "abstract": False,
                "indexes": [
                    models.Index(
                        condition=models.Q(("status", "queued")),
                        fields=["turn_at"],
                        name="classifier_classification_turn",
                    ),
                    models.Index(
                        condition=models.Q(("status", "queued")),
                        fields=["lane", "turn_at"],
                        name="classifier_classification_lane",
                    ),
                    models.Index(
                        condition=models.Q(("status", "running")),
                        fields=["lease_until"],
                        name="classifier_classification_held",
                    ),
                    models.Index(fields=["-queued_at"], name="classification_queued"),
                    models.Index(fields=["clip_sha256"], name="classification_clip_sha256"),
                    models.Index(
                        condition=models.Q(("error__gt", "")),
                        fields=["-queued_at"],
                        name="classification_error",
                    ),
                    models.Index(
                        fields=[
                            "song",
                            "status",
                            "model",
                            "emotion",
                            "certainty",
                            "answered_at",
                            "queued_at",
                        ],
                        name="classification_answer",
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("song", "model", "version"), name="classifier_classification_unique"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Arc",
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
                ("model", models.CharField(blank=True, max_length=40)),
                ("version", models.CharField(blank=True, max_length=40)),
                ("segments", models.JSONField(blank=True, default=list)),
                (
                    "song",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="arc",
                        to="classifier.song",
                    ),
                ),
            ],
            options={
                "verbose_name": "course of a song",
                "verbose_name_plural": "courses of songs",
                "abstract": False,
                "indexes": [
                    models.Index(
                        condition=models.Q(("status", "queued")),
                        fields=["turn_at"],
                        name="classifier_arc_turn",
                    ),
                    models.Index(
                        condition=models.Q(("status", "queued")),
                        fields=["lane", "turn_at"],
                        name="classifier_arc_lane",
                    ),
                    models.Index(
                        condition=models.Q(("status", "running")),
                        fields=["lease_until"],
                        name="classifier_arc_held",
                    ),
                ],
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
                (
                    "audio",
                    models.FileField(blank=True, upload_to=classifier.models.work.tryout_path),
                ),
                ("deezer_id", models.PositiveBigIntegerField(blank=True, null=True)),
                ("title", models.CharField(blank=True, max_length=200)),
                ("result", models.JSONField(blank=True, default=dict)),
                ("created_at", models.DateTimeField(auto_now_add=True, db_index=True)),
            ],
            options={
                "verbose_name": "try-out",
                "verbose_name_plural": "try-outs",
                "abstract": False,
                "indexes": [
                    models.Index(
                        condition=models.Q(("status", "queued")),
                        fields=["turn_at"],
                        name="classifier_tryout_turn",
                    ),
                    models.Index(
                        condition=models.Q(("status", "queued")),
                        fields=["lane", "turn_at"],
                        name="classifier_tryout_lane",
                    ),
                    models.Index(
                        condition=models.Q(("status", "running")),
                        fields=["lease_until"],
                        name="classifier_tryout_held",
                    ),
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
                (
                    "emotion",
                    models.CharField(
                        choices=[
                            ("sad", "sad"),
                            ("happy", "happy"),
                            ("energetic", "energetic"),
                            ("calm", "calm"),
                        ],
                        max_length=10,
                    ),
                ),
                (
                    "picture",
                    models.FileField(blank=True, upload_to=classifier.models.work.picture_path),
                ),
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
                "verbose_name": "explanation",
                "verbose_name_plural": "explanations",
                "abstract": False,
                "indexes": [
                    models.Index(
                        condition=models.Q(("status", "queued")),
                        fields=["turn_at"],
                        name="classifier_explanation_turn",
                    ),
                    models.Index(
                        condition=models.Q(("status", "queued")),
                        fields=["lane", "turn_at"],
                        name="classifier_explanation_lane",
                    ),
                    models.Index(
                        condition=models.Q(("status", "running")),
                        fields=["lease_until"],
                        name="classifier_explanation_held",
                    ),
                ],
            },
        ),
    ]
