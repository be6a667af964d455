"""Phrases for curators. Days and entries are private: the admin does not show them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from django.contrib import admin
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from journal.models import Phrase
from journal.resources import PhraseResource
from journify.curating.admin import CuratedTableMixin

if TYPE_CHECKING:
    from spotify_auth.models import User


@admin.register(Phrase)
class PhraseAdmin(CuratedTableMixin, admin.ModelAdmin[Phrase]):
    """The openings that days are drawn from."""

    list_display = ("text", "theme", "seasons", "weekdays", "active", "answered", "owner")
    list_editable = ("active",)
    resource_classes = [PhraseResource]
    list_filter = ("active", "theme", ("owner", admin.EmptyFieldListFilter))
    search_fields = ("text", "key")
    autocomplete_fields = ("owner",)
    list_select_related = ("owner",)
    readonly_fields = ("key",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Phrase]:
        """Count how often each was answered; what listeners wrote for themselves is left out."""
        phrases = super().get_queryset(request)
        seen = phrases.filter(Q(owner=None) | Q(owner=cast("User", request.user)))
        return seen.annotate(answered_count=Count("entries__song"))

    @admin.display(description=_("answered"), ordering="answered_count")
    def answered(self, phrase: Any) -> int:
        """How many entries answered it with a song."""
        return int(phrase.answered_count)
