"""A month or a year as one picture: a record whose grooves are the days."""

import base64
import datetime as dt
import functools
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import resvg_py
from django.conf import settings
from django.contrib.humanize.templatetags.humanize import intcomma
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from journal.emotions.counting import emotions_in_order
from journal.emotions.months import Counted, counted
from journal.emotions.tally import Tally, colours_of, tally_of
from journal.recap.periods import Period
from journal.stats.charts import all_days
from journal.stats.geometry import polar, sector
from journify.web.markup import join_markup
from spotify_auth.models import User

FONTS = Path(__file__).parent / "fonts"
PNG_WIDTH = 1600  # 20 cm at 200 dpi; for more there is the SVG

# The feelings and the paper of static/css/tokens.css by day; a picture to keep has one theme.
COLOURS = {"sad": "#3e439b", "happy": "#f9b428", "energetic": "#d33412", "calm": "#48ae9c"}
HATCH = "url(#unsure)"  # what no model was sure of
SOFT_INK = "#635348"
# Fewer songs than this have no sentence, and counts instead of shares.
LEAST = 10

RIM, LABEL = 486.0, 176.0
MOST_DAYS = 31
PITCH = (RIM - LABEL) / MOST_DAYS
GROOVE = PITCH * 0.8
# The part of a turn that is left free at the top, for the numbers of the days.
FREE = 0.013


@dataclass(frozen=True)
class Recap:
    """What a period carried.

    `days`: how many answers of each day of which something is heard count as each of
    `journal.emotions.tally.KINDS`; `answers`: of a month, which draws each of them: what a day's
    answers count as, as they were given; `counted`: all that is counted of the period.
    """

    period: Period
    days: dict[dt.date, Sequence[int]]
    answers: Mapping[dt.date, list[str]]
    counted: Counted

    @functools.cached_property
    def tally(self) -> Tally:
        return tally_of(*self.days.values())

    @property
    def missing(self) -> int:
        """How many songs it still takes before shares of them say something."""
        return max(0, LEAST - self.tally.clear)

    @property
    def in_words(self) -> str:
        """What the picture shows, for who cannot see it."""
        return self.sentence or ", ".join(
            f"{part.word} {part.count}" for part in self.tally.parts if part.count
        )

    @property
    def sentence(self) -> str:
        """What it says in one sentence; empty while it takes more songs for that."""
        if self.missing:
            return ""
        return all_days.all_days_sentence(self.tally, days=len(self.days))


def recap_of(user: User, period: Period) -> Recap:
    """Gather by day what a period's answers count as."""
    first, last = period.interval.first, period.interval.last
    found = counted(user, zone=timezone.get_current_timezone(), first=first, last=last)
    return Recap(
        period=period,
        counted=found,
        days={date: day.counts for date, day in found.days.items() if any(day.counts)},
        answers=emotions_in_order(user, first, last) if period.month else {},
    )


def svg_of(recap: Recap) -> str:
    """Draw the recap, fonts and all in one file."""
    draw = _month if recap.period.month else _year
    context: dict[str, Any] = {
        "recap": recap,
        "symbols": symbols(),
        "counts": [
            ngettext("%(count)s song", "%(count)s songs", recap.tally.total)
            % {"count": intcomma(recap.tally.total)},
            ngettext("on %(count)d day", "on %(count)d days", len(recap.days))
            % {"count": len(recap.days)},
        ],
        "key": [
            _("a groove a day,") if recap.period.month else _("a sector a month,"),
            _("from the rim inwards"),
        ],
        "fonts": fonts(),
        "feelings": _legend(recap),
        **draw(recap),
    }
    return render_to_string("journal/recap/picture.svg", context)


def _legend(recap: Recap) -> list[dict[str, Any]]:
    """The feelings side by side, each with its share, or with its count while these are few."""
    parts = recap.tally.parts
    step = 1000 // len(parts)
    return [
        {
            "part": part,
            "colour": COLOURS.get(part.name, SOFT_INK),
            "x": 100 + step * place + 50,
            "count": part.count if recap.missing else "",
        }
        for place, part in enumerate(parts)
    ]


def png_of(recap: Recap) -> bytes:
    return in_pixels(svg_of(recap), skip_system_fonts=True)


def in_pixels(svg: str, *, skip_system_fonts: bool = False) -> bytes:
    """Draw in pixels, for printing at 20 cm across."""
    return resvg_py.svg_to_bytes(
        svg_string=svg,
        width=PNG_WIDTH,
        skip_system_fonts=skip_system_fonts,
        font_files=[str(path) for path in sorted(FONTS.glob("*.ttf"))],
    )


def _month(recap: Recap) -> dict[str, Any]:
    """A groove a day, from the rim inwards; the day's answers follow each other clockwise."""
    arcs, numbers, silent = [], [], []
    for place, date in enumerate(recap.period.dates()):
        inner = RIM - PITCH * place - GROOVE
        middle = round(inner + GROOVE / 2, 2)
        numbers.append({"text": str(date.day), "at": polar(0, middle - GROOVE / 2 + 0.8)})
        emotions = recap.answers.get(date, [])
        if not emotions:
            silent.append(middle)
            continue
        step = (1 - 2 * FREE) / len(emotions)
        arcs += _arcs(emotions, FREE, step, inner, gap=0.0025)
    return {"arcs": arcs, "numbers": numbers, "silent": silent, "names": []}


def _year(recap: Recap) -> dict[str, Any]:
    """A sector a month, in it a groove a day from the rim inwards, in the day's colours."""
    arcs, names = [], []
    for place, month in enumerate(recap.period.months):
        start = place / 12
        names.append(
            {
                "text": month.short,
                "at": polar(start + 1 / 24, 0),
                "turn": round(360 * (start + 1 / 24), 2),
            }
        )
        for day, date in enumerate(month.dates()):
            if date not in recap.days:
                continue
            inner = RIM - PITCH * day - GROOVE
            colours = colours_of(recap.days[date])
            step = (1 / 12 - 0.006) / len(colours)
            arcs += _arcs(colours, start + 0.003, step, inner)
    silent = [round(RIM - PITCH * day - GROOVE / 2, 2) for day in range(MOST_DAYS)]
    return {"arcs": arcs, "numbers": [], "silent": silent, "names": names}


def _arcs(
    names: Sequence[str], start: float, step: float, inner: float, *, gap: float = 0.0
) -> list[dict[str, str]]:
    """The parts of a groove one after the other, each in its colour."""
    return [
        {
            "colour": COLOURS.get(name, HATCH),
            "path": sector(first, first + step - gap, inner=inner, outer=inner + GROOVE),
        }
        for place, name in enumerate(names)
        for first in [start + step * place]
    ]


@functools.cache
def symbols() -> SafeString:
    """The marks and the pictures of sleeves, from the one file that has them."""
    icons = (settings.BASE_DIR / "static" / "img" / "icons.svg").read_text(encoding="utf-8")
    wanted = r'<symbol id="(?:mark|sleeve|icon-starred).*?</symbol>'
    marks = re.findall(wanted, icons, flags=re.DOTALL)
    return join_markup(marks)


@functools.cache
def fonts() -> list[dict[str, str]]:
    """The typeface of the pages, inside the file: the same letters on every machine."""
    folder = settings.BASE_DIR / "static" / "fonts"
    return [
        {
            "style": style,
            "data": base64.b64encode((folder / f"EBGaramond-{name}.woff2").read_bytes()).decode(),
        }
        for style, name in (("normal", "Regular"), ("italic", "Italic"))
    ]
