"""What a recap tells, page by page: the numbers, without words or drawing."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from classifier.emotions.effective import heard_in
from classifier.models import Classification, Song
from journal.emotions.counting import heard_in_all, largest_first
from journal.emotions.tally import Tally, tally_of
from journal.models import Entry, EntryQuerySet, Journal
from journal.recap.picture import LEAST, Recap
from journal.stats.words import REPEATED, first_of
from journify.models import bare, uuid_of
from spotify_auth.models import User

SONGS_OF_A_DAY = 3
# Of the surest answers, those of older models and those denied are left out.
SUREST_COMPARED = 60


@dataclass(frozen=True)
class SurestSong:
    """The song that sounded most surely like one feeling."""

    song: Song
    emotion: str
    certainty: float


@dataclass(frozen=True)
class DayToRemember:
    """A starred day, or the one with most answers: its first songs, and a note."""

    date: dt.date
    tally: Tally
    songs: Sequence[Song]
    note: str
    is_favourite: bool


@dataclass(frozen=True)
class Story:
    """What there is to tell; None where there is too little of it.

    `artist`: the name chosen most, and what its answers count as; `hours`: where an hour brought
    more answers than every other; `before`: of the period before, where both are large enough to
    compare.
    """

    recap: Recap
    song: SurestSong | None
    artist: tuple[str, Tally] | None
    hours: Mapping[int, Tally] | None
    day: DayToRemember | None
    before: Tally | None


def story_of(user: User, recap: Recap) -> Story:
    interval = recap.period.interval
    entries = Entry.objects.of(user).between(interval.first, interval.last).order_by()
    return Story(
        recap=recap,
        song=_surest_song(entries),
        artist=_artist(recap),
        hours=_hours(recap),
        day=_day(user, recap),
        before=_before(user, recap),
    )


def _surest_song(entries: EntryQuerySet) -> SurestSong | None:
    """Of the songs whose feeling the model heard and nobody denied, the one it was surest of."""
    answers = Classification.objects.answered().filter(song__in=entries.clear().values("song"))
    rows = answers.order_by("-certainty", "song_id").values_list("song_id", flat=True)
    surest = list(dict.fromkeys(rows[:SUREST_COMPARED]))
    of_these = entries.clear().filter(song__in=surest)
    emotions = dict(of_these.values_list(bare("song_id"), "emotion").distinct())
    verdicts = heard_in(surest)
    agreed = [key for key, verdict in verdicts.items() if verdict.heard == emotions.get(key)]
    if not agreed:
        return None
    # of several that are equal always the same one
    key = max(agreed, key=lambda each: (verdicts[each].certainty, str(each)))
    song = Song.objects.get(pk=uuid_of(key))
    return SurestSong(song=song, emotion=emotions[key], certainty=verdicts[key].certainty)


def _artist(recap: Recap) -> tuple[str, Tally] | None:
    artists = {name: tally for name, tally in recap.counted.artists.items() if name}
    groups = largest_first(artists)
    return groups[0] if groups and groups[0][1].total >= REPEATED else None


def _hours(recap: Recap) -> Mapping[int, Tally] | None:
    hours = recap.counted.hours
    return hours if len(first_of(list(hours.items()))) == 1 else None


def _day(user: User, recap: Recap) -> DayToRemember | None:
    interval = recap.period.interval
    starred = Journal.objects.filter(user=user, is_favourite=True)
    starred = starred.filter(date__gte=interval.first, date__lte=interval.last)
    favourites = [row.date for row in starred.order_by("-date") if row.date in recap.days]
    date = next(iter(favourites), None) or max(
        recap.days, key=lambda each: (sum(recap.days[each]), each), default=None
    )
    if date is None:
        return None
    # asked for those with a song, SQLite would go through all of them by another index
    answers = Entry.objects.of(user).filter(date=date)
    rows = [row for row in answers.select_related("song").order_by("position") if row.song]
    return DayToRemember(
        date=date,
        tally=tally_of(recap.days[date]),
        songs=[row.song for row in rows if row.song][:SONGS_OF_A_DAY],
        note=next((row.note for row in rows if row.note), ""),
        is_favourite=date in favourites,
    )


def _before(user: User, recap: Recap) -> Tally | None:
    previous = recap.period.previous
    if previous is None or recap.missing:
        return None
    interval = previous.interval
    tally = heard_in_all(Entry.objects.of(user).between(interval.first, interval.last))
    return tally if tally.clear >= LEAST else None
