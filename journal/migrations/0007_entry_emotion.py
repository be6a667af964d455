"""What an answer's song carries for the listener, beside the answer: years are counted by it."""

from collections import defaultdict

from django.conf import settings
from django.db import migrations, models

import journal.models

AT_ONCE = 500
UNSURE_BELOW = 0.45  # as it was then


def fill(apps, _schema_editor):
    """Write the listener's label, else the word of the model asked first if it was sure of it."""
    entries = apps.get_model("journal", "Entry").objects
    labels = apps.get_model("classifier", "Label").objects
    answered = entries.filter(song_id__isnull=False).order_by()
    songs = list(answered.values_list("song_id", flat=True).distinct())
    for start in range(0, len(songs), AT_ONCE):
        some = songs[start : start + AT_ONCE]
        for emotion, alike in _heard(apps, some).items():
            entries.filter(song_id__in=alike).update(emotion=emotion)
        said = labels.filter(song_id__in=some).order_by()
        for song, user, emotion in said.values_list("song_id", "user_id", "emotion"):
            entries.filter(song_id=song, user_id=user).update(emotion=emotion)


def _heard(apps, songs):
    """Songs by what the model that is asked first was sure of, the newest of its answers."""
    order = settings.CLASSIFIER_MODELS
    rows = apps.get_model("classifier", "Classification").objects.filter(song_id__in=songs)
    best = {}
    for song, model, emotion, certainty in (
        rows.filter(status="done")
        .order_by("queued_at")
        .values_list("song_id", "model", "emotion", "certainty")
    ):
        place = order.index(model) if model in order else len(order)
        if song not in best or place <= best[song][0]:
            best[song] = place, emotion, certainty
    found = defaultdict(list)
    for song, (_place, emotion, certainty) in best.items():
        if certainty >= UNSURE_BELOW:
            found[emotion].append(song)
    return found


class Migration(migrations.Migration):
    dependencies = [
        ("classifier", "0012_heard"),
        ("journal", "0006_entry_user_date"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RemoveIndex(model_name="entry", name="entry_user_date"),
        migrations.RemoveIndex(model_name="entry", name="entry_user_phrase"),
        migrations.AddField(
            model_name="entry",
            name="emotion",
            field=models.CharField(
                blank=True,
                choices=[
                    ("sad", "Sad"),
                    ("happy", "Happy"),
                    ("energetic", "Energetic"),
                    ("calm", "Calm"),
                ],
                editable=False,
                max_length=10,
                verbose_name="emotion",
            ),
        ),
        migrations.AlterField(
            model_name="entry",
            name="song",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=journal.models.set_unanswered,
                related_name="entries",
                to="classifier.song",
            ),
        ),
        migrations.RunPython(fill, migrations.RunPython.noop),
        migrations.AddIndex(
            model_name="entry",
            index=models.Index(fields=["user", "date", "emotion", "song"], name="entry_user_date"),
        ),
        migrations.AddIndex(
            model_name="entry",
            index=models.Index(
                fields=["user", "emotion", "song", "answered_at", "date"],
                name="entry_user_emotion",
            ),
        ),
        migrations.AddIndex(
            model_name="entry",
            index=models.Index(
                fields=["user", "phrase_text", "emotion", "date", "song"],
                name="entry_user_phrase",
            ),
        ),
    ]
