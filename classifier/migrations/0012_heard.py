"""An index that tells what songs carry, so that thousands of wide rows need not be read for it."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("classifier", "0011_explanation_without_requested_at"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="classification",
            index=models.Index(
                fields=["song", "queued_at", "status", "model", "emotion", "certainty"],
                name="classification_heard",
            ),
        ),
    ]
