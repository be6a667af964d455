"""An entry as the day page draws it."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.utils.safestring import SafeString

from classifier.emotions.readings import WORDS, Reading, read
from classifier.serving.results import UNSURE
from journal.models import Entry
from journal.site.polling import poll_seconds
from ml.labels import EMOTIONS


@dataclass(frozen=True)
class Card:
    entry: Entry
    reading: Reading
    poll: int = 0

    @property
    def key(self) -> SafeString:
        """The entry's key, of which nothing has to be escaped: a card names it twenty times."""
        return SafeString(self.entry.pk)

    @property
    def state(self) -> str:
        """One of empty, listening, answered, unsure, failed."""
        return self.reading.state

    @property
    def poll_seconds(self) -> float:
        return poll_seconds(self.poll)

    @property
    def poll_next(self) -> int:
        return self.poll + 1


def card_of(entry: Entry, *, poll: int = 0) -> Card:
    """Draw an entry that was fetched by `with_readings`."""
    return Card(entry=entry, reading=read(entry.song), poll=poll)


def line_of(entry: Entry) -> Card:
    """Draw an entry as a line of a list, with what `add_songs` added."""
    if entry.emotion == UNSURE:
        return Card(entry=entry, reading=Reading(state="unsure"))
    if not entry.emotion:
        return card_of(entry)
    return Card(entry=entry, reading=Reading(state="answered", emotion=entry.emotion))


def ring_of_day(readings: Iterable[Reading]) -> list[dict[str, Any]]:
    """Count a day's emotions, in their order; what nobody is sure of does not count."""
    counts = Counter(reading.emotion for reading in readings if reading.state == "answered")
    return [
        {"name": emotion.value, "word": WORDS[emotion.value], "count": counts[emotion.value]}
        for emotion in EMOTIONS
    ]
