"""Kinds of fields in an archive: each reads what a stranger wrote, and refuses what cannot be."""

import dataclasses
import datetime as dt
import json
import math
from collections.abc import Callable, Collection
from typing import Any, TypeVar

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

# Three times what a file has that fills `schema.MAIN_MAX_BYTES`: a ZIP file of some kilobytes
# can hold millions, which would fill a worker's memory, and its hours with rows that say nothing.
CONTAINERS_MAX = 600_000
DIGITS_MAX = 18
# databases keep years of four digits, also after they are brought to UTC
YEARS = range(1900, 9000)
NEEDED = dataclasses.MISSING


class ArchiveRejectedError(Exception):
    """The file is not an archive that we can take; `str(error)` says why to the listener."""


class Row:
    """An object of an archive: a dataclass whose fields are of the kinds below."""

    def problem(self) -> str:
        """Name the field whose value does not go with the others."""
        return ""


R = TypeVar("R", bound=Row)
D = TypeVar("D", dt.date, dt.datetime)
# makes a value of what stands in the JSON at a place
Reader = Callable[[Any, str], Any]


def load_json(data: bytes) -> Any:
    """Read JSON without numbers that are none, or too large, and without endless nesting."""
    if data.count(b"{") + data.count(b"[") > CONTAINERS_MAX:
        raise ArchiveRejectedError(_("This archive holds more than a journal can."))
    try:
        return json.loads(data, parse_int=_integer, parse_float=_float, parse_constant=_refuse)
    except (ValueError, RecursionError) as error:
        raise ArchiveRejectedError(_("The journal in this archive cannot be read.")) from error


def wrong(place: str) -> ArchiveRejectedError:
    sentence = _("The journal in this archive has a value that cannot be, at “%(place)s”.")
    return ArchiveRejectedError(sentence % {"place": place[:100]})


def read_row(kind: type[R], values: object, place: str = "") -> R:
    """Make a row of a JSON object; what is absent or null in it counts as the field's default."""
    if not isinstance(values, dict):
        raise wrong(place)
    found = {}
    for each in dataclasses.fields(kind):  # type: ignore[arg-type]
        value, at = values.get(each.name), f"{place}.{each.name}".strip(".")
        if value is not None and "read" in each.metadata:
            found[each.name] = each.metadata["read"](value, at)
        elif each.default is NEEDED and each.default_factory is NEEDED:
            raise wrong(at)
    row = kind(**found)
    if problem := row.problem():
        raise wrong(f"{place}.{problem}".strip("."))
    return row


def text(
    longest: int,
    *,
    choices: Collection[str] | None = None,
    clean: Callable[[str], str] = str,
    default: Any = "",
) -> Any:
    """A text that every database can keep: no NUL, no half of a character."""

    def reader(value: Any, place: str) -> str:
        if not isinstance(value, str) or len(value) > longest or "\0" in value:
            raise wrong(place)
        if choices is not None and value not in choices:
            raise wrong(place)
        try:
            value.encode()
            return clean(value)
        except (ValueError, ValidationError) as error:
            raise wrong(place) from error

    return _field(reader, default)


def texts(one: Any, *, most: int) -> Any:
    """A list of texts, none of them twice."""

    def reader(values: Any, place: str) -> list[str]:
        found = [one.metadata["read"](value, place) for value in _listed(values, most, place)]
        if len(set(found)) != len(found):
            raise wrong(place)
        return found

    return _field(reader, list)


def integer(least: int, most: int, *, default: Any = None) -> Any:
    return _field(_number(least, most, int), default)


def number(least: float, most: float, *, default: Any = None) -> Any:
    return _field(_number(least, most, int | float), default)


def flag(*, default: bool) -> Any:
    def reader(value: Any, place: str) -> bool:
        if not isinstance(value, bool):
            raise wrong(place)
        return value

    return _field(reader, default)


def moment(*, default: Any = None) -> Any:
    """A date with a time and a time zone."""

    def reader(value: Any, place: str) -> dt.datetime:
        found = _from_iso(dt.datetime, value, place)
        if found.tzinfo is None:
            raise wrong(place)
        return found

    return _field(reader, default)


def calendar_day() -> Any:
    return _field(lambda value, place: _from_iso(dt.date, value, place), NEEDED)


def numbers(names: Collection[str], least: float, most: float) -> Any:
    """A number within limits for each of some names, in their order."""
    one = _number(least, most, int | float)

    def reader(values: Any, place: str) -> dict[str, float]:
        if not isinstance(values, dict) or set(values) - set(names):
            raise wrong(place)
        return {name: one(values[name], place) for name in names if name in values}

    return _field(reader, dict)


def part(kind: type[R], *, default: Any) -> Any:
    return _field(lambda value, place: read_row(kind, value, place), default)


def parts(kind: type[R], *, most: int) -> Any:
    def reader(values: Any, place: str) -> list[R]:
        rows = enumerate(_listed(values, most, place))
        return [read_row(kind, value, f"{place}[{number}]") for number, value in rows]

    return _field(reader, list)


def _field(reader: Reader, default: Any) -> Any:
    names = {"default_factory" if isinstance(default, type) else "default": default}
    return dataclasses.field(**names, metadata={"read": reader})


def _number(least: float, most: float, kinds: Any) -> Reader:
    def reader(value: Any, place: str) -> Any:
        if isinstance(value, bool) or not isinstance(value, kinds) or not least <= value <= most:
            raise wrong(place)
        return value

    return reader


def _listed(values: Any, most: int, place: str) -> list[Any]:
    if not isinstance(values, list) or len(values) > most:
        raise wrong(place)
    return values


def _from_iso(kind: type[D], value: Any, place: str) -> D:
    try:
        found = kind.fromisoformat(value)
    except (ValueError, TypeError) as error:
        raise wrong(place) from error
    if found.year not in YEARS:
        raise wrong(place)
    return found


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
