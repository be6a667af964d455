"""Songs whose title is not kept say so in each reader's language, not in that of who wrote them."""

from django.db import migrations
from django.db.models import Q

NOT_KEPT = ["A song on Spotify", "Ein Lied bei Spotify"]
UNTITLED = ["Untitled", "Ohne Titel"]


def forget_words(apps, _schema_editor):
    """Blank what was written in place of a title of songs that everybody may see."""
    songs = apps.get_model("classifier", "Song").objects
    of_spotify = songs.filter(spotify_id__isnull=False)
    of_spotify.filter(title__in=NOT_KEPT, metadata_fetched_at=None).update(title="")
    of_platforms = songs.filter(Q(spotify_id__isnull=False) | Q(deezer_id__isnull=False))
    of_platforms.filter(title__in=UNTITLED, artist="").update(title="")


class Migration(migrations.Migration):
    dependencies = [("classifier", "0014_one_of_each")]

    operations = [migrations.RunPython(forget_words, migrations.RunPython.noop)]
