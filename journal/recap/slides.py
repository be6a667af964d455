"""A recap as pages to tap through: each a drawing of 1080 by 1350 that says one thing."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from django.template.loader import render_to_string
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from classifier.emotions.readings import WORDS
from classifier.serving.results import UNSURE
from journal.emotions.tally import Tally
from journal.recap.picture import COLOURS, HATCH, fonts, in_pixels, svg_of, symbols
from journal.recap.story import Story
from journal.recap.texts import fitted, printable_line
from journal.stats import geometry
from journal.stats.charts import beside_before, by_hour
from journal.stats.geometry import Sector
from journify.templatetags.ui import sleeve_of
from journify.web.markup import join_markup

PAPER, INK, SOFT = "#f7f2e8", "#2f2119", "#635348"
VINYL, LIGHT, DIM = "#27201c", "#fefcf7", "#d9d0c2"
# what is written on each feeling's colour, as static/css/tokens.css has it by day
ON = {"sad": "#eef0fb", "happy": "#422a14", "energetic": "#fdf8f3", "calm": "#032a2e"}
SHAPES = {"4x5": (1080, 1350), "9x16": (1080, 1920)}
BAR = 920  # the width of a bar that is a whole

# What a page says, what stands above it, its ground and inks, and what its template draws.
Page = tuple[str, str, tuple[str, str, str], dict[str, Any]]


@dataclass(frozen=True)
class Slide:
    """A page: its ground, what is written on it, and what its template draws."""

    key: str
    eyebrow: str
    words: str
    ground: str
    ink: str
    soft: str
    period: str
    context: dict[str, Any]

    @property
    def template(self) -> str:
        return f"journal/recap/slides/{self.key}.svg"


def slides_of(story: Story) -> list[Slide]:
    """Draw the pages of a recap that have something to say, in their order."""
    period = story.recap.period.title
    return [
        Slide(key, eyebrow, printable_line(words), *colours, period, context)
        for key, draw in (PAGES.items() if story.recap.days else ())
        for words, eyebrow, colours, context in draw(story)
    ]


def svg_of_slide(slide: Slide, story: Story, *, shape: str) -> str:
    """Draw a page as a file of its own: 4:5, or in the middle of 9:16."""
    width, height = SHAPES[shape]
    context = {
        "slide": slide,
        "width": width,
        "height": height,
        "top": (height - SHAPES["4x5"][1]) // 2,
        "record": svg_of(story.recap) if slide.key == "record" else "",
        "symbols": symbols(),
        "fonts": fonts(),
        "icons": "",
    }
    return render_to_string("journal/recap/slide.svg", context)


def png_of_slide(slide: Slide, story: Story, *, shape: str) -> bytes:
    """Draw a page in pixels; letters that the typeface lacks come from the system's."""
    return in_pixels(svg_of_slide(slide, story, shape=shape))


def _record(story: Story) -> Iterator[Page]:
    recap = story.recap
    words = _("%(title)s as a record whose grooves are the days. %(says)s") % {
        "title": recap.period.title,
        "says": recap.in_words,
    }
    yield words, "", (PAPER, INK, SOFT), {}


def _feeling(story: Story) -> Iterator[Page]:
    """The feeling of it: one, several that are level, or none where no model was sure."""
    recap = story.recap
    leaders = recap.tally.leaders
    if len(leaders) == 1:
        ground, ink = COLOURS[leaders[0].name], ON[leaders[0].name]
        says = _("Mostly %(word)s") % {"word": leaders[0].word}
    else:
        ground, ink = VINYL, LIGHT
        says = " · ".join(str(part.word) for part in leaders) or _("Not sure yet")
    parts = [part for part in recap.tally.parts if part.count]
    told = [
        {
            "name": part.name,
            "text": str(part.count)
            if recap.missing
            else _("%(percent)d\xa0%%") % {"percent": part.percent},
            "x": round(540 + 180 * (place - (len(parts) - 1) / 2), 1),
        }
        for place, part in enumerate(parts)
    ]
    marks = [
        {"name": part.name, "x": round(540 + 300 * (place - (len(leaders) - 1) / 2), 1)}
        for place, part in enumerate(leaders)
    ]
    size = 400 if len(leaders) == 1 else 240
    lines = fitted(says, most=2)
    context = {
        "says": lines,
        "baseline": 900 - lines.height,
        "parts": told,
        "marks": marks or [{"name": UNSURE, "x": 540.0}],
        "size": size,
        "half": size / 2,
    }
    words = f"{says}. {recap.in_words}"
    yield words, _("The feeling"), (ground, ink, ink), context


