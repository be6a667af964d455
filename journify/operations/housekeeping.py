"""What grows, for how long it is kept, and what deletes it: one table, filled by the apps.

A worker keeps to it, `manage.py housekeeping` does so at once, and the privacy page says what
stands here (`journal/account/privacy.py`).
"""

import datetime as dt
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from django.utils.module_loading import import_string
from django_stubs_ext import StrOrPromise

HOUR = 3600.0


@dataclass(frozen=True)
class Rule:
    """For how long one kind of thing is kept."""

    name: str
    tables: tuple[str, ...]
    kept: Callable[[], dt.timedelta]
    promise: StrOrPromise  # for the privacy page, with %(days)s or %(minutes)s in place of `kept`
    prune: Callable[[], object]  # deletes what is older; cheap when there is nothing to do
    every: float = HOUR  # seconds

    def sentence(self) -> str:
        """Say for how long, with today's settings and in the reader's language."""
        kept = self.kept()
        return str(self.promise) % {"days": kept.days, "minutes": kept.seconds // 60}


_rules: dict[str, Rule] = {}
_chores: list[str] = []
_done_at: dict[str, float] = {}


def register_rules(*rules: Rule) -> None:
    _rules.update({rule.name: rule for rule in rules})


def also(chore: str) -> None:
    """Have workers do something else each time, in a few seconds: it is no deletion.

    `chore` is the dotted path of a function, loaded by the worker that does it.
    """
    _chores.append(chore)


def rules() -> list[Rule]:
    return list(_rules.values())


def rule(name: str) -> Rule:
    return _rules[name]


def due() -> Iterator[Callable[[], object]]:
    """Give what has to be done in this process by now; what breaks is tried again in its turn."""
    now = time.monotonic()
    for row in rules():
        if now >= _done_at.get(row.name, -row.every) + row.every:
            _done_at[row.name] = now
            yield row.prune
    yield from map(import_string, _chores)


def keep_all_rules() -> None:
    for row in rules():
        row.prune()
