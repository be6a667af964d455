"""Today's tables in one step, for a database from nothing; one with tables goes the steps replaced."""

import django.core.validators
import django.db.models.deletion
import django.utils.timezone
import journal.models.days
import journal.models.listeners
import uuid
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    replaces = [
        ("journal", "0001_initial"),
        ("journal", "0002_preferences_language"),
        ("journal", "0003_gentle_memories"),
        ("journal", "0004_transfer"),
        ("journal", "0005_jobs"),
        ("journal", "0006_entry_user_date"),
        ("journal", "0007_entry_emotion"),
        ("journal", "0002_until_30_november"),
        ("journal", "0003_day_feeling"),
        ("journal", "0004_playlists"),
        ("journal", "0005_swapped_phrases"),
        ("journal", "0006_favourite_day"),
        ("journal", "0007_drop_repeated_indexes"),
        ("journal", "0008_names_in_the_admin"),
    ]

    initial = True

    dependencies = [
        ("classifier", "0001_squashed_0026_names_in_the_admin"),
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
                    "swapped",
                    models.TextField(blank=True, editable=False, verbose_name="swapped phrases"),
                ),
                ("is_favourite", models.BooleanField(default=False, verbose_name="favourite")),
                (
                    "user",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="journals",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "day",
                "verbose_name_plural": "days",
                "ordering": ["-date"],
                "constraints": [
                    models.UniqueConstraint(fields=("user", "date"), name="journal_journal_unique")
                ],
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
                (
                    "key",
                    models.SlugField(
                        blank=True, editable=False, null=True, unique=True, verbose_name="key"
                    ),
                ),
                ("text", models.CharField(max_length=140, verbose_name="text")),
                ("theme", models.CharField(blank=True, max_length=40, verbose_name="theme")),
                ("active", models.BooleanField(default=True, verbose_name="active")),
                (
                    "seasons",
                    models.CharField(
                        blank=True,
                        help_text="Empty for the whole year, else some of: spring summer autumn winter",
                        max_length=40,
                        validators=[
                            journal.models.days.OnlyWords(("spring", "summer", "autumn", "winter"))
                        ],
                        verbose_name="seasons",
                    ),
                ),
                (
                    "weekdays",
                    models.CharField(
                        blank=True,
                        help_text="Empty for every day, else some of: monday tuesday … sunday",
                        max_length=70,
                        validators=[
                            journal.models.days.OnlyWords(
                                (
                                    "monday",
                                    "tuesday",
                                    "wednesday",
                                    "thursday",
                                    "friday",
                                    "saturday",
                                    "sunday",
                                )
                            )
                        ],
                        verbose_name="weekdays",
                    ),
                ),
                (
                    "owner",
                    models.ForeignKey(
                        blank=True,
                        help_text="Empty for built-in phrases, which everybody may be given.",
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="phrases",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="owner",
                    ),
                ),
            ],
            options={
                "verbose_name": "phrase",
                "verbose_name_plural": "phrases",
                "ordering": ["text"],
                "constraints": [
                    models.UniqueConstraint(fields=("owner", "text"), name="journal_phrase_unique")
                ],
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
                            ("sad", "sad"),
                            ("happy", "happy"),
                            ("energetic", "energetic"),
                            ("calm", "calm"),
                            ("unsure", "Not sure"),
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
                        on_delete=journal.models.days.set_unanswered,
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
                        db_index=False,
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
                "verbose_name": "entry",
                "verbose_name_plural": "entries",
                "ordering": ["position"],
                "indexes": [
                    models.Index(
                        fields=["user", "date", "emotion", "song"], name="entry_user_date"
                    ),
                    models.Index(
                        fields=["user", "emotion", "song", "answered_at", "date"],
                        name="entry_user_emotion",
                    ),
                    models.Index(fields=["user", "song", "answered_at"], name="entry_user_song"),
                    models.Index(
                        fields=["user", "phrase_text", "emotion", "date", "song"],
                        name="entry_user_phrase",
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("journal", "position"), name="journal_entry_unique"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Playlist",
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
                ("key", models.CharField(max_length=32)),
                ("title", models.CharField(max_length=100, verbose_name="title")),
                ("filters", models.JSONField(blank=True, default=dict)),
                ("spotify_id", models.CharField(blank=True, max_length=22)),
                ("found", models.JSONField(blank=True, default=dict)),
                ("done", models.PositiveIntegerField(default=0, verbose_name="steps done")),
                ("total", models.PositiveIntegerField(default=0, verbose_name="steps in all")),
                ("missing", models.PositiveIntegerField(default=0)),
                ("language", models.CharField(blank=True, max_length=10)),
                ("made_at", models.DateTimeField(blank=True, null=True)),
                (
                    "user",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="playlists",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "playlist",
                "verbose_name_plural": "playlists",
                "abstract": False,
                "indexes": [
                    models.Index(
                        condition=models.Q(("status", "queued")),
                        fields=["turn_at"],
                        name="journal_playlist_turn",
                    ),
                    models.Index(
                        condition=models.Q(("status", "queued")),
                        fields=["lane", "turn_at"],
                        name="journal_playlist_lane",
                    ),
                    models.Index(
                        condition=models.Q(("status", "running")),
                        fields=["lease_until"],
                        name="journal_playlist_held",
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("user", "key"), name="journal_playlist_unique")
                ],
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
                        validators=[journal.models.listeners.validate_time_zone],
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
                    "large_phrases",
                    models.PositiveSmallIntegerField(
                        default=3,
                        validators=[
                            django.core.validators.MinValueValidator(1),
                            django.core.validators.MaxValueValidator(12),
                        ],
                        verbose_name="phrases shown at once",
                    ),
                ),
                (
                    "leave_hard_days_out",
                    models.BooleanField(default=False, verbose_name="leave hard days out"),
                ),
                (
                    "search",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("", "Ask me in the picker"),
                            ("outside", "Deezer and my songs"),
                            ("own", "Only my songs"),
                        ],
                        default="",
                        max_length=10,
                        verbose_name="song search",
                    ),
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
                "verbose_name": "preferences",
                "verbose_name_plural": "preferences",
            },
        ),
        migrations.CreateModel(
            name="Refresh",
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
                    "song",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="classifier.song",
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "song to look up again",
                "verbose_name_plural": "songs to look up again",
                "abstract": False,
                "indexes": [
                    models.Index(
                        condition=models.Q(("status", "queued")),
                        fields=["turn_at"],
                        name="journal_refresh_turn",
                    ),
                    models.Index(
                        condition=models.Q(("status", "queued")),
                        fields=["lane", "turn_at"],
                        name="journal_refresh_lane",
                    ),
                    models.Index(
                        condition=models.Q(("status", "running")),
                        fields=["lease_until"],
                        name="journal_refresh_held",
                    ),
                ],
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
                        blank=True,
                        upload_to=journal.models.listeners.archive_path,
                        verbose_name="archive",
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
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="transfers",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "export or import",
                "verbose_name_plural": "exports and imports",
                "ordering": ["-requested_at"],
                "abstract": False,
                "indexes": [
                    models.Index(
                        condition=models.Q(("status", "queued")),
                        fields=["turn_at"],
                        name="journal_transfer_turn",
                    ),
                    models.Index(
                        condition=models.Q(("status", "queued")),
                        fields=["lane", "turn_at"],
                        name="journal_transfer_lane",
                    ),
                    models.Index(
                        condition=models.Q(("status", "running")),
                        fields=["lease_until"],
                        name="journal_transfer_held",
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("user", "kind"), name="journal_transfer_unique")
                ],
            },
        ),
        migrations.CreateModel(
            name="DayFeeling",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("date", models.DateField(verbose_name="date")),
                ("emotions", models.CharField(blank=True, max_length=40, verbose_name="feelings")),
                ("tags", models.CharField(blank=True, max_length=504, verbose_name="tags")),
                ("revision", models.PositiveIntegerField(default=0)),
                (
                    "user",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="day_feelings",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "feeling of a day",
                "verbose_name_plural": "feelings of days",
                "ordering": ["-date"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("user", "date"), name="journal_dayfeeling_unique"
                    )
                ],
            },
        ),
    ]
