"""Phrases for curators. Days and entries are private: the admin does not show them."""

from typing import Any, cast

from django.contrib import admin
from django.db.models import Count, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from journal.models import Entry, Phrase
from journal.resources import PhraseResource
from journify.curating.admin import CuratedTableMixin, LongListMixin
from spotify_auth.models import User


@admin.register(Phrase)
class PhraseAdmin(LongListMixin, CuratedTableMixin, admin.ModelAdmin[Phrase]):
    """The openings that days are drawn from."""

    list_display = ("text", "theme", "seasons", "weekdays", "active", "answered", "owner")
    list_editable = ("active",)
    list_per_page = 50
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
        answers = Entry.objects.filter(phrase=OuterRef("pk"), song__isnull=False).order_by()
        counts = answers.values("phrase").annotate(count=Count("pk")).values("count")
        return seen.annotate(answered_count=Coalesce(Subquery(counts), 0))

    @admin.display(description=_("answered"), ordering="answered_count")
    def answered(self, phrase: Any) -> int:
        """How many entries answered it with a song."""
        return int(phrase.answered_count)
