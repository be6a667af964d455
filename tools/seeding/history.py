"""A made-up listener's years, for measuring and for pictures: a seed always makes the same."""

import datetime as dt
import random
import uuid
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from django.db import transaction

from classifier.models import Classification, Label, Song
from classifier.serving.bundles import main_bundle
from journal.emotions import renewing
from journal.models import Entry, Journal, Phrase
from ml.errors import SENTENCES
from ml.labels import EMOTIONS
from spotify_auth.models import User
from tools.seeding.moods import feel, made_up_answer
from tools.seeding.words import invent_note, invent_song

BATCH = 1000
DAYS_A_TRANSACTION = 60
DAYS_KEPT = 0.95
PHRASES_ANSWERED = 0.85
SONGS_LABELLED = 0.15
LABELS_AGREEING = 0.7
SONGS_FAILED = 0.01
HOURS = (6, 23)
SOURCES = ("upload", "upload", "deezer", "itunes")


@dataclass(frozen=True)
class HistoryShape:
    """How large the history becomes, its last day, and the moment after which nothing happened."""

    days: int
    songs: int
    phrases: int
    until: dt.date
    zone: dt.tzinfo
    now: dt.datetime

    def dates(self, chance: random.Random) -> Iterator[dt.date]:
        """Give the days that have a page, oldest first: a few are left out, the last never."""
        for back in range(self.days - 1, -1, -1):
            if back == 0 or chance.random() < DAYS_KEPT:
                yield self.until - dt.timedelta(days=back)


# The listener's songs, by the emotion that the model heard in them.
Shelf = dict[str, list[Song]]


def seed_history(user: User, shape: HistoryShape, *, seed: int) -> Counter[str]:
    """Write songs with classifications and labels, and days with entries, for `user`.

    Returns how many `songs`, `days` and `entries` were written, and how many of these are
    `answered`.
    """
    chance = random.Random(f"{seed} {user.username}")
    counts = Counter(songs=shape.songs)
    shelf = _write_songs(user, shape, chance)
    pool = list(Phrase.objects.for_user(user).order_by("key", "text"))
    dates = shape.dates(chance)
    while some := list(islice(dates, DAYS_A_TRANSACTION)):
        journals = [Journal(pk=_key(chance), user=user, date=date) for date in some]
        entries = [
            entry for journal in journals for entry in _page(journal, pool, shelf, shape, chance)
        ]
        with transaction.atomic():
            Journal.objects.bulk_create(journals, batch_size=BATCH)
            Entry.objects.bulk_create(entries, batch_size=BATCH)
        answered = sum(entry.song_id is not None for entry in entries)
        counts.update(days=len(journals), entries=len(entries), answered=answered)
    renewing.renew([song.pk for songs in shelf.values() for song in songs])
    return counts


def _page(
    journal: Journal,
    pool: Sequence[Phrase],
    shelf: Shelf,
    shape: HistoryShape,
    chance: random.Random,
) -> Iterator[Entry]:
    """Fill a day: its phrases from morning to night, most of them answered."""
    phrases = chance.sample(pool, min(shape.phrases, len(pool)))
    minutes = sorted(chance.randrange(HOURS[0] * 60, HOURS[1] * 60) for _ in phrases)
    midnight = dt.datetime.combine(journal.date, dt.time(), tzinfo=shape.zone)
    for position, (phrase, minute) in enumerate(zip(phrases, minutes, strict=True)):
        moment = midnight + dt.timedelta(minutes=minute)
        entry = journal.entry(
            pk=_key(chance),
            position=position,
            phrase=phrase,
            phrase_text=phrase.text,
        )
        if chance.random() < PHRASES_ANSWERED and moment <= shape.now:
            songs = shelf[feel(moment, chance)]
            # favourites often, the rest now and then
            entry.song = songs[int(len(songs) * chance.random() ** 2)]
            entry.answered_at = moment
            entry.note = invent_note(chance)
        yield entry


def _write_songs(user: User, shape: HistoryShape, chance: random.Random) -> Shelf:
    """Write the listener's songs, added over the years, with what was said of them."""
    shelf: Shelf = defaultdict(list)
    songs, answers, labels = [], [], []
    bundle = main_bundle()
    for number in range(shape.songs):
        title, artist = invent_song(chance)
        song = Song(pk=_key(chance), title=title, artist=artist, album=title, owner=user)
        song.duration_ms = chance.randrange(120_000, 330_000)
        added = _moment_of(shape, number / shape.songs)
        emotion = EMOTIONS[number % len(EMOTIONS)].value
        answer = Classification(
            pk=_key(chance), song=song, model=bundle.name, version=bundle.version, queued_at=added
        )
        _settle(answer, emotion, chance)
        shelf[emotion].append(song)
        songs.append((song, added))
        answers.append(answer)
        if chance.random() < SONGS_LABELLED:
            is_right = chance.random() < LABELS_AGREEING
            said = emotion if is_right else chance.choice(EMOTIONS).value
            labels.append(Label(pk=_key(chance), song=song, user=user, emotion=said))
    with transaction.atomic():
        Song.objects.bulk_create([song for song, _ in songs], batch_size=BATCH)
        for song, added in songs:
            song.created_at = added  # creating it set the time of now
        Song.objects.bulk_update([song for song, _ in songs], ["created_at"], batch_size=250)
        Classification.objects.bulk_create(answers, batch_size=BATCH)
        Label.objects.bulk_create(labels, batch_size=BATCH)
    return shelf


def _settle(answer: Classification, emotion: str, chance: random.Random) -> None:
    """Give a classification its outcome: an answer, or now and then a failure."""
    answer.attempts, answer.revision = 1, 2
    answer.finished_at = answer.queued_at + dt.timedelta(seconds=chance.uniform(0.3, 4.0))
    if chance.random() < SONGS_FAILED:
        answer.status = Classification.Status.FAILED
        answer.error = SENTENCES["not-finite"]
        return
    answer.status = Classification.Status.DONE
    answer.clip_source = chance.choice(SOURCES)
    for name, value in made_up_answer(emotion, chance).items():
        setattr(answer, name, value)


def _moment_of(shape: HistoryShape, share: float) -> dt.datetime:
    noon = dt.datetime.combine(shape.until, dt.time(12), tzinfo=shape.zone)
    return noon - dt.timedelta(days=shape.days * (1 - share))


def _key(chance: random.Random) -> uuid.UUID:
    """Draw a key, so that the same seed gives the same addresses."""
    return uuid.UUID(int=chance.getrandbits(128), version=4)