def _song(story: Story) -> Iterator[Page]:
    if story.song is None:
        return
    song, name = story.song.song, story.song.emotion
    percent = _("%(percent)d\xa0%% %(word)s") % {
        "percent": round(100 * story.song.certainty),
        "word": WORDS[name],
    }
    title = fitted(printable_line(song.name), sizes=(108, 88, 72), most=2)
    context = {
        "title": title,
        "baseline": 1010 - title.height,
        "artist": fitted(printable_line(song.artist), sizes=(56, 44), most=1),
        "says": percent,
        "sleeve": sleeve_of(name, song.pk),
        "colour": COLOURS[name],
        "on": ON[name],
    }
    words = f"{song.name}, {song.artist}: {percent}" if song.artist else f"{song.name}: {percent}"
    yield words, _("The song most itself"), (VINYL, LIGHT, DIM), context


def _artist(story: Story) -> Iterator[Page]:
    if story.artist is None:
        return
    name, tally = story.artist
    answers = ngettext("%(count)d answer", "%(count)d answers", tally.total)
    says = answers % {"count": tally.total}
    lines = fitted(printable_line(name), sizes=(190, 150, 120, 96))
    context = {"name": lines, "baseline": 840 - lines.height, "says": says, "bar": _bar(tally)}
    words = f"{name}: {says}"
    yield words, _("The artist"), (PAPER, INK, SOFT), context


def _hour(story: Story) -> Iterator[Page]:
    if story.hours is None:
        return
    says = by_hour.hour_sentence(story.hours)
    wedges = geometry.wedges(by_hour.in_order(story.hours), inner=70, outer=330)
    context = {
        "wedges": join_markup(_filled(sector) for sectors in wedges for sector in sectors),
        "clock": by_hour.quarters(),
        "says": fitted(says, sizes=(64, 56), most=4),
    }
    yield says, _("The hour"), (VINYL, LIGHT, DIM), context


def _day(story: Story) -> Iterator[Page]:
    day = story.day
    if day is None:
        return
    leaders = day.tally.leaders
    is_one = len(leaders) == 1
    ground = COLOURS[leaders[0].name] if is_one else PAPER
    ink = ON[leaders[0].name] if is_one else INK
    date = date_format(day.date, "DAY_FORMAT")
    titles = [fitted(printable_line(song.name), sizes=(52,), most=1) for song in day.songs]
    context = {
        "date": fitted(date, sizes=(104, 88, 72), most=2),
        "sectors": join_markup(
            _filled(each, ' stroke="#27201c" stroke-width="3"')
            for each in geometry.ring(day.tally, inner=66, outer=150)
        ),
        "count": day.tally.total,
        "titles": [(930 + 66 * n, line) for n, title in enumerate(titles) for line in title.lines],
        "note": fitted(f"“{printable_line(day.note)}”", sizes=(48,), most=2) if day.note else None,
        "is_favourite": day.is_favourite,
    }
    eyebrow = _("A favourite day") if day.is_favourite else _("The day to remember")
    words = f"{date}: {', '.join(song.name for song in day.songs)}"
    yield words, eyebrow, (ground, ink, ink), context


def _change(story: Story) -> Iterator[Page]:
    if story.before is None:
        return
    recap = story.recap
    says = beside_before.before_sentence(story.before, recap.tally) or _("About as before.")
    previous = recap.period.previous
    context = {
        "says": fitted(says, sizes=(104, 88, 72), most=4),
        "rows": [
            {"name": previous.title if previous else "", "y": 700, "bar": _bar(story.before)},
            {"name": recap.period.title, "y": 990, "bar": _bar(recap.tally)},
        ],
    }
    yield says, _("What changed"), (PAPER, INK, SOFT), context


def _bar(tally: Tally) -> list[dict[str, Any]]:
    """A bar of the width of a page, its parts laid end to end."""
    return [
        {
            "name": piece.part.name,
            "colour": COLOURS.get(piece.part.name, HATCH),
            "on": ON.get(piece.part.name, INK),
            "x": round(BAR * piece.start / 100, 1),
            "width": round(BAR * piece.length / 100, 1),
            "middle": round(BAR * piece.middle / 100, 1),
            "has_mark": piece.has_mark,
        }
        for piece in geometry.pieces(tally)
    ]


def _filled(sector: Sector, stroke: str = "") -> str:
    """A sector as SVG; numbers and colours of ours have nothing to escape."""
    return f'<path d="{sector.path}" fill="{COLOURS.get(sector.part.name, HATCH)}"{stroke}/>'


PAGES: dict[str, Callable[[Story], Iterator[Page]]] = {
    "record": _record,
    "feeling": _feeling,
    "song": _song,
    "artist": _artist,
    "hour": _hour,
    "day": _day,
    "change": _change,
}
