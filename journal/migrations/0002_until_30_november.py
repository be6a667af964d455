"""What came after commit 269ece2."""

import uuid

import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps
from django.db.models import F


def keep_one_of_each(apps, schema_editor):
    """Let entries point at one of several phrases of the same words; keep the newest transfers."""
    _one_phrase(apps.get_model("journal", "Phrase"), apps.get_model("journal", "Entry"))
    _one_transfer(apps.get_model("journal", "Transfer"))
    # PostgreSQL alters no table that rows were taken from until it has checked what pointed at them
    schema_editor.connection.check_constraints()


def _one_phrase(phrases, entries):
    kept = {}
    # active ones first: they are kept
    for phrase in phrases.objects.filter(owner_id__isnull=False).order_by("-active", "pk"):
        first = kept.setdefault((phrase.owner_id, phrase.text), phrase)
        if first is not phrase:
            entries.objects.filter(phrase_id=phrase.pk).update(phrase_id=first.pk)
            phrase.delete()


def _one_transfer(transfers):
    kept = set()
    for transfer in transfers.objects.order_by("-requested_at"):
        if (transfer.user_id, transfer.kind) in kept:
            transfer.file.delete(save=False)
            transfer.delete()
        kept.add((transfer.user_id, transfer.kind))


def keep_turns(apps: StateApps, _schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Have what waits keep its place: it was served by when a worker might take it up."""
    rows = apps.get_model("journal", "Transfer").objects.filter(status="queued")
    rows.update(turn_at=F("ready_at"))


class Migration(migrations.Migration):
    # not `replaces`, which Django allows only in what itself is not replaced
    stood_for = [
        ("journal", "0008_entry_unsure"),
        ("journal", "0009_one_of_each"),
        ("journal", "0010_one_truth"),
        ("journal", "0011_song_search"),
    ]

    dependencies = [
        ("journal", "0001_initial"),
        ("classifier", "0002_until_30_november"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AlterField(
            model_name="entry",
            name="emotion",
            field=models.CharField(
                blank=True,
                choices=[
                    ("sad", "Sad"),
                    ("happy", "Happy"),
                    ("energetic", "Energetic"),
                    ("calm", "Calm"),
                    ("unsure", "Not sure"),
                ],
                editable=False,
                max_length=10,
                verbose_name="emotion",
            ),
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
                "abstract": False,
            },
        ),
        migrations.RemoveIndex(
            model_name="transfer",
            name="journal_transfer_open",
        ),
        migrations.RemoveField(
            model_name="transfer",
            name="woken_at",
        ),
        migrations.AddField(
            model_name="transfer",
            name="lane",
            field=models.CharField(
                blank=True,
                editable=False,
                help_text="A keyed hash of who waits for it; empty when it is done.",
                max_length=16,
            ),
        ),
        migrations.AddField(
            model_name="transfer",
            name="turn_at",
            field=models.DateTimeField(
                default=django.utils.timezone.now,
                editable=False,
                help_text="The earlier, the sooner it is taken up.",
            ),
        ),
        migrations.AddIndex(
            model_name="transfer",
            index=models.Index(
                condition=models.Q(("status", "queued")),
                fields=["turn_at"],
                name="journal_transfer_turn",
            ),
        ),
        migrations.AddIndex(
            model_name="transfer",
            index=models.Index(
                condition=models.Q(("status", "queued")),
                fields=["lane", "turn_at"],
                name="journal_transfer_lane",
            ),
        ),
        migrations.AddIndex(
            model_name="transfer",
            index=models.Index(
                condition=models.Q(("status", "running")),
                fields=["lease_until"],
                name="journal_transfer_held",
            ),
        ),
        migrations.AddField(
            model_name="refresh",
            name="song",
            field=models.OneToOneField(
                on_delete=django.db.models.deletion.CASCADE, related_name="+", to="classifier.song"
            ),
        ),
        migrations.AddField(
            model_name="refresh",
            name="user",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddIndex(
            model_name="refresh",
            index=models.Index(
                condition=models.Q(("status", "queued")),
                fields=["turn_at"],
                name="journal_refresh_turn",
            ),
        ),
        migrations.AddIndex(
            model_name="refresh",
            index=models.Index(
                condition=models.Q(("status", "queued")),
                fields=["lane", "turn_at"],
                name="journal_refresh_lane",
            ),
        ),
        migrations.AddIndex(
            model_name="refresh",
            index=models.Index(
                condition=models.Q(("status", "running")),
                fields=["lease_until"],
                name="journal_refresh_held",
            ),
        ),
        migrations.AddField(
            model_name="preferences",
            name="search",
            field=models.CharField(
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
        migrations.RunPython(keep_one_of_each, migrations.RunPython.noop),
        migrations.RunPython(keep_turns, migrations.RunPython.noop),
        migrations.AddConstraint(
            model_name="phrase",
            constraint=models.UniqueConstraint(
                fields=("owner", "text"), name="journal_phrase_unique"
            ),
        ),
        migrations.AddConstraint(
            model_name="transfer",
            constraint=models.UniqueConstraint(
                fields=("user", "kind"), name="journal_transfer_unique"
            ),
        ),
    ]
