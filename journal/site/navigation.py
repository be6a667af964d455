"""The bar of every signed-in page: five sections, on a phone at the bottom."""

from typing import Any

from django.urls import ResolverMatch, reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from journal.day.pages import today
from journify.web.http import HttpRequest

# name of the section (and of its icon), its word, its first page, and every name of that page
SECTIONS: tuple[tuple[str, Promise, str, frozenset[str]], ...] = (
    ("today", _("Today"), "journal:today", frozenset({"day"})),
    ("history", _("History"), "journal:history", frozenset({"history"})),
    ("recap", _("Recap"), "journal:recap", frozenset({"recap", "recap_month", "recap_year"})),
    ("stats", _("Statistics"), "journal:stats", frozenset({"stats"})),
    ("more", _("More"), "journal:more", frozenset({"more"})),
)
MORE = "more"
# Pages of a day's song or phrase belong to no section more than to another.
NOWHERE = frozenset({"song", "like", "picker", "note", "add_to_today"})


def tabs_for(request: HttpRequest) -> list[dict[str, Any]]:
    section, is_its_page = _place_of(request.resolver_match)
    here = "page" if is_its_page else "true"
    return [
        {
            "name": name,
            "word": word,
            "address": reverse(address),
            "current": here if name == section else "",
        }
        for name, word, address, _pages in SECTIONS
    ]


def _place_of(match: ResolverMatch | None) -> tuple[str, bool]:
    """Name the section of a page, and say whether the page is the section's own."""
    page = match.url_name if match else None
    if match is None or page is None or page in NOWHERE:
        return "", False
    if page == "day" and match.kwargs["date"] != today():
        return "history", False
    if page == "hear_month":
        return "recap", False
    own = next((name for name, _word, _to, pages in SECTIONS if page in pages), "")
    return own or MORE, bool(own)
