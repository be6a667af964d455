"""The journal on the pictures: the same words, songs and states every time, up to today."""

import datetime as dt
from dataclasses import dataclass

from django.core.management import call_command
from django.utils import timezone

from classifier.models import Classification, Label, Song
from journal.day.pages import open_day
from journal.emotions.learning import learn_from_label
from journal.emotions.renewing import renewed
from journal.models import Entry, Journal, Phrase
from journal.services import answer_entry, write_note
from spotify_auth.models import User
from tools.processes import wait_until

PASSWORD = "a-song-for-every-day"
DAYS = 420
HEARD_SECONDS = 180
# Demo songs by the key of `classifier/demo/catalogue.json`; the models hear them for real.
ANSWERED = ("rondo-alla-turca", "funeral-march", "canon-in-d", "gymnopedie-no-1")
CORRECTED = "in-the-hall-of-the-mountain-king"
UNSURE = {
    "probabilities": {"sad": 0.34, "happy": 0.2, "energetic": 0.11, "calm": 0.35},
    "certainty": 0.35,
}


@dataclass(frozen=True)
class Demo:
    anna: User
    curator: User
    idle: User
    today: dt.date
    past: dt.date
    song: Song
    own: Song
    entry: Entry


def make_people(days: int = DAYS) -> None:
    yesterday = timezone.now().date() - dt.timedelta(days=1)
    for name in ("anna", "idle"):
        call_command("seed_history", name, days=days, until=yesterday, password=PASSWORD)
    User.objects.create_superuser("carol", password=PASSWORD)


def fill() -> Demo:
    """Answer today's phrases in every state, once the demo songs are heard."""
    if not wait_until(lambda: not Classification.objects.open().exists(), seconds=HEARD_SECONDS):
        raise TimeoutError("the demo songs were not heard in time")
    anna = User.objects.get(username="anna")
    today = timezone.now().date()
    entries = _day(anna, today)
    songs = {song.catalogue_key: song for song in Song.objects.catalogue()}
    for entry, key in zip(entries, ANSWERED, strict=False):
        answer_entry(entry, songs[key])
    write_note(entries[1], "Rain on the window, this in the headphones.")
    answer_entry(entries[4], songs[CORRECTED])
    Label.objects.create(user=anna, song=songs[CORRECTED], emotion="energetic")
    _answer(entries[5], "Paper Lantern", status="done", emotion="calm", **UNSURE)
    learn_from_label(anna.pk, songs[CORRECTED].pk)
    hours = timezone.now() + dt.timedelta(hours=9)
    _answer(entries[6], "Night Tram", status="running", stage="listening", lease_until=hours)
    _answer(entries[7], "Winter Balcony", status="failed", error="This file is silent.")
    return Demo(
        anna=anna,
        curator=User.objects.get(username="carol"),
        idle=User.objects.get(username="idle"),
        today=today,
        past=today - dt.timedelta(days=1),
        song=songs[ANSWERED[0]],
        own=anna.songs.get(title="Paper Lantern", artist="Salt & Cedar"),
        entry=entries[9],
    )


def _day(user: User, date: dt.date) -> list[Entry]:
    """Open a day, with phrases that are not drawn by chance."""
    journal: Journal = open_day(user, date)
    entries = list(journal.entries.order_by("position"))
    pool = Phrase.objects.filter(owner=None).order_by("key")
    step = pool.count() // len(entries)
    for entry, phrase in zip(entries, pool[::step], strict=False):
        entry.phrase, entry.phrase_text = phrase, phrase.text
        entry.save()
    return entries


def _answer(entry: Entry, title: str, **row: object) -> None:
    """Answer with a song of one's own that stays in a state."""
    song = Song.objects.create(title=title, artist="Salt & Cedar", owner=entry.user)
    main = Classification.objects.done().filter(input="audio").latest("finished_at")
    values = {"model": main.model, "version": main.version, "clip_source": "upload"}
    made = Classification.objects.create(song=song, **values | {"status": "done"} | row)
    if made.status == Classification.Status.FAILED:
        # answering with it would have it tried again
        with renewed([song.pk]):
            Entry.objects.filter(pk=entry.pk).update(song=song, answered_at=timezone.now())
    else:
        answer_entry(entry, song)
