"""One phrase of the same words, and one export and import, a listener: two at once made two."""

from django.conf import settings
from django.db import migrations, models


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


class Migration(migrations.Migration):
    dependencies = [
        ("journal", "0008_entry_unsure"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RunPython(keep_one_of_each, migrations.RunPython.noop),
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
