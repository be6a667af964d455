"""Whose an entry is and of which day, beside the entry: its page says so, and has to be joined."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

BATCH = 500


def fill(apps, _schema_editor):
    """Copy each page's listener and day; as MongoDB cannot update across tables, page by page."""
    pages = apps.get_model("journal", "Journal").objects.order_by("pk")
    entries = apps.get_model("journal", "Entry").objects
    for page in pages.iterator(chunk_size=BATCH):
        entries.filter(journal_id=page.pk).update(user_id=page.user_id, date=page.date)


class Migration(migrations.Migration):
    dependencies = [
        ("classifier", "0011_explanation_without_requested_at"),
        ("journal", "0005_jobs"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="entry",
            name="date",
            field=models.DateField(editable=False, null=True, verbose_name="date"),
        ),
        migrations.AddField(
            model_name="entry",
            name="user",
            field=models.ForeignKey(
                db_index=False,
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="entries",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.RunPython(fill, migrations.RunPython.noop),
        migrations.AlterField(
            model_name="entry",
            name="date",
            field=models.DateField(editable=False, verbose_name="date"),
        ),
        migrations.AlterField(
            model_name="entry",
            name="user",
            field=models.ForeignKey(
                db_index=False,
                editable=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="entries",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddIndex(
            model_name="entry",
            index=models.Index(fields=["user", "date", "song"], name="entry_user_date"),
        ),
        migrations.AddIndex(
            model_name="entry",
            index=models.Index(fields=["user", "song", "answered_at"], name="entry_user_song"),
        ),
        migrations.AddIndex(
            model_name="entry",
            index=models.Index(fields=["user", "phrase_text", "song"], name="entry_user_phrase"),
        ),
    ]
