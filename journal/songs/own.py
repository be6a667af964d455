"""A listener's own songs: what they answered with or brought in, by feeling and by likeness."""

import datetime as dt
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Count, Exists, F, Max, OuterRef, Q, QuerySet

from classifier.emotions.effective import effective_in
from classifier.emotions.likeness import nearest
from classifier.emotions.readings import WORDS, Reading, read
from classifier.emotions.word_search import songs_with_word
from classifier.emotions.words import emotion_of
from classifier.models import Song
from journal.models import Entry, EntryQuerySet, Journal
from journify.models import bare, uuid_of
from spotify_auth.models import User

NEIGHBOURS = 8
RECENT_PAGES = 60


@dataclass(frozen=True)
class OwnSong:
    song: Song
    reading: Reading


@dataclass(frozen=True)
class SongsByFeeling:
    """The songs that carry one feeling, and how many carry each.

    `keys`: bare, those used last first, then those never used by when they came; `word`: the finer
    word that they are limited to, if any.
    """

    emotion: str
    counts: dict[str, int]
    keys: list[Hashable]
    word: str = ""


def _own_songs(user: User) -> QuerySet[Song]:
    """The songs that a user answered with or uploaded."""
    used = Entry.objects.of(user).answered().order_by().values("song").distinct()
    return Song.objects.filter(Q(owner=user) | Q(pk__in=used))


def matching(songs: QuerySet[Song], query: str) -> QuerySet[Song]:
    """The songs that hold every word of `query` in title or artist."""
    for word in query.split():
        songs = songs.filter(Q(title__icontains=word) | Q(artist__icontains=word))
    return songs


def last_used_first(user: User, songs: QuerySet[Song], *, count: int) -> list[Song]:
    """Up to `count` songs: first those the user answered with last, then by when they came.

    Answers since the latest pages began are looked at where they are enough, however long a journal
    is: also those on older pages, and none before them can be later.
    """
    keys = list(songs.order_by("-created_at").values_list("pk", flat=True)[: count + 1])
    if len(keys) <= count:
        used = list(_used(Entry.objects.of(user).filter(song__in=keys)))
        found = songs.in_bulk(keys)
        in_order = dict.fromkeys([*map(uuid_of, used), *keys])
        return [found[key] for key in in_order if key in found]
    uses = Entry.objects.of(user).filter(song__in=songs.order_by().values("pk"))
    used = list(_used(uses.filter(answered_at__gte=_pages_ago(user, RECENT_PAGES)))[:count])
    if len(used) < count:
        used = list(_used(uses)[:count])
    found = songs.in_bulk([uuid_of(key) for key in used])
    others = songs.exclude(pk__in=found).order_by("-created_at")[: count - len(found)]
    return [*(found[pk] for key in used if (pk := uuid_of(key)) in found), *others]


def alike(user: User, song: Song) -> list[OwnSong]:
    """Return the user's songs that are most like `song`, nearest first."""
    return _with_readings(user, nearest(song, _own_songs(user), count=NEIGHBOURS))


def songs_by_feeling(user: User, asked: str, *, word: str = "") -> SongsByFeeling:
    """Return the user's songs that carry what is asked for, else the commonest feeling.

    With one of the feeling's finer words, only those that it describes.
    """
    entries = Entry.objects.of(user).order_by()
    clear = entries.clear().values_list("emotion")
    answered = dict(clear.annotate(songs=Count("song", distinct=True)))
    never_used = _never_used(user)
    counts = {name: answered.get(name, 0) + len(never_used[name]) for name in WORDS}
    emotion = asked if asked in counts else _commonest(entries, counts)
    keys = [*_used(entries.filter(emotion=emotion)), *never_used[emotion]]
    if emotion_of(word) == emotion:
        described = set(songs_with_word(user, [uuid_of(key) for key in keys], word))
        keys = [key for key in keys if uuid_of(key) in described]
    else:
        word = ""
    return SongsByFeeling(emotion=emotion, counts=counts, keys=keys, word=word)


def songs_of(user: User, keys: Sequence[Hashable]) -> list[OwnSong]:
    """Return songs with their readings, in the order of their bare keys."""
    return _with_readings(user, [uuid_of(key) for key in keys])


def _commonest(entries: EntryQuerySet, counts: Mapping[str, int]) -> str:
    """The feeling of most songs; of several the one that was answered with last."""
    level = [name for name in counts if counts[name] == max(counts.values())]
    latest = entries.filter(emotion__in=level, answered_at__isnull=False).order_by("-answered_at")
    first = latest.values_list("emotion", flat=True).first() if len(level) > 1 else None
    return first or level[0]


def _used(entries: EntryQuerySet) -> QuerySet[Entry, Hashable]:
    """The bare keys of the songs of entries, the latest use first, at an unknown time last."""
    answered = entries.answered().order_by()
    moments = answered.values(key=bare("song_id")).annotate(latest=Max("answered_at"))
    ordered = moments.order_by(F("latest").desc(nulls_last=True))
    return ordered.values_list("key", flat=True)


def _never_used(user: User) -> dict[str, list[Hashable]]:
    """The bare keys of songs that the user brought and never answered with, by feeling."""
    used = Exists(Entry.objects.of(user).filter(song=OuterRef("pk")))
    brought = Song.objects.filter(~used, owner=user).order_by("-created_at")
    keys = list(brought.values_list(bare("pk"), flat=True))
    verdicts = effective_in(user, [uuid_of(key) for key in keys])
    found: dict[str, list[Hashable]] = {name: [] for name in WORDS}
    for key in keys:
        if key in verdicts and verdicts[key].emotion in found:
            found[verdicts[key].emotion].append(key)
    return found


def _pages_ago(user: User, count: int) -> dt.datetime:
    """When the user's page began that many back from the latest, or a time before all of them."""
    dates = Journal.objects.filter(user=user).order_by("-date").values_list("date", flat=True)
    date = next(iter(dates[count - 1 : count]), dt.date(1970, 1, 1))
    return dt.datetime.combine(date, dt.time.min, dt.UTC)


def _with_readings(user: User, ids: Sequence[UUID]) -> list[OwnSong]:
    found = {song.pk: song for song in Song.objects.filter(pk__in=ids).with_readings(user)}
    return [OwnSong(found[pk], read(found[pk])) for pk in ids if pk in found]
