"""How sure an answer is as a number of its own, and embeddings as a byte a number instead of JSON."""

from django.db import migrations, models

BATCH = 500
ZERO = 128


def fill(apps, _schema_editor):
    rows = apps.get_model("classifier", "Classification").objects.order_by("pk")
    rows = rows.only("probabilities", "embedding_as_json")
    batch = []
    for row in rows.iterator(chunk_size=BATCH):
        row.certainty = max(row.probabilities.values(), default=0.0)
        row.embedding = bytes(ZERO + value for value in row.embedding_as_json or ()) or None
        batch.append(row)
        if len(batch) == BATCH:
            rows.bulk_update(batch, ["certainty", "embedding"])
            batch = []
    rows.bulk_update(batch, ["certainty", "embedding"])


def unfill(apps, _schema_editor):
    rows = apps.get_model("classifier", "Classification").objects.exclude(embedding=None)
    for row in rows.only("embedding").iterator(chunk_size=BATCH):
        values = [value - ZERO for value in bytes(row.embedding)]
        rows.filter(pk=row.pk).update(embedding_as_json=values)


class Migration(migrations.Migration):
    dependencies = [
        ("classifier", "0007_workers_and_request_ids"),
    ]

    operations = [
        migrations.AddField(
            model_name="classification",
            name="certainty",
            field=models.FloatField(default=0.0, editable=False),
        ),
        migrations.RenameField(
            model_name="classification",
            old_name="embedding",
            new_name="embedding_as_json",
        ),
        migrations.AddField(
            model_name="classification",
            name="embedding",
            field=models.BinaryField(
                blank=True, help_text="How the network saw the clip.", null=True
            ),
        ),
        migrations.RunPython(fill, unfill),
        migrations.RemoveField(
            model_name="classification",
            name="embedding_as_json",
        ),
    ]
