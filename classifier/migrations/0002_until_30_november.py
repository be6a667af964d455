"""What came after commit 269ece2."""

import contextlib
import uuid

import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.core.files.storage import default_storage
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.recorder import MigrationRecorder
from django.db.migrations.state import StateApps
from django.db.models import F, Q


def forget_doubles(apps, _schema_editor):
    """Leave the digest with the oldest of several songs: the others were answered with, too."""
    songs = apps.get_model("classifier", "Song").objects
    uploads = songs.filter(audio_sha256__gt="", owner_id__isnull=False).order_by("created_at")
    known = set()
    for song, *upload in list(uploads.values_list("pk", "owner_id", "audio_sha256")):
        if tuple(upload) in known:
            songs.filter(pk=song).update(audio_sha256="")
        known.add(tuple(upload))


NOT_KEPT = ["A song on Spotify", "Ein Lied bei Spotify"]
UNTITLED = ["Untitled", "Ohne Titel"]


def forget_words(apps, _schema_editor):
    """Blank what was written in place of a title of songs that everybody may see."""
    songs = apps.get_model("classifier", "Song").objects
    of_spotify = songs.filter(spotify_id__isnull=False)
    of_spotify.filter(title__in=NOT_KEPT, metadata_fetched_at=None).update(title="")
    of_platforms = songs.filter(Q(spotify_id__isnull=False) | Q(deezer_id__isnull=False))
    of_platforms.filter(title__in=UNTITLED, artist="").update(title="")


TABLE = "django_tasks_database_dbtaskresult"
OF_TASKS = "django_tasks_database"


