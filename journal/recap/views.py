"""A month or a year as one picture to keep: seen by its owner only, kept nowhere."""

from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from journal.day.pages import last_day, today
from journal.emotions.counting import ends_of
from journal.emotions.renewing import pages_may_be_old
from journal.emotions.tally import tally_of
from journal.recap.periods import Period
from journal.recap.picture import Recap, png_of, recap_of, svg_of
from journal.recap.slides import SHAPES, png_of_slide, slides_of
from journal.recap.story import story_of
from journal.stats.tables import Table, tally_table
from journify.limits.requests import limited
from journify.web.http import SignedInRequest, signed_in_get
from spotify_auth.models import User


@signed_in_get
def latest(request: SignedInRequest) -> HttpResponse:
    """Open the month of the last answer: a new month has none in its first days."""
    last = min([*ends_of(request.user)[1:], today()])
    return redirect(Period(last.year, last.month).url)


@signed_in_get
def recap(request: SignedInRequest, year: int, month: int | None = None) -> HttpResponse:
    """Show a period's picture with its words, and offer both for keeping."""
    period = _period(request.user, year, month)
    found = recap_of(request.user, period)
    slides = slides_of(story_of(request.user, found))
    last = last_day(request.user)
    context = {
        "period": period,
        "slides": [(slide, period.slide_urls(slide.key)) for slide in slides],
        "next": period.next_up_to(last),
        # of a year the month that one most likely looks for: its last that has begun
        "other": Period(year) if month else Period(year, last.month if year == last.year else 12),
        "recap": found,
        "table": _table(found),
        "is_recounting": pages_may_be_old(),
    }
    return TemplateResponse(request, "journal/recap.html", context)


@signed_in_get
@limited("render", methods=("GET",))
def picture(
    request: SignedInRequest, year: int, month: int | None = None, *, kind: str
) -> HttpResponse:
    """Draw the picture; nothing of it is stored."""
    found = recap_of(request.user, _period(request.user, year, month))
    if not found.days:
        raise Http404
    if kind == "svg":
        response = HttpResponse(svg_of(found), content_type="image/svg+xml")
    else:
        response = HttpResponse(png_of(found), content_type="image/png")
    place = "attachment" if "download" in request.GET else "inline"
    response["Content-Disposition"] = f'{place}; filename="{found.period.file_name}.{kind}"'
    return response


@signed_in_get
@limited("render", methods=("GET",))
def slide(
    request: SignedInRequest, year: int, month: int | None = None, *, page: str, shape: str
) -> HttpResponse:
    """Draw a page of the story as a picture to share; nothing of it is stored."""
    period = _period(request.user, year, month)
    story = story_of(request.user, recap_of(request.user, period))
    wanted = next((each for each in slides_of(story) if each.key == page), None)
    if wanted is None or shape not in SHAPES:
        raise Http404
    response = HttpResponse(png_of_slide(wanted, story, shape=shape), content_type="image/png")
    name = f"{period.file_name}-{page}-{shape}.png"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _period(user: User, year: int, month: int | None) -> Period:
    period = Period(year, month)
    if not period.is_a_page(last_day(user)):
        raise Http404
    return period


def _table(found: Recap) -> Table:
    if found.period.month:
        days = [
            (date_format(date, "DAY_OF_MONTH_FORMAT"), tally_of(found.days[date]))
            for date in sorted(found.days)
        ]
        return tally_table(_("Day"), days)
    months = [
        (
            month.title,
            tally_of(*(day for date, day in found.days.items() if date.month == month.month)),
        )
        for month in found.period.months
    ]
    return tally_table(_("Month"), [row for row in months if row[1].total])
