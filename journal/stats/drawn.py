"""Parts of charts that repeat a hundred times, as SVG: a template takes several times as long."""

import datetime as dt
from collections.abc import Collection, Mapping, Sequence

from django.contrib.humanize.templatetags.humanize import intcomma
from django.utils.formats import get_format
from django.utils.html import escape
from django.utils.safestring import SafeString
from django.utils.translation import get_language

from classifier.emotions.readings import NOT_SURE, WORDS
from journal.emotions.tally import KINDS, Tally
from journal.site.dates import day_name
from journal.stats import geometry
from journal.stats.geometry import Piece, Sector
from journify.web.markup import join_markup

WEEK = 7
HOLE = 24  # from the middle of a hole to that of the next


def bars(groups: Sequence[tuple[str, Tally]], *, icons: str) -> SafeString:
    """A row a group: its parts laid end to end, each with its mark where there is room."""
    words = {kind: escape(WORDS.get(kind, NOT_SURE)) for kind in KINDS}
    return join_markup(
        f'<li class="bars-row">\n<span class="bars-name">{escape(name)}</span>\n'
        f'<span class="bars-count">{intcomma(tally.total)}</span>\n<svg class="bars-bar">\n'
        '<rect class="bars-track" width="100%" height="100%" />\n'
        f"{''.join(_bar(piece, icons, words) for piece in geometry.pieces(tally))}"
        "</svg>\n</li>\n"
        for name, tally in groups
    )


def _bar(piece: Piece, icons: str, words: Mapping[str, str]) -> str:
    part = piece.part
    mark = (
        f'<use class="on-feeling" href="{icons}#mark-{part.name}" x="{piece.middle}%" y="4"'
        ' width="16" height="16" transform="translate(-8 0)" />\n'
        if piece.has_mark
        else ""
    )
    return (
        f'<g data-emotion="{part.name}">\n<rect class="bars-part" x="{piece.start}%"'
        f' width="{piece.length}%" height="100%"><title>{words[part.name]}: '
        f"{intcomma(part.count)}</title>"
        f"</rect>\n{mark}</g>\n"
    )


def dial(hours: Sequence[tuple[str, Tally]], *, inner: float, outer: float) -> SafeString:
    """The hours of a day round a clock, each with its name and what was heard in it."""
    wedges = geometry.wedges([tally for _name, tally in hours], inner=inner, outer=outer)
    return join_markup(
        f"<g>\n<title>{escape(name)}: {_told(tally)}</title>\n"
        f"{''.join(_wedge(sector) for sector in sectors)}</g>\n"
        for (name, tally), sectors in zip(hours, wedges, strict=True)
        if sectors
    )


def _told(tally: Tally) -> str:
    return ", ".join(
        f"{escape(part.word)} {intcomma(part.count)}" for part in tally.parts if part.count
    )


def _wedge(sector: Sector) -> str:
    return f'<path class="dial-part" data-emotion="{sector.part.name}" d="{sector.path}" />\n'


def punches(
    dates: Sequence[dt.date], answered: Collection[dt.date], *, since: dt.date
) -> SafeString:
    """A hole a day since a day, a week a column from Monday down; filled where one answered."""
    language = get_language()
    form = get_format("SHORT_DATE_FORMAT", lang=language, use_l10n=True)
    return join_markup(
        f'<circle class="punch{" is-answered" if date in answered else ""}"'
        f' cx="{HOLE * (place // WEEK) + HOLE // 2}" cy="{HOLE * (place % WEEK) + HOLE // 2}"'
        f' r="8"><title>{escape(day_name(date, form, language))}</title></circle>\n'
        for place, date in enumerate(dates)
        if date >= since
    )
