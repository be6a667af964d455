"""Count a history once, when something changed, so that its page reads one row."""

import datetime as dt
import zoneinfo
from collections import Counter, defaultdict
from collections.abc import Iterable
from typing import Any, NamedTuple

from django.db.models import QuerySet
from django.utils import timezone

from journal.emotions.tally import NAMES
from journal.listening.models import ListenedSong, Listening, ListeningMonth
from journal.listening.packing import unpack
from journal.models import Entry, Preferences
from journal.site.dates import zone_named
from journify.models import some_at_once
from spotify_auth.models import User

HOUR = 3600
TOP = 10


class _Song(NamedTuple):
    number: int
    title: str
    artist: str
    emotion: str
    plays: int


def renew_summary(user: User) -> None:
    """Count the user's history again and keep it; hours and days are the listener's."""
    listening, _is_new = Listening.objects.get_or_create(user=user)
    rows = Listening.objects.filter(pk=listening.pk)
    rows.update(is_stale=False)
    rows.update(summary=summary_of(user, _zone_of(listening)), updated_at=timezone.now())


def _zone_of(listening: Listening) -> zoneinfo.ZoneInfo:
    """Return the zone chosen in the settings, else the browser's when it was last here, else UTC.

    Workers have no browser to ask.
    """
    chosen = Preferences.objects.filter(user=listening.user_id).values_list("time_zone", flat=True)
    return zone_named(chosen.first(), listening.time_zone)


def summary_of(user: User, zone: zoneinfo.ZoneInfo) -> dict[str, Any]:
    """Count plays by emotion: by month, weekday and hour, by song and artist, beside the journal.

    Counts of an emotion are lists in the order of `ml.labels.EMOTIONS`. Songs keep how often they
    were played.
    """
    rows = ListenedSong.objects.filter(user=user).order_by()
    songs = {
        row[0]: _Song(*row)
        for row in rows.values_list("number", "title", "artist", "emotion", "plays").iterator()
    }
    counted = _Counted(_felt_by_day(user))
    months = ListeningMonth.objects.filter(user=user).order_by("month")
    for packed in months.values_list("packed", flat=True).iterator():
        counted.add(packed, songs, zone)
    _keep_plays(rows, songs, counted.plays)
    states = Counter(rows.values_list("state", flat=True).iterator())
    return counted.told(songs) | {
        "looked_up": {state: states[state] for state in ListenedSong.State.values}
    }


def _keep_plays(rows: QuerySet[ListenedSong], songs: dict[int, _Song], plays: Counter[int]) -> None:
    """Write how often songs were played where that changed, all that were as often at once."""
    alike: dict[int, list[int]] = defaultdict(list)
    for song in songs.values():
        if plays[song.number] != song.plays:
            alike[plays[song.number]].append(song.number)
    for count, numbers in alike.items():
        for some in some_at_once(numbers):
            rows.filter(number__in=some).update(plays=count)


class _Counted:
    def __init__(self, felt: dict[dt.date, str]) -> None:
        self._felt = felt
        self.plays: Counter[int] = Counter()
        self.totals: Counter[str] = Counter()
        self.months: dict[str, Counter[str]] = defaultdict(Counter)
        self.weekdays: dict[int, Counter[str]] = defaultdict(Counter)
        self.hours: dict[int, Counter[str]] = defaultdict(Counter)
        self.on_days_felt: dict[str, Counter[str]] = defaultdict(Counter)

    def add(
        self, packed: bytes | memoryview, songs: dict[int, _Song], zone: zoneinfo.ZoneInfo
    ) -> None:
        """Count a month's plays; a zone is asked once an hour, which a million plays notice."""
        cells: Counter[tuple[int, str]] = Counter()
        for play in unpack(packed):
            self.plays[play.song] += 1
            song = songs.get(play.song)
            cells[play.moment // HOUR, song.emotion if song else ""] += 1
        for (hour, emotion), count in cells.items():
            local = dt.datetime.fromtimestamp(hour * HOUR, zone)
            self.totals["all"] += count
            month = self.months[f"{local:%Y-%m}"]
            month["all"] += count
            self.totals["heard"] += bool(emotion) * count
            if emotion in NAMES:
                for cell in (self.totals, month, self.weekdays[local.weekday()]):
                    cell[emotion] += count
                self.hours[local.hour][emotion] += count
                if felt := self._felt.get(local.date()):
                    self.on_days_felt[felt][emotion] += count

    def told(self, songs: dict[int, _Song]) -> dict[str, Any]:
        """Everything as JSON can hold it."""
        return {
            "plays": self.totals["all"],
            "songs": len(self.plays),
            "heard_plays": self.totals["heard"],
            "heard_songs": sum(1 for song in songs.values() if song.emotion),
            "months": {month: _in_order(self.months[month]) for month in sorted(self.months)},
            "month_plays": {month: cell["all"] for month, cell in sorted(self.months.items())},
            "weekdays": [_in_order(self.weekdays[day]) for day in range(7)],
            "hours": [_in_order(self.hours[hour]) for hour in range(24)],
            "on_days_felt": {name: _in_order(self.on_days_felt[name]) for name in NAMES},
            "top_songs": {name: self._top_songs(songs.values(), name) for name in NAMES},
            "top_artists": self._top_artists(songs.values()),
        }

    def _top_songs(self, songs: Iterable[_Song], emotion: str) -> list[list[Any]]:
        of_emotion = [song for song in songs if song.emotion == emotion]
        of_emotion.sort(key=lambda song: (-self.plays[song.number], song.number))
        return [[song.title, song.artist, self.plays[song.number]] for song in of_emotion[:TOP]]

    def _top_artists(self, songs: Iterable[_Song]) -> list[list[Any]]:
        artists: dict[str, Counter[str]] = defaultdict(Counter)
        for song in songs:
            if song.emotion in NAMES:
                artists[song.artist][song.emotion] += self.plays[song.number]
        ordered = sorted(artists.items(), key=lambda item: (-item[1].total(), item[0]))
        return [[artist, _in_order(counts)] for artist, counts in ordered[:TOP]]


def _in_order(counts: Counter[str]) -> list[int]:
    return [counts[name] for name in NAMES]


def _felt_by_day(user: User) -> dict[dt.date, str]:
    """The emotion that most answers of a day have; days on which two are level have none."""
    days: dict[dt.date, Counter[str]] = defaultdict(Counter)
    entries = Entry.objects.of(user).filter(emotion__gt="").order_by()
    for date, emotion in entries.values_list("date", "emotion").iterator():
        days[date][emotion] += 1
    felt = {}
    for date, counts in days.items():
        first, *others = counts.most_common(2)
        if not others or others[0][1] < first[1]:
            felt[date] = first[0]
    return felt
