"""The end of an account: every row and every file that is somebody's."""

from allauth.usersessions.models import UserSession
from django.contrib.admin.models import LogEntry
from django.db import transaction

from classifier.models import Arc, Classification, Explanation, Song
from journal.models import Entry
from journal.spotify import connection as spotify
from journify.models import some_at_once
from spotify_auth.models import User
from spotify_auth.web_api.connections import connection_of


def what_goes(user: User) -> dict[str, int]:
    """Count what an account's end takes with it, for the page that asks."""
    answered = Entry.objects.of(user).answered()
    return {
        # not two counts at once: where there are none, MongoDB cannot count the different ones
        "days": answered.values("date").distinct().count(),
        "answers": answered.count(),
        "files": user.songs.exclude(audio="").count(),
        "phrases": user.phrases.count(),
    }


@transaction.atomic
def delete_account(user: User) -> None:
    """Delete `user` and everything of theirs; files follow when that is committed.

    Most rows go with the user, because they point there. What does not point: sessions, what the
    admin noted of rows, and what Spotify told of songs that only they used.
    """
    if connection_of(user) is not None:
        spotify.disconnect(user)
    for session in UserSession.objects.filter(user=user):
        session.end()
    for ids in some_at_once(_logged_ids(user)):
        LogEntry.objects.filter(object_id__in=ids).delete()
    user.delete()


def _logged_ids(user: User) -> list[str]:
    """The keys of the user's rows that the admin's log may name."""
    songs = Song.objects.filter(owner=user)
    ids = [
        user.pk,
        *songs.values_list("pk", flat=True),
        *Classification.objects.filter(song__in=songs).values_list("pk", flat=True),
        *Explanation.objects.filter(classification__song__in=songs).values_list("pk", flat=True),
        *Arc.objects.filter(song__in=songs).values_list("pk", flat=True),
        *user.transfers.values_list("pk", flat=True),
        *user.journals.values_list("pk", flat=True),
        *user.phrases.values_list("pk", flat=True),
    ]
    return [str(pk) for pk in ids]
