"""Today's tables in one step, for a database from nothing; one with tables goes the steps replaced."""

import django.db.models.deletion
import django.utils.timezone
import journal.listening.models
import uuid
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    replaces = [
        ("listening", "0001_initial"),
        ("listening", "0002_time_zone"),
        ("listening", "0003_drop_repeated_indexes"),
        ("listening", "0004_names_in_the_admin"),
    ]

    initial = True

    dependencies = [
        ("classifier", "0001_squashed_0026_names_in_the_admin"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Listening",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("is_paused", models.BooleanField(default=True, verbose_name="paused")),
                ("summary", models.JSONField(blank=True, default=dict)),
                ("is_stale", models.BooleanField(default=False)),
                (
                    "time_zone",
                    models.CharField(blank=True, max_length=64, verbose_name="time zone"),
                ),
                (
                    "looked_up_at",
                    models.DateTimeField(
                        default=django.utils.timezone.now,
                        help_text="When songs of it were looked up last.",
                    ),
                ),
                ("updated_at", models.DateTimeField(auto_now=True)),
                (
                    "user",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="listening",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "listening history",
                "verbose_name_plural": "listening histories",
            },
        ),
        migrations.CreateModel(
            name="ListeningRound",
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
            ],
            options={
                "verbose_name": "round of listening",
                "verbose_name_plural": "rounds of listening",
                "abstract": False,
                "indexes": [
                    models.Index(
                        condition=models.Q(("status", "queued")),
                        fields=["turn_at"],
                        name="listening_listeninground_turn",
                    ),
                    models.Index(
                        condition=models.Q(("status", "queued")),
                        fields=["lane", "turn_at"],
                        name="listening_listeninground_lane",
                    ),
                    models.Index(
                        condition=models.Q(("status", "running")),
                        fields=["lease_until"],
                        name="listening_listeninground_held",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Followed",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                (
                    "service",
                    models.CharField(
                        choices=[("listenbrainz", "ListenBrainz"), ("lastfm", "Last.fm")],
                        max_length=20,
                    ),
                ),
                ("name", models.CharField(max_length=64)),
                ("latest_at", models.DateTimeField(blank=True, null=True)),
                ("checked_at", models.DateTimeField(blank=True, db_index=True, null=True)),
                ("error", models.CharField(blank=True, max_length=300)),
                (
                    "user",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="followed",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "followed service",
                "verbose_name_plural": "followed services",
                "ordering": ["service"],
                "constraints": [
                    models.UniqueConstraint(fields=("user", "service"), name="followed_unique")
                ],
            },
        ),
        migrations.CreateModel(
            name="ListenedSong",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("number", models.PositiveIntegerField()),
                ("key", models.CharField(max_length=64)),
                ("title", models.CharField(max_length=200, verbose_name="title")),
                ("artist", models.CharField(max_length=200, verbose_name="artist")),
                ("album", models.CharField(blank=True, max_length=200, verbose_name="album")),
                ("isrc", models.CharField(blank=True, max_length=12, verbose_name="ISRC")),
                ("spotify_id", models.CharField(blank=True, max_length=22)),
                ("plays", models.PositiveIntegerField(default=0, verbose_name="plays")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("new", "not looked up yet"),
                            ("found", "found"),
                            ("missing", "not found"),
                        ],
                        default="new",
                        max_length=10,
                    ),
                ),
                ("looked_up_at", models.DateTimeField(blank=True, null=True)),
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
                    "song",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="listened",
                        to="classifier.song",
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="listened_songs",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "song listened to",
                "verbose_name_plural": "songs listened to",
                "ordering": ["-plays", "number"],
                "indexes": [
                    models.Index(fields=["user", "state", "-plays"], name="listened_song_next")
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("user", "number"), name="listenedsong_number"),
                    models.UniqueConstraint(fields=("user", "key"), name="listenedsong_key"),
                ],
            },
        ),
        migrations.CreateModel(
            name="ListeningImport",
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
                    "file",
                    models.FileField(blank=True, upload_to=journal.listening.models.history_path),
                ),
                ("language", models.CharField(blank=True, max_length=10)),
                ("done", models.PositiveBigIntegerField(default=0)),
                ("total", models.PositiveBigIntegerField(default=0)),
                ("counts", models.JSONField(blank=True, default=dict)),
                ("requested_at", models.DateTimeField(auto_now_add=True)),
                ("finished_at", models.DateTimeField(blank=True, null=True)),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="listening_imports",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "import of a listening history",
                "verbose_name_plural": "imports of listening histories",
                "ordering": ["-requested_at"],
                "abstract": False,
                "indexes": [
                    models.Index(
                        condition=models.Q(("status", "queued")),
                        fields=["turn_at"],
                        name="listening_listeningimport_turn",
                    ),
                    models.Index(
                        condition=models.Q(("status", "queued")),
                        fields=["lane", "turn_at"],
                        name="listening_listeningimport_lane",
                    ),
                    models.Index(
                        condition=models.Q(("status", "running")),
                        fields=["lease_until"],
                        name="listening_listeningimport_held",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ListeningMonth",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("month", models.DateField(verbose_name="month")),
                ("plays", models.PositiveIntegerField(default=0, verbose_name="plays")),
                ("packed", models.BinaryField(default=bytes)),
                (
                    "user",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="listening_months",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "month of listening",
                "verbose_name_plural": "months of listening",
                "ordering": ["month"],
                "constraints": [
                    models.UniqueConstraint(fields=("user", "month"), name="listeningmonth_unique")
                ],
            },
        ),
    ]
