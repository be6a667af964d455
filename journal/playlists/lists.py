"""Which songs a list holds: those of a feeling, a day, a month, or of any search of the history."""

import calendar
import datetime as dt
from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any
from urllib.parse import urlencode

from django.http import QueryDict
from django.utils.formats import date_format
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from classifier.emotions.readings import NOT_SURE, WORDS
from classifier.emotions.words import LABELS, emotion_of
from classifier.serving.results import UNSURE
from journal.day.feelings import own_tags
from journal.forms import HistoryForm
from journal.history.search import phrases_of, songs_like
from journal.songs.own import songs_by_feeling
from spotify_auth.models import User


@dataclass(frozen=True)
class SongList:
    """Songs of a listener's, and the filters that found them.

    `title`: what people call it; `filters`: as the history's form takes them, without those that
    are empty; `songs`: bare keys, each once.
    """

    title: str
    filters: dict[str, str]
    songs: list[Hashable]

    @property
    def query(self) -> str:
        return urlencode(self.filters)

    @property
    def key(self) -> str:
        """What stands for the list: the same filters are the same list."""
        pairs = urlencode(sorted(self.filters.items()))
        return blake2b(pairs.encode(), digest_size=16).hexdigest()


def song_list_of(user: User, filters: QueryDict | Mapping[str, str]) -> SongList:
    """Find the songs that the filters let through; what is wrong with a filter leaves it out.

    A feeling, or one of its finer words, alone holds what was brought and never answered with,
    too, the latest use first. Everything else is in the order of its days.
    """
    # every answer is read for them: only where a filter needs them
    phrases = phrases_of(user) if filters.get("phrase") or filters.get("q") else []
    form = HistoryForm(filters, phrases=phrases, tags=own_tags(user))
    form.is_valid()
    wanted = {name: form.cleaned_data.get(name) or "" for name in form.fields}
    given = {name: str(value) for name, value in wanted.items() if value}
    if given.keys() <= {"emotion", "word"} and wanted["emotion"] != UNSURE:
        return _of_feeling(user, wanted["emotion"], wanted["word"])
    return SongList(_title(wanted), given, songs_like(user, wanted, phrases))


def _of_feeling(user: User, emotion: str, word: str) -> SongList:
    found = songs_by_feeling(user, emotion or emotion_of(word), word=word)
    title = LABELS[found.word] if found.word else WORDS[found.emotion]
    filters = {"emotion": found.emotion, "word": found.word}
    given = {name: value for name, value in filters.items() if value}
    return SongList(capfirst(str(title)), given, found.keys)


def _title(wanted: Mapping[str, Any]) -> str:
    parts = [
        f"“{wanted['q']}”" if wanted["q"] else "",
        capfirst(str(WORDS.get(wanted["emotion"], NOT_SURE))) if wanted["emotion"] else "",
        capfirst(str(LABELS[wanted["word"]])) if wanted["word"] else "",
        wanted["phrase"],
        wanted.get("tag", ""),
        _days(wanted["first"] or None, wanted["last"] or None),
    ]
    return " · ".join(part for part in parts if part)[:100]


def _days(first: dt.date | None, last: dt.date | None) -> str:
    if first is None or last is None:
        if first:
            return _("since %(date)s") % {"date": date_format(first, "DATE_FORMAT")}
        return _("until %(date)s") % {"date": date_format(last, "DATE_FORMAT")} if last else ""
    if first == last:
        return date_format(first, "DATE_FORMAT")
    if (first.month, first.day, last) == (1, 1, dt.date(first.year, 12, 31)):
        return str(first.year)
    end_of_month = calendar.monthrange(first.year, first.month)[1]
    if first.day == 1 and last == first.replace(day=end_of_month):
        return date_format(first, "YEAR_MONTH_FORMAT")
    return f"{date_format(first, 'DATE_FORMAT')} – {date_format(last, 'DATE_FORMAT')}"
