import contextlib

from django.core.files.storage import default_storage
from django.db import migrations, models


def weigh(apps, _schema_editor):
    """Write down what each file takes; one that storage lost takes nothing."""
    songs = apps.get_model("classifier", "Song").objects.exclude(owner=None).exclude(audio="")
    for pk, name in songs.values_list("pk", "audio"):
        with contextlib.suppress(OSError):
            songs.model.objects.filter(pk=pk).update(audio_bytes=default_storage.size(name))


class Migration(migrations.Migration):
    dependencies = [("classifier", "0017_indexes")]

    operations = [
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
        migrations.RunPython(weigh, migrations.RunPython.noop),
    ]
