"""Invent years of a listener's journal, to measure pages with and to look at; the same every time.

manage.py seed_history alice --years 3
manage.py seed_history alice --days 40 --songs 60 --password "only for trying out"
manage.py seed_history alice --years 3 --replace     delete alice's days and songs first

The user is created where there is none; without --password nobody can sign in as them.
"""

import datetime as dt
import zoneinfo
from argparse import ArgumentParser
from typing import Any

from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import transaction
from django.utils import timezone

from classifier.models import Song
from journal.day.pages import preferences_of
from journal.models import Journal, Phrase
from journify.operations.commands import ExplainedCommand
from ml.labels import EMOTIONS
from spotify_auth.models import User
from spotify_auth.people import user_of
from tools.seeding.history import HistoryShape, seed_history

DAYS_A_YEAR = 365
SONGS_A_YEAR = 500


class Command(ExplainedCommand):
    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("username", metavar="USER")
        parser.add_argument("--years", type=float, default=1.0, help="default: 1")
        parser.add_argument("--days", type=int, help="instead of --years")
        parser.add_argument("--songs", type=int, help=f"default: {SONGS_A_YEAR} a year")
        parser.add_argument("--until", type=dt.date.fromisoformat, help="last day; default: today")
        parser.add_argument("--seed", type=int, default=1)
        parser.add_argument("--password", help="for the user, if it is created")
        parser.add_argument("--replace", action="store_true", help="delete days and songs first")

    def handle(self, *, username: str, replace: bool, seed: int, **options: Any) -> None:
        if not Phrase.objects.filter(owner=None).exists():
            call_command("load_phrases", stdout=self.stdout)
        user = _user(username, options["password"])
        _make_room(user, replace=replace)
        shape = _shape(user, options)
        User.objects.filter(pk=user.pk).update(date_joined=_beginning(shape))
        counts = seed_history(user, shape, seed=seed)
        self.stdout.write(
            "{user}: {days} days, {entries} entries ({answered} answered), {songs} songs, "
            "until {until}.".format(user=user, until=shape.until, **counts)
        )


def _user(username: str, password: str | None) -> User:
    return user_of(username) or User.objects.create_user(username, password=password)


@transaction.atomic
def _make_room(user: User, *, replace: bool) -> None:
    days, songs = Journal.objects.filter(user=user), Song.objects.filter(owner=user)
    if replace:
        days.delete()
        songs.delete()
    elif days.exists() or songs.exists():
        raise CommandError(
            f"{user} has a journal already: name somebody new, or delete it all with --replace."
        )


def _shape(user: User, options: dict[str, Any]) -> HistoryShape:
    preferences = preferences_of(user)
    zone = zoneinfo.ZoneInfo(preferences.time_zone or "UTC")
    days = options["days"] or round(options["years"] * DAYS_A_YEAR)
    songs = options["songs"] or max(12, round(days / DAYS_A_YEAR * SONGS_A_YEAR))
    if days < 1 or songs < len(EMOTIONS):
        raise CommandError("A history needs a day and four songs at least.")
    now = timezone.now()
    return HistoryShape(
        days=days,
        songs=songs,
        phrases=preferences.phrases_per_day,
        until=options["until"] or now.astimezone(zone).date(),
        zone=zone,
        now=now,
    )


def _beginning(shape: HistoryShape) -> dt.datetime:
    first = shape.until - dt.timedelta(days=shape.days - 1)
    return dt.datetime.combine(first, dt.time(), tzinfo=shape.zone)
