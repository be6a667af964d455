"""Which days the statistics are about, as the URL says it."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.core.validators import MinValueValidator
from django.db.models import TextChoices
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

from journal.site.widgets import optional_day

EARLIEST = dt.date(1970, 1, 1)


class Span(TextChoices):
    """What the one control offers."""

    WEEK = "week", _("Week")
    MONTH = "month", _("Month")
    QUARTER = "quarter", _("3 months")
    YEAR = "year", _("Year")
    ALL = "all", _("All")
    CUSTOM = "custom", _("From … to …")


DAYS = {Span.WEEK: 7, Span.MONTH: 30, Span.QUARTER: 91, Span.YEAR: 365}
TITLES: dict[str, StrOrPromise] = {
    Span.WEEK: _("The last 7 days"),
    Span.MONTH: _("The last 30 days"),
    Span.QUARTER: _("The last three months"),
    Span.YEAR: _("The last year"),
    Span.ALL: _("All your days"),
    Span.CUSTOM: _("The days you chose"),
}


@dataclass(frozen=True)
class Interval:
    """Days from `first` to `last`, both included."""

    span: str
    first: dt.date
    last: dt.date

    @property
    def days(self) -> int:
        return (self.last - self.first).days + 1

    @property
    def title(self) -> StrOrPromise:
        return TITLES[self.span]


class IntervalForm(forms.Form):
    """The control: a named span, or two days."""

    span = forms.ChoiceField(choices=Span.choices, required=False)
    first = optional_day(_("from"), validators=[MinValueValidator(EARLIEST)])
    last = optional_day(_("to"), validators=[MinValueValidator(EARLIEST)])

    def clean(self) -> dict[str, Any]:
        """Ask for both days of a span of one's own, in their order."""
        values = super().clean() or {}
        if values.get("span") != Span.CUSTOM or self.errors:
            return values
        first, last = values.get("first"), values.get("last")
        if not (first and last):
            raise forms.ValidationError(_("Choose both days."))
        if first > last:
            raise forms.ValidationError(_("The first day is after the last one."))
        return values


def interval_of(
    query: QueryDict, *, today: dt.date, ends: Sequence[dt.date]
) -> tuple[Interval, IntervalForm]:
    """Read the interval from a query string; what makes no sense counts as the last month.

    `ends` are the first and the last day with answers, where there are any. The last may lie ahead
    of today for somebody who travelled west over the date line.
    """
    form = IntervalForm(query)
    values = form.cleaned_data if form.is_valid() else {}
    span = values.get("span") or Span.MONTH
    last = max([today, *ends])
    if span == Span.CUSTOM:
        latest = min(values["last"], last)
        return Interval(span=span, first=min(values["first"], latest), last=latest), form
    if span == Span.ALL:
        return Interval(span=span, first=min([today, *ends]), last=last), form
    return Interval(span=span, first=today - dt.timedelta(DAYS[Span(span)] - 1), last=last), form
