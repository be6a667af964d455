"""May Deezer and MusicBrainz be asked for what a listener types? Only if that listener says so."""

from django.conf import settings
from django.contrib.auth.models import AnonymousUser

from journal.day.pages import preferences_of
from journal.models import Preferences
from spotify_auth.models import User

Search = Preferences.Search


def may_search_outside(user: User) -> bool:
    """Whether the listener allowed it, and the operator does."""
    return settings.DEEZER_SEARCH and preferences_of(user).search == Search.OUTSIDE


def must_ask(user: User) -> bool:
    """Whether it could be allowed, and the listener was not asked yet."""
    return settings.DEEZER_SEARCH and preferences_of(user).search == Search.ASK


def covers_shown_to(user: User | AnonymousUser | None) -> list[str]:
    """Name the platforms whose covers pages load: a browser that fetches one shows its address."""
    if user is None or not user.is_authenticated:
        return []
    platforms = {"spotify": settings.SPOTIFY_ENABLED, "deezer": may_search_outside(user)}
    return [name for name, is_shown in platforms.items() if is_shown]
