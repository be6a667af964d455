"""Days of a listener: which day it is for them, and the phrases a new page is given."""

import datetime as dt
import random
from collections import Counter

from django.db import IntegrityError, transaction
from django.db.models import Exists, OuterRef
from django.utils import timezone

from journal.day.seasons import season_of
from journal.models import WEEKDAYS, Entry, Journal, Phrase, Preferences
from spotify_auth.models import User

# A phrase does not come back within two weeks, before a page and after it.
REST_DAYS = 14
# The phrases drawn and a listener's own; a page of more would be no page.
MOST_ENTRIES = 48
BEFORE_JOINING = dt.timedelta(days=365)


def today() -> dt.date:
    """Return the date in the active time zone, which the middleware set to the listener's."""
    return timezone.localdate()


def may_open(user: User, date: dt.date) -> bool:
    """Say whether the user's page of `date` can be opened.

    Any day up to today, back to a year before the user came; and a page that is there already: it
    came from another machine, or lies ahead again for somebody who travelled west over the date
    line.
    """
    if user.date_joined.date() - BEFORE_JOINING <= date <= today():
        return True
    return Journal.objects.filter(user=user, date=date).exists()


def first_day(user: User) -> dt.date:
    """Return the earliest day that the user may open."""
    usual = user.date_joined.date() - BEFORE_JOINING
    there = Journal.objects.filter(user=user, date__lt=usual).order_by("date").first()
    return there.date if there else usual


def last_day(user: User) -> dt.date:
    """Return the latest day that the user may open."""
    there = Journal.objects.filter(user=user, date__gt=today()).order_by("date").last()
    return there.date if there else today()


def open_day(user: User, date: dt.date) -> Journal:
    """Return the user's page of `date`; draw its phrases if it is opened for the first time.

    Two requests may open the same day at once: unique constraints let one of them write it. Where
    there are no transactions, a page without phrases is one whose drawing was cut off.
    """
    drawn = Exists(Entry.objects.filter(journal=OuterRef("pk")))
    begun = Journal.objects.filter(user=user, date=date).annotate(is_drawn=drawn).first()
    if begun is not None and begun.is_drawn:
        return begun
    try:
        with transaction.atomic():
            journal: Journal = begun or Journal.objects.create(user=user, date=date)
            Entry.objects.bulk_create(
                journal.entry(position=position, phrase=phrase, phrase_text=phrase.wording)
                for position, phrase in enumerate(draw_phrases(user, date))
            )
    except IntegrityError:
        journal = Journal.objects.get(user=user, date=date)
    return journal


def draw_phrases(user: User, date: dt.date) -> list[Phrase]:
    """Draw the phrases of a new page at random, no theme in a row.

    Only those that fit the season and the weekday, and none that was on a page within two weeks:
    where the pool is too small for that, those that rested longest fill the page.
    """
    count = preferences_of(user).phrases_per_day
    return _spread_themes(_rested_first(user, date)[:count])


def draw_other(journal: Journal) -> Phrase | None:
    """Draw a phrase that the day does not have; None when it has them all.

    One that was swapped away on that day comes back only after all others.
    """
    rows = journal.entries.values_list("phrase_id", "phrase_text")
    here = {value for row in rows for value in row}
    pool = _rested_first(journal.user, journal.date)
    left = [phrase for phrase in pool if here.isdisjoint([phrase.pk, *phrase.wordings])]
    return min(left, key=lambda phrase: str(phrase.pk) in journal.swapped_away, default=None)


def phrases_without_repeats(user: User, date: dt.date) -> int:
    """How many phrases a day can have without one that comes back within two weeks."""
    return len(_fitting(user, date)) // (REST_DAYS + 1)


def _fitting(user: User, date: dt.date) -> list[Phrase]:
    season = season_of(date, timezone.get_current_timezone_name())
    weekday = WEEKDAYS[date.weekday()]
    return [phrase for phrase in Phrase.objects.for_user(user) if phrase.fits(season, weekday)]


def _rested_first(user: User, date: dt.date) -> list[Phrase]:
    """The phrases that fit a day at random; behind them those of pages near it, the next last."""
    pool = _fitting(user, date)
    random.shuffle(pool)
    days_to = _days_to_pages(user, date)
    # a stable sort keeps the shuffle among those that were on none
    pool.sort(key=lambda phrase: -days_to.get(str(phrase.pk), REST_DAYS + 1))
    return pool


def _days_to_pages(user: User, date: dt.date) -> dict[str, int]:
    """How near the nearest page with each phrase is, of the two weeks before and after a day."""
    rest = dt.timedelta(days=REST_DAYS)
    near = {"user": user, "date__gte": date - rest, "date__lte": date + rest}
    seen = [
        (str(key), day)
        for key, day in Entry.objects.filter(**near)
        .exclude(date=date)
        .values_list("phrase_id", "date")
    ]
    for journal in Journal.objects.filter(**near).exclude(date=date):
        seen += [(key, journal.date) for key in journal.swapped_away]
    nearest: dict[str, int] = {}
    for key, day in seen:
        days = abs((day - date).days)
        nearest[key] = min(days, nearest.get(key, days))
    return nearest


def has_answered(user: User) -> bool:
    return Entry.objects.of(user).answered().exists()


def preferences_of(user: User) -> Preferences:
    """Return the user's preferences, or the defaults unsaved."""
    try:
        return user.preferences
    except Preferences.DoesNotExist:
        return Preferences(user=user)


def _spread_themes(phrases: list[Phrase]) -> list[Phrase]:
    """Order phrases so that neighbours differ in theme where that can be had."""
    left = list(phrases)
    ordered: list[Phrase] = []
    while left:
        counts = Counter(phrase.theme for phrase in left)
        last = ordered[-1].theme if ordered else None
        # the commonest theme first, or it would be left over at the end
        pick = max(left, key=lambda phrase: (phrase.theme != last, counts[phrase.theme]))
        left.remove(pick)
        ordered.append(pick)
    return ordered
