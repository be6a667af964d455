"""On this day: what the listener's music was a month, half a year, and years ago."""

import datetime as dt
from collections import Counter
from dataclasses import dataclass

from django.utils.translation import ngettext

from classifier.emotions.readings import WORDS
from classifier.serving.results import UNSURE
from journal.day.cards import Card, line_of
from journal.day.sentences import Moment, Others, place_of, summary
from journal.emotions.counting import heard_by_day
from journal.emotions.tally import Tally, tally_of
from journal.models import Entry, Journal
from spotify_auth.models import User

MONTHS_BACK = (1, 6)
MOST_YEARS = 10
SONGS_SHOWN = 3
FAVOURITES_SHOWN = 12
# Russell's left half: what was unpleasant.
HARD = frozenset({"sad", "energetic"})


@dataclass(frozen=True)
class Memory:
    """A past day worth a look."""

    when: str
    date: dt.date
    sentence: str
    entries: list[Entry]

    @property
    def cards(self) -> list[Card]:
        return [line_of(entry) for entry in self.entries]


def memories_of(user: User, today: dt.date, *, without_hard: bool) -> list[Memory]:
    """Return the days that were exactly some months or years ago and have answers, latest first.

    A hard day is one on which most of what was heard is sad or energetic; `without_hard` leaves
    it out. To the entries that are shown `add_songs` is still to be done.
    """
    told = dict(_past(today))
    days: dict[dt.date, list[Entry]] = {date: [] for date in told}
    entries = Entry.objects.of(user).filter(date__in=list(told)).select_related("phrase")
    for entry in entries.only("date", "song", "emotion", "phrase__key", "phrase__theme"):
        if entry.song_id is not None:  # asked here, so that the days are what they are found by
            days[entry.date].append(entry)
    found = []
    for date, answers in days.items():
        moments = [
            Moment(entry.emotion, place_of(entry.phrase))
            for entry in answers
            if entry.emotion in WORDS
        ]
        tally = Tally(Counter(moment.emotion for moment in moments))
        if answers and not (without_hard and _is_hard(tally)):
            others = Others(unsure=sum(entry.emotion == UNSURE for entry in answers))
            sentence = summary(moments, answered=len(answers), others=others, is_over=True)
            found.append(Memory(told[date], date, sentence, answers[:SONGS_SHOWN]))
    return found


def favourites_of(user: User) -> list[dt.date]:
    """The days that the user starred, the latest first."""
    days = Journal.objects.filter(user=user, is_favourite=True).order_by("-date")
    return list(days.values_list("date", flat=True)[:FAVOURITES_SHOWN])


def past_days(user: User, *, before: dt.date, without_hard: bool) -> list[dt.date]:
    """The answered days before a day; `without_hard` leaves hard ones out."""
    days = heard_by_day(user, last=before - dt.timedelta(1))
    if not without_hard:
        return list(days)
    return [date for date, day in days.items() if not _is_hard(tally_of(day.counts))]


def _past(today: dt.date) -> list[tuple[dt.date, str]]:
    """The days to look at, and what the page calls them; no 29 February in other years."""
    found = []
    for months in MONTHS_BACK:
        told = ngettext("A month ago", "%(count)d months ago", months) % {"count": months}
        found.append((_months_before(today, months), told))
    for years in range(1, MOST_YEARS + 1):
        told = ngettext("A year ago", "%(count)d years ago", years) % {"count": years}
        found.append((_months_before(today, 12 * years), told))
    return [(date, told) for date, told in found if date is not None]


def _months_before(date: dt.date, months: int) -> dt.date | None:
    year, month = divmod(date.year * 12 + date.month - 1 - months, 12)
    try:
        return date.replace(year=year, month=month + 1)
    except ValueError:
        return None


def _is_hard(tally: Tally) -> bool:
    return sum(tally.counts[name] for name in HARD) * 2 > tally.clear
