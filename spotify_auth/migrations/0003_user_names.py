"""Tell user names apart by what they mean and by what they look like.

Whoever signed up while `ﬁona` and `fiona`, `zoë` and `ZOË`, or a Latin and a Cyrillic `alice` were
two names keeps theirs: in the two new columns the account made first has the text itself, later
ones the text with a blank and a number behind it ("fiona 2"), which no name can be. Both sign in as
they always did, by the name as it is spelt.
"""

from collections import Counter

import spotify_auth.fields
import spotify_auth.models
from django.db import migrations, models

from journify.names import identity_of, skeleton_of

LONGEST = spotify_auth.fields.LONGEST - 10


def fill(apps, _schema_editor):
    User = apps.get_model("spotify_auth", "User")
    seen = {"identity": Counter(), "skeleton": Counter()}
    users = User.objects.order_by("date_joined", "pk").values_list("pk", "username")
    for pk, name in list(users):
        made = {"identity": identity_of(name), "skeleton": skeleton_of(name)}
        User.objects.filter(pk=pk).update(
            **{column: _numbered(text[:LONGEST], seen[column]) for column, text in made.items()}
        )


def _numbered(text, seen):
    seen[text] += 1
    return f"{text}{spotify_auth.fields.AGAIN}{seen[text]}" if seen[text] > 1 else text


class Migration(migrations.Migration):
    dependencies = [
        ("spotify_auth", "0002_spotify_connection"),
    ]

    operations = [
        migrations.AddField(
            model_name="user",
            name="identity",
            field=models.CharField(max_length=600, null=True, editable=False),
        ),
        migrations.AddField(
            model_name="user",
            name="skeleton",
            field=models.CharField(max_length=600, null=True, editable=False),
        ),
        migrations.RunPython(fill, migrations.RunPython.noop, elidable=True),
        migrations.AlterField(
            model_name="user",
            name="identity",
            field=spotify_auth.fields.IdentityField(editable=False, max_length=600, unique=True),
        ),
        migrations.AlterField(
            model_name="user",
            name="skeleton",
            field=spotify_auth.fields.SkeletonField(editable=False, max_length=600, unique=True),
        ),
        migrations.AlterField(
            model_name="user",
            name="username",
            field=models.CharField(
                error_messages={"unique": "This name is taken."},
                help_text="Letters of any alphabet, digits and @ . + - _",
                max_length=150,
                unique=True,
                validators=[spotify_auth.models.validate_username],
                verbose_name="user name",
            ),
        ),
    ]
