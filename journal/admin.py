"""Phrases for curators. Days and entries are private: the admin does not show them."""

from collections.abc import Iterator
from typing import Any, cast

from django.conf import settings
from django.contrib import admin
from django.contrib.admin.views.main import ChangeList
from django.db.models import Count, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.http import HttpRequest
from django.utils.translation import get_language, gettext, pgettext
from django.utils.translation import gettext_lazy as _

from journal.models import Entry, Phrase
from journal.resources import PhraseResource
from journify.curating.admin import CuratedTableMixin, LongListMixin
from spotify_auth.models import User


def _theme(name: str) -> str:
    """Name a built-in theme in the curator's language; others stay as they were typed."""
    return pgettext("theme", name) if name else ""


def _calendar_words(words: str) -> str:
    """Name the seasons or weekdays that stand in a column, with blanks between them."""
    return ", ".join(gettext(word.capitalize()) for word in words.split())


def _translated() -> tuple[str, ...]:
    """Name the column of translations, for who reads another language than phrases are in."""
    return () if get_language() == settings.LANGUAGE_CODE else ("translated",)


class ThemeFilter(admin.AllValuesFieldListFilter):
    """The themes that there are, in the curator's language."""

    def choices(self, changelist: ChangeList) -> Iterator[Any]:
        for choice in super().choices(changelist):
            yield {**choice, "display": _theme(str(choice["display"]))}


@admin.register(Phrase)
class PhraseAdmin(LongListMixin, CuratedTableMixin, admin.ModelAdmin[Phrase]):
    """The openings that days are drawn from."""

    list_display = ("text", "of_theme", "in_seasons", "on_weekdays", "active", "answered", "owner")
    list_editable = ("active",)
    list_per_page = 50
    resource_classes = [PhraseResource]
    list_filter = ("active", ("theme", ThemeFilter), ("owner", admin.EmptyFieldListFilter))
    search_fields = ("text", "key")
    autocomplete_fields = ("owner",)
    list_select_related = ("owner",)
    readonly_fields = ("key",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Phrase]:
        """Count how often each was answered; what listeners wrote for themselves is left out."""
        phrases = super().get_queryset(request)
        seen = phrases.filter(Q(owner=None) | Q(owner=cast("User", request.user)))
        answers = Entry.objects.filter(phrase=OuterRef("pk"), song__isnull=False).order_by()
        counts = answers.values("phrase").annotate(count=Count("pk")).values("count")
        return seen.annotate(answered_count=Coalesce(Subquery(counts), 0))

    def get_list_display(self, _request: HttpRequest) -> tuple[Any, ...]:
        """List beside each text what listeners read who speak the curator's language."""
        text, *others = self.list_display
        return (text, *_translated(), *others)

    def get_readonly_fields(self, _request: HttpRequest, _phrase: Any = None) -> tuple[Any, ...]:
        return (*self.readonly_fields, *_translated())

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Phrase], search_term: str
    ) -> tuple[QuerySet[Phrase], bool]:
        """Find a phrase by either text."""
        found, is_doubled = super().get_search_results(request, queryset, search_term)
        if not search_term or not _translated():
            return found, is_doubled
        words = search_term.casefold().split()
        built_in = Phrase.objects.filter(owner=None)
        fits = [each.pk for each in built_in if all(w in each.wording.casefold() for w in words)]
        return found | queryset.filter(pk__in=fits), is_doubled

    @admin.display(description=_("in your language"))
    def translated(self, phrase: Phrase) -> str:
        return "" if phrase.wording == phrase.text else phrase.wording

    @admin.display(description=_("answered"), ordering="answered_count")
    def answered(self, phrase: Any) -> int:
        return int(phrase.answered_count)

    @admin.display(description=_("theme"), ordering="theme")
    def of_theme(self, phrase: Phrase) -> str:
        return _theme(phrase.theme)

    @admin.display(description=_("seasons"), ordering="seasons")
    def in_seasons(self, phrase: Phrase) -> str:
        return _calendar_words(phrase.seasons)

    @admin.display(description=_("weekdays"), ordering="weekdays")
    def on_weekdays(self, phrase: Phrase) -> str:
        return _calendar_words(phrase.weekdays)
