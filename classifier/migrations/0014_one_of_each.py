"""The same audio of the same listener is one song; those that two uploads at once made stay."""

from django.conf import settings
from django.db import migrations, models


def forget_doubles(apps, _schema_editor):
    """Leave the digest with the oldest of several songs: the others were answered with, too."""
    songs = apps.get_model("classifier", "Song").objects
    uploads = songs.filter(audio_sha256__gt="", owner_id__isnull=False).order_by("created_at")
    known = set()
    for song, *upload in list(uploads.values_list("pk", "owner_id", "audio_sha256")):
        if tuple(upload) in known:
            songs.filter(pk=song).update(audio_sha256="")
        known.add(tuple(upload))


class Migration(migrations.Migration):
    dependencies = [
        ("classifier", "0013_emotion_rule"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RunPython(forget_doubles, migrations.RunPython.noop),
        migrations.AddConstraint(
            model_name="song",
            constraint=models.UniqueConstraint(
                condition=models.Q(("audio_sha256__gt", "")),
                fields=("owner", "audio_sha256"),
                name="classifier_song_unique",
            ),
        ),
    ]
