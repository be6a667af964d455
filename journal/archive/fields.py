"""Read one object of a stranger's JSON: every value has the kind and size it should have."""

from __future__ import annotations

import datetime as dt
import json
import math
from collections.abc import Collection
from typing import Any

from django.utils.translation import gettext as _

from journal.archive.schema import ArchiveRejectedError

# Three times what a file has that fills `schema.MAIN_MAX_BYTES`: a ZIP file of some kilobytes
# can hold millions, which would fill a worker's memory, and its hours with rows that say nothing.
CONTAINERS_MAX = 600_000
DIGITS_MAX = 18


def load(data: bytes) -> Any:
    """Read JSON without numbers that are none, or too large, and without endless nesting."""
    if data.count(b"{") + data.count(b"[") > CONTAINERS_MAX:
        raise ArchiveRejectedError(_("This archive holds more than a journal can."))
    try:
        return json.loads(data, parse_int=_integer, parse_float=_float, parse_constant=_refuse)
    except (ValueError, RecursionError) as error:
        raise ArchiveRejectedError(_("The journal in this archive cannot be read.")) from error


# databases keep years of four digits, also after they are brought to UTC
YEARS = range(1900, 9000)


class Fields:
    """An object of an archive; each method raises ArchiveRejectedError and names the place."""

    def __init__(self, values: object, place: str) -> None:
        self.place = place
        if not isinstance(values, dict):
            raise self.wrong("")
        self.values: dict[str, Any] = values

    def wrong(self, name: str) -> ArchiveRejectedError:
        """The error for a value that cannot be."""
        place = f"{self.place}.{name}".strip(".")[:100]
        sentence = _("The journal in this archive has a value that cannot be, at “%(place)s”.")
        return ArchiveRejectedError(sentence % {"place": place})

    def text(self, name: str, *, longest: int, choices: Collection[str] | None = None) -> str:
        """A text; absent counts as empty."""
        value = self.values.get(name, "")
        if not isinstance(value, str) or len(value) > longest or not _is_storable(value):
            raise self.wrong(name)
        if choices is not None and value not in choices:
            raise self.wrong(name)
        return value

    def texts(
        self, name: str, *, most: int, longest: int, choices: Collection[str] | None = None
    ) -> list[str]:
        """A list of texts, none of them twice; absent counts as empty."""
        values = self.values.get(name, [])
        if not isinstance(values, list) or len(values) > most:
            raise self.wrong(name)
        place = f"{self.place}.{name}".strip(".")
        rows = [Fields({"text": value}, place) for value in values]
        texts = [row.text("text", longest=longest, choices=choices) for row in rows]
        if len(set(texts)) != len(texts):
            raise self.wrong(name)
        return texts

    def integer(self, name: str, *, least: int = 0, most: int) -> int | None:
        """A whole number within limits, or nothing."""
        value = self.values.get(name)
        if value is None:
            return None
        if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
            raise self.wrong(name)
        return value

    def number(self, name: str, *, least: float = 0.0, most: float) -> float | None:
        """A number within limits, or nothing."""
        value = self.values.get(name)
        if value is None:
            return None
        if (
            not isinstance(value, int | float)
            or isinstance(value, bool)
            or not least <= value <= most
        ):
            raise self.wrong(name)
        return float(value)

    def flag(self, name: str, *, default: bool = False) -> bool:
        """Yes or no."""
        value = self.values.get(name, default)
        if not isinstance(value, bool):
            raise self.wrong(name)
        return value

    def moment(self, name: str) -> dt.datetime | None:
        """A date with a time and a time zone, or nothing."""
        value = self.values.get(name)
        if value is None:
            return None
        try:
            moment = dt.datetime.fromisoformat(value)
            is_possible = moment.tzinfo is not None and moment.year in YEARS
        except (ValueError, TypeError) as error:
            raise self.wrong(name) from error
        if not is_possible:
            raise self.wrong(name)
        return moment

    def day(self, name: str) -> dt.date:
        """A date."""
        try:
            return dt.date.fromisoformat(self.values[name])
        except (KeyError, ValueError, TypeError) as error:
            raise self.wrong(name) from error

    def item(self, name: str) -> Fields:
        """An object within this one; absent counts as empty."""
        return Fields(self.values.get(name, {}), f"{self.place}.{name}".strip("."))

    def items(self, name: str, *, most: int) -> list[Fields]:
        """A list of objects; absent counts as empty."""
        values = self.values.get(name, [])
        if not isinstance(values, list) or len(values) > most:
            raise self.wrong(name)
        place = f"{self.place}.{name}".strip(".")
        return [Fields(value, f"{place}[{number}]") for number, value in enumerate(values)]


def _is_storable(text: str) -> bool:
    """Whether every database can keep it: no NUL, no half of a character."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return "\0" not in text


def _integer(digits: str) -> int:
    if len(digits) > DIGITS_MAX:
        raise ValueError(digits[:DIGITS_MAX])
    return int(digits)


def _float(digits: str) -> float:
    value = float(digits)
    if not math.isfinite(value):
        raise ValueError(digits[:DIGITS_MAX])
    return value


def _refuse(constant: str) -> float:
    raise ValueError(constant)