def keep_turns(apps: StateApps, _schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Have what waits keep its place: it was served by when a worker might take it up."""
    for name in ("Classification", "Explanation", "TryOut"):
        rows = apps.get_model("classifier", name).objects.filter(status="queued")
        rows.update(turn_at=F("ready_at"))


def drop_tasks(_apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Drop the table of tasks: rows are the only truth of what waits."""
    connection = schema_editor.connection
    if TABLE in connection.introspection.table_names():
        schema_editor.execute(f"DROP TABLE {schema_editor.quote_name(TABLE)}")
    MigrationRecorder(connection).migration_qs.filter(app=OF_TASKS).delete()


def weigh(apps, _schema_editor):
    """Write down what each file takes; one that storage lost takes nothing."""
    songs = apps.get_model("classifier", "Song").objects.exclude(owner=None).exclude(audio="")
    for pk, name in songs.values_list("pk", "audio"):
        with contextlib.suppress(OSError):
            songs.model.objects.filter(pk=pk).update(audio_bytes=default_storage.size(name))


class Migration(migrations.Migration):
    # not `replaces`, which Django allows only in what itself is not replaced
    stood_for = [
        ("classifier", "0013_emotion_rule"),
        ("classifier", "0014_one_of_each"),
        ("classifier", "0015_titles_in_no_language"),
        ("classifier", "0016_one_truth"),
        ("classifier", "0017_indexes"),
        ("classifier", "0018_room_for_files"),
        ("classifier", "0019_clip_place"),
        ("classifier", "0020_tryout_deezer"),
    ]

    dependencies = [
        ("classifier", "0001_initial"),
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
                "abstract": False,
            },
        ),
        migrations.RemoveIndex(
            model_name="classification",
            name="classification_heard",
        ),
        migrations.AddField(
            model_name="classification",
            name="answered_at",
            field=models.DateTimeField(
                blank=True,
                editable=False,
                help_text="Since when the answer in this row stands; empty: since it was queued.",
                null=True,
            ),
        ),
        migrations.AddIndex(
            model_name="classification",
            index=models.Index(
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
        ),
        migrations.RemoveIndex(
            model_name="classification",
            name="classifier_classification_open",
        ),
        migrations.RemoveIndex(
            model_name="explanation",
            name="classifier_explanation_open",
        ),
        migrations.RemoveIndex(
            model_name="tryout",
            name="classifier_tryout_open",
        ),
        migrations.RemoveField(
            model_name="classification",
            name="woken_at",
        ),
        migrations.RemoveField(
            model_name="explanation",
            name="woken_at",
        ),
        migrations.RemoveField(
            model_name="tryout",
            name="woken_at",
        ),
        migrations.AddField(
            model_name="classification",
            name="lane",
            field=models.CharField(
                blank=True,
                editable=False,
                help_text="A keyed hash of who waits for it; empty when it is done.",
                max_length=16,
            ),
        ),
        migrations.AddField(
            model_name="classification",
            name="turn_at",
            field=models.DateTimeField(
                default=django.utils.timezone.now,
                editable=False,
                help_text="The earlier, the sooner it is taken up.",
            ),
        ),
        migrations.AddField(
            model_name="explanation",
            name="lane",
            field=models.CharField(
                blank=True,
                editable=False,
                help_text="A keyed hash of who waits for it; empty when it is done.",
                max_length=16,
            ),
        ),
        migrations.AddField(
            model_name="explanation",
            name="turn_at",
            field=models.DateTimeField(
                default=django.utils.timezone.now,
                editable=False,
                help_text="The earlier, the sooner it is taken up.",
            ),
        ),
        migrations.AddField(
            model_name="tryout",
            name="lane",
            field=models.CharField(
                blank=True,
                editable=False,
                help_text="A keyed hash of who waits for it; empty when it is done.",
                max_length=16,
            ),
        ),
        migrations.AddField(
            model_name="tryout",
            name="turn_at",
            field=models.DateTimeField(
                default=django.utils.timezone.now,
                editable=False,
                help_text="The earlier, the sooner it is taken up.",
            ),
        ),
        migrations.AddIndex(
            model_name="classification",
            index=models.Index(
                condition=models.Q(("status", "queued")),
                fields=["turn_at"],
                name="classifier_classification_turn",
            ),
        ),
        migrations.AddIndex(
            model_name="classification",
            index=models.Index(
                condition=models.Q(("status", "queued")),
                fields=["lane", "turn_at"],
                name="classifier_classification_lane",
            ),
        ),
        migrations.AddIndex(
            model_name="classification",
            index=models.Index(
                condition=models.Q(("status", "running")),
                fields=["lease_until"],
                name="classifier_classification_held",
            ),
        ),
        migrations.AddIndex(
            model_name="explanation",
            index=models.Index(
                condition=models.Q(("status", "queued")),
                fields=["turn_at"],
                name="classifier_explanation_turn",
            ),
        ),
        migrations.AddIndex(
            model_name="explanation",
            index=models.Index(
                condition=models.Q(("status", "queued")),
                fields=["lane", "turn_at"],
                name="classifier_explanation_lane",
            ),
        ),
        migrations.AddIndex(
            model_name="explanation",
            index=models.Index(
                condition=models.Q(("status", "running")),
                fields=["lease_until"],
                name="classifier_explanation_held",
            ),
        ),
        migrations.AddIndex(
            model_name="tryout",
            index=models.Index(
                condition=models.Q(("status", "queued")),
                fields=["turn_at"],
                name="classifier_tryout_turn",
            ),
        ),
        migrations.AddIndex(
            model_name="tryout",
            index=models.Index(
                condition=models.Q(("status", "queued")),
                fields=["lane", "turn_at"],
                name="classifier_tryout_lane",
            ),
        ),
        migrations.AddIndex(
            model_name="tryout",
            index=models.Index(
                condition=models.Q(("status", "running")),
                fields=["lease_until"],
                name="classifier_tryout_held",
            ),
        ),
        migrations.AlterField(
            model_name="classification",
            name="clip_sha256",
            field=models.CharField(blank=True, editable=False, max_length=64),
        ),
        migrations.AlterField(
            model_name="classification",
            name="song",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="classifications",
                to="classifier.song",
            ),
        ),
        migrations.AlterField(
            model_name="song",
            name="audio_sha256",
            field=models.CharField(blank=True, editable=False, max_length=64),
        ),
        migrations.AlterField(
            model_name="song",
            name="isrc",
            field=models.CharField(blank=True, max_length=12, verbose_name="ISRC"),
        ),
        migrations.AddIndex(
            model_name="classification",
            index=models.Index(fields=["-queued_at"], name="classification_queued"),
        ),
        migrations.AddIndex(
            model_name="classification",
            index=models.Index(fields=["clip_sha256"], name="classification_clip_sha256"),
        ),
        migrations.AddIndex(
            model_name="song",
            index=models.Index(fields=["-created_at"], name="song_created"),
        ),
        migrations.AddIndex(
            model_name="song",
            index=models.Index(fields=["isrc"], name="song_isrc"),
        ),
        migrations.AddIndex(
            model_name="song",
            index=models.Index(fields=["audio_sha256"], name="song_audio_sha256"),
        ),
        migrations.AddField(
            model_name="song",
            name="audio_bytes",
            field=models.PositiveBigIntegerField(default=0, editable=False),
        ),
        migrations.AddField(
            model_name="song",
            name="unused_since",
            field=models.DateTimeField(blank=True, editable=False, null=True),
        ),
        migrations.AddField(
            model_name="classification",
            name="clip_start",
            field=models.FloatField(blank=True, editable=False, null=True),
        ),
        migrations.AddField(
            model_name="classification",
            name="is_middle",
            field=models.BooleanField(default=True, editable=False),
        ),
        migrations.AddField(
            model_name="tryout",
            name="deezer_id",
            field=models.PositiveBigIntegerField(blank=True, null=True),
        ),
        migrations.RunPython(forget_doubles, migrations.RunPython.noop),
        migrations.RunPython(forget_words, migrations.RunPython.noop),
        migrations.RunPython(keep_turns, migrations.RunPython.noop),
        migrations.RunPython(drop_tasks, migrations.RunPython.noop),
        migrations.RunPython(weigh, migrations.RunPython.noop),
        migrations.AddConstraint(
            model_name="song",
            constraint=models.UniqueConstraint(
                condition=models.Q(("audio_sha256__gt", "")),
                fields=("owner", "audio_sha256"),
                name="classifier_song_unique",
            ),
        ),
    ]
