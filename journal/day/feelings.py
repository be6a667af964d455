"""What listeners say of their days themselves: feelings and tags, beside what songs sound like."""

import datetime as dt
import unicodedata
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from journal.models import DayFeeling
from spotify_auth.models import User


@dataclass(frozen=True)
class FeltDay:
    """A day of which the listener said something: one or two feelings, tags, or both."""

    date: dt.date
    emotions: tuple[str, ...]
    tags: tuple[str, ...]


def feeling_of(user: User, date: dt.date) -> DayFeeling:
    """Return what the user said of a day; nothing yet, unsaved, where that is so."""
    found = DayFeeling.objects.filter(user=user, date=date).first()
    return found or DayFeeling(user=user, date=date)


def felt_between(user: User, first: dt.date | None, last: dt.date | None) -> list[FeltDay]:
    """List the days of which the user said how they were, oldest first; None: no bound."""
    rows = DayFeeling.objects.filter(user=user).order_by("date")
    if first is not None:
        rows = rows.filter(date__gte=first)
    if last is not None:
        rows = rows.filter(date__lte=last)
    found = (FeltDay(row.date, tuple(row.emotion_names), tuple(row.tag_list)) for row in rows)
    return [day for day in found if day.emotions or day.tags]


def own_tags(user: User) -> list[str]:
    """Every tag that the user ever gave, the commonest first."""
    texts = DayFeeling.objects.filter(user=user).exclude(tags="").values_list("tags", flat=True)
    counts = Counter(tag for text in texts for tag in text.split(", "))
    return sorted(counts, key=lambda tag: (-counts[tag], tag.casefold()))


def dates_with_tag(user: User, tag: str) -> list[dt.date]:
    # a database finds parts of words; which of them is the tag is said here
    rows = DayFeeling.objects.filter(user=user, tags__contains=tag)
    return [row.date for row in rows if tag in row.tag_list]


def tagged_days(user: User) -> list[tuple[dt.date, str]]:
    """List the days with tags, and what can be searched in them: folded, as databases cannot."""
    rows = DayFeeling.objects.filter(user=user).exclude(tags="").values_list("date", "tags")
    return [(date, tags.casefold()) for date, tags in rows]


def tags_from(text: str, known: Iterable[str]) -> list[str]:
    """Read tags with commas between them; one that is known is spelt as it was before."""
    spelt = {tag.casefold(): tag for tag in known}
    tags: dict[str, str] = {}
    for part in unicodedata.normalize("NFC", text).replace("\n", ",").split(","):
        tag = " ".join(part.split()).lstrip("#")
        if tag:
            tags.setdefault(tag.casefold(), spelt.get(tag.casefold(), tag))
    return list(tags.values())
