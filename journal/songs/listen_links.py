"""Signed addresses at which a player that is not signed in hears one song of one listener."""

import datetime as dt
from uuid import UUID

from django.core import signing

from classifier.models import Song
from spotify_auth.models import User

# So long does a list for a player work; a new one can be had at any time.
KEPT = dt.timedelta(days=7)
SALT = "journal.songs.listen_links"


def token_of(user: User, song: Song) -> str:
    """Sign that whoever has this may hear one song in the listener's name, for a while."""
    return signing.dumps([song.pk.hex, user.pk.hex, _door_of(user)], salt=SALT)


def song_of_token(token: str) -> Song | None:
    """The song of a token; None when it has ended, is forged, or the listener may hear it no more.

    A changed password ends all of them.
    """
    try:
        song, user, door = signing.loads(token, salt=SALT, max_age=KEPT)
    except signing.BadSignature:
        return None
    listener = User.objects.filter(pk=UUID(user), is_active=True).first()
    if listener is None or _door_of(listener) != door:
        return None
    return Song.objects.visible_to(listener).filter(pk=UUID(song)).first()


def _door_of(user: User) -> str:
    """Part of what sessions depend on, too: it changes with the password."""
    return user.get_session_auth_hash()[:16]
