"""A listener's answers as the statistics count them: groups that the database makes."""

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from classifier.emotions.effective import heard_in
from classifier.emotions.word_search import songs_with_word
from classifier.models import Label
from classifier.serving.results import is_sure
from journal.day.feelings import FeltDay, felt_between
from journal.emotions.counting import DayHeard, group_days, heard_in_all
from journal.emotions.months import Counted, counted
from journal.emotions.tally import Tally, tally_of
from journal.models import Entry, EntryQuerySet
from journal.stats.intervals import Interval, Span
from journify.models import bare
from spotify_auth.models import User


@dataclass(frozen=True)
class Answers:
    """Phrases answered with songs, counted by what each song counts as.

    `days`: all answered days, also those of which nothing is heard; `hours`: by the hour of
    answering, 0 to 23 in the listener's zone, where it is known; `phrases`, `artists`: by words and
    by name; the artist that is not known is ""; `before`: what as many days before the interval
    count as, all together; `felt`: the interval's days of which the listener said how they were, or
    gave them tags; `pairs`: songs that the listener labelled and a model was sure of, by (heard,
    said).
    """

    days: Mapping[dt.date, DayHeard] = field(default_factory=dict)
    hours: Mapping[int, Tally] = field(default_factory=dict)
    phrases: Mapping[str, Tally] = field(default_factory=dict)
    artists: Mapping[str, Tally] = field(default_factory=dict)
    felt: Sequence[FeltDay] = ()
    before: Tally = field(default_factory=Tally)
    pairs: Counter[tuple[str, str]] = field(default_factory=Counter)

    @property
    def answered(self) -> int:
        return sum(day.answered for day in self.days.values())

    @cached_property
    def tally(self) -> Tally:
        return tally_of(*(day.counts for day in self.days.values()))

    @cached_property
    def weekdays(self) -> Mapping[int, Tally]:
        """What the days count as, by weekday, 0 to 6."""
        return group_days(self.days, dt.date.weekday)

    @cached_property
    def tagged(self) -> Mapping[str, list[DayHeard]]:
        """The days with answers that have each tag."""
        days: dict[str, list[DayHeard]] = defaultdict(list)
        for day in self.felt:
            for tag in day.tags if day.date in self.days else ():
                days[tag].append(self.days[day.date])
        return days


@dataclass(frozen=True)
class Gathered:
    """What `Answers` are made of, as it was found: `counted` is taken apart only for them."""

    counted: Counted
    before: Tally
    felt: tuple[FeltDay, ...]
    pairs: Counter[tuple[str, str]]

    def answers(self) -> Answers:
        return Answers(
            days=self.counted.days,
            hours=self.counted.hours,
            phrases=self.counted.phrases,
            artists=self.counted.artists,
            before=self.before,
            felt=self.felt,
            pairs=self.pairs,
        )


def gather(user: User, interval: Interval, *, zone: dt.tzinfo, word: str = "") -> Gathered:
    """Count the answers of the interval's pages; with a finer word, those that it describes."""
    entries = Entry.objects.of(user).order_by()
    songs = None
    if word:
        songs = songs_with_word(user, entries.answered().values("song").distinct(), word)
        entries = entries.filter(song__in=songs)
    before, first, last = Tally(), None, None
    if interval.span != Span.ALL:  # all are found without looking at their days
        first, last = interval.first, interval.last
        as_long_ago = first - dt.timedelta(interval.days)
        before = heard_in_all(entries.between(as_long_ago, first - dt.timedelta(1)))
    return Gathered(
        counted=counted(user, zone=zone, songs=songs, first=first, last=last),
        before=before,
        felt=tuple(felt_between(user, interval.first, interval.last)),
        pairs=_pairs(user, entries.between(first, last)),
    )


def _pairs(user: User, entries: EntryQuerySet) -> Counter[tuple[str, str]]:
    """Compare model and listener on the songs of entries, each song once."""
    labels = Label.objects.filter(user=user).order_by()
    said = dict(labels.values_list(bare("song_id"), "emotion"))
    heard = heard_in(entries.filter(song__in=labels.values("song")).values("song"))
    return Counter(
        (verdict.heard, said[song]) for song, verdict in heard.items() if is_sure(verdict.certainty)
    )
