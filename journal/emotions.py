"""What a listener's days carry, without the rows that a page of a single day needs."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from typing import TYPE_CHECKING

from classifier.verdicts import verdicts_of
from journal.models import Entry
from journify.models import as_text, bare

if TYPE_CHECKING:
    from collections.abc import Hashable, Mapping, Sequence

    from journal.models import EntryQuerySet
    from spotify_auth.models import User


def emotions_of_songs(user: User, entries: EntryQuerySet | None = None) -> dict[Hashable, str]:
    """What the songs of `entries`, or of all the user's, carry; empty words where nobody is sure.

    They are known by their bare keys. Two queries.
    """
    asked = Entry.objects.of(user) if entries is None else entries
    verdicts = verdicts_of(
        user, asked.filter(song__isnull=False).order_by().values("song").distinct()
    )
    return {song: verdict.emotion for song, verdict in verdicts.items()}


def emotions_by_day(
    user: User,
    first: dt.date,
    last: dt.date,
    *,
    in_order: bool = False,
    emotions: Mapping[Hashable, str] | None = None,
) -> Mapping[dt.date, list[str]]:
    """What each answered day's songs carry, in three queries; empty words where nobody is sure.

    With `in_order` a day's answers follow each other as they were given, those of unknown time
    last. `emotions` are those of the user's songs, where they are known already.
    """
    entries = Entry.objects.of(user).filter(song__isnull=False, date__gte=first, date__lte=last)
    if emotions is None:
        emotions = emotions_of_songs(user, entries)
    days: dict[dt.date, list[str]] = defaultdict(list)
    columns = [as_text("date"), bare("song_id"), *([bare("answered_at")] if in_order else [])]
    rows = list(entries.order_by().values_list(*columns))
    if in_order:
        rows.sort(key=lambda row: (row[2] is None, row[2]))
    for date, (_text, song, *_moment) in zip(dates_of([row[0] for row in rows]), rows, strict=True):
        days[date].append(emotions.get(song, ""))
    return days


def dates_of(texts: Sequence[str]) -> list[dt.date]:
    """Make dates of what `as_text` gives, each day once: there are many answers a day."""
    dates = {text: dt.date.fromisoformat(text[:10]) for text in set(texts)}
    return [dates[text] for text in texts]
