"""Songs, classifications and labels for curators: search, listen, label, re-classify."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any, cast

from django import forms
from django.contrib import admin, messages
from django.db.models import BooleanField, Case, Exists, OuterRef, Q, QuerySet, URLField, When
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404
from django.template.loader import render_to_string
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST
from typing_extensions import override

from classifier.curating.forms import CuratedLabelForm, CuratedSongForm
from classifier.curating.insight import insight
from classifier.curating.resources import LabelResource, SongResource
from classifier.emotions.effective import counting_answers, effective_of
from classifier.emotions.readings import NOT_SURE, WORDS, read
from classifier.files.playback import audio_response
from classifier.models import EMOTION_CHOICES, Classification, Label, Song
from classifier.queue import rows as queue
from classifier.sentences import translated
from classifier.serving.results import UNSURE
from journify.background.jobs import lane_of
from journify.curating.admin import (
    COUNTED_ROWS,
    CuratedTableMixin,
    LongListMixin,
    RecentValuesFilter,
)
from journify.files import delete_on_commit

if TYPE_CHECKING:
    from django.urls import URLPattern

    from spotify_auth.models import User


# Of a song without an answer.
STATES = {"listening": _("listening"), "failed": _("failed")}


def _may_be_seen(request: HttpRequest) -> Q:
    """Rows of songs that everybody may use, and of the curator's own."""
    # row by row, the newest first: joined, SQLite would begin with the songs, which are all of them
    songs = Song.objects.visible_to(cast("User", request.user))
    return Q(Exists(songs.filter(pk=OuterRef("song"))))


class HeardFilter(admin.SimpleListFilter):
    """Songs by the models' answer that counts; those without one that failed; open work."""

    title = _("heard as")
    parameter_name = "heard"

    def lookups(self, _request: HttpRequest, _model_admin: Any) -> list[tuple[str, Any]]:
        states = [(UNSURE, NOT_SURE), ("failed", _("failed")), ("open", _("waiting"))]
        return [*EMOTION_CHOICES, *states]

    def queryset(self, _request: HttpRequest, songs: QuerySet[Song]) -> QuerySet[Song]:
        value = self.value()
        if value is None:
            return songs
        rows = Classification.objects.all()
        if value not in {"open", "failed"}:
            # song by song, the newest first: of hundreds of thousands the list shows some
            answers = counting_answers().counted_as(value)
            return songs.filter(Exists(answers.filter(song=OuterRef("pk"))))
        is_open = Q(pk__in=rows.open().values("song"))
        if value == "open":
            return songs.filter(is_open)
        failed = rows.filter(status=Classification.Status.FAILED)
        others = is_open | Q(pk__in=rows.answered().values("song"))
        return songs.filter(pk__in=failed.values("song")).exclude(others)


class FailureMixin:
    @admin.display(description=_("error"), ordering="error")
    def failure(self, row: Classification) -> str:
        """What listeners read of it; kept in English."""
        return translated(row.error) or "–"


class ClassificationInline(FailureMixin, admin.TabularInline[Classification, Song]):
    model = Classification
    extra = 0
    can_delete = False
    fields = readonly_fields = (
        "model",
        "version",
        "status",
        "emotion",
        "clip_source",
        "seconds",
        "failure",
        "finished_at",
    )

    def has_add_permission(self, *_args: Any) -> bool:
        """Only models classify."""
        return False


class LabelInline(admin.TabularInline[Label, Song]):
    model = Label
    extra = 0
    autocomplete_fields = ("user",)
    form = CuratedLabelForm


@admin.register(Song)
class SongAdmin(LongListMixin, CuratedTableMixin, admin.ModelAdmin[Song]):
    list_display = ("title", "artist", "heard", "own_label", "player", "owner", "created_at")
    list_filter = (
        HeardFilter,
        "labels__emotion",
        ("owner", admin.EmptyFieldListFilter),
        "created_at",
    )
    search_fields = ("title", "artist", "album", "isrc", "owner__username")
    list_select_related = ("owner",)
    list_per_page = 50
    change_list_template = "admin/classifier/song/change_list.html"
    resource_classes = [SongResource]
    form = CuratedSongForm
    autocomplete_fields = ("owner",)
    readonly_fields = ("player", "created_at")
    formfield_overrides = {URLField: {"assume_scheme": "https"}}  # Django 6's default
    actions = ("reclassify",)
    inlines = (ClassificationInline, LabelInline)

    class Media:
        js = ("django_htmx/htmx-2.min.js", "js/admin.js")
        css = {"all": ("css/admin.css",)}

    def get_queryset(self, request: HttpRequest) -> QuerySet[Song]:
        """Join what a row of the list shows; what listeners upload, nobody else sees."""
        user = cast("User", request.user)
        # as a value: as a condition, SQLite would find all songs by their owner and sort them
        is_seen = When(Q(owner=None) | Q(owner=user), then=True)
        return (
            Song.objects.with_readings(user)
            .annotate(is_audible=Case(is_seen, default=False, output_field=BooleanField()))
            .filter(is_audible=True)
            .order_by("-created_at")
        )

    def get_readonly_fields(self, _request: HttpRequest, song: Song | None = None) -> list[str]:
        """Whose a song is stays as it is: taking it over would be a way to hear it."""
        return [*self.readonly_fields, *(["owner"] if song else [])]

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        return [
            path("insight/", view(self.insight_view), name="classifier_insight"),
            path("<uuid:song_id>/audio/", view(self.audio_view), name="classifier_song_audio"),
            path(
                "<uuid:song_id>/label/",
                view(require_POST(self.label_view)),
                name="classifier_song_label",
            ),
            *super().get_urls(),
        ]

    def get_form(
        self, request: HttpRequest, *args: Any, **kwargs: Any
    ) -> type[forms.ModelForm[Song]]:
        """Tell the form of a file that the upload handler dropped."""
        form = super().get_form(request, *args, **kwargs)
        is_too_large = bool(request.POST) and getattr(request, "upload_too_large", False)
        return type(form.__name__, (form,), {"is_too_large": is_too_large})

    @override
    def save_model(
        self, request: HttpRequest, song: Song, form: CuratedSongForm, change: bool
    ) -> None:
        """Save, and have new audio listened to: what was said of the old audio is void."""
        super().save_model(request, song, form, change)
        if "audio" not in form.changed_data:
            return
        if before := form.initial.get("audio"):
            delete_on_commit(before)
        song.classifications.all().delete()
        if song.audio:
            queue.request_classification(song, lane=lane_of(cast("User", request.user).pk))

    @admin.display(description=_("heard as"))
    def heard(self, song: Song) -> str:
        """The best answer of the models, or the state of the work."""
        rows = list(song.classifications.all())
        found = effective_of(rows)
        if found.answer is None:
            return str(STATES[found.state]) if rows else "–"
        share = f"{WORDS[found.answer.emotion]} {round(100 * found.answer.certainty)}\xa0%"
        return f"{NOT_SURE}: {share}" if found.state == "unsure" else share

    @admin.display(description=_("your label"))
    def own_label(self, song: Song) -> SafeString:
        reading = read(song)
        return render_to_string(
            "admin/classifier/song/_label.html",
            {
                "song": song,
                "chosen": reading.emotion if reading.is_labelled else "",
                "choices": EMOTION_CHOICES,
            },
        )

    @admin.display(description=_("listen"))
    def player(self, song: Song) -> SafeString | str:
        """A player, where there is audio that the curator may hear; fetched when it is started.

        What listeners upload, only they can hear.
        """
        if not song.audio or not getattr(song, "is_audible", False):
            return "–"
        return format_html(
            '<audio controls preload="none" src="{}"></audio>',
            reverse("admin:classifier_song_audio", args=[song.pk]),
        )

    def insight_view(self, request: HttpRequest) -> HttpResponse:
        """Show the queue, its failures, and where people correct the models."""
        if not (
            self.has_view_permission(request)
            and request.user.has_perm("classifier.view_label")
            and request.user.has_perm("classifier.view_classification")
        ):
            raise Http404
        context = self.admin_site.each_context(request) | {
            "title": _("The models and people"),
            "insight": insight(),
        }
        return TemplateResponse(request, "admin/classifier/insight.html", context)

    def audio_view(self, request: HttpRequest, song_id: uuid.UUID) -> HttpResponseBase:
        """Send a curator the audio of a song of the catalogue, or of their own."""
        if not self.has_view_permission(request):
            raise Http404
        songs = Song.objects.visible_to(cast("User", request.user))
        return audio_response(request, get_object_or_404(songs, pk=song_id))

    def label_view(self, request: HttpRequest, song_id: uuid.UUID) -> HttpResponse:
        if not self.has_change_permission(request):
            raise Http404
        song = get_object_or_404(self.get_queryset(request), pk=song_id)
        emotion = request.POST.get(f"label-{song.pk}", "")
        if emotion in dict(EMOTION_CHOICES):
            Label.objects.update_or_create(
                song=song,
                user=cast("User", request.user),
                defaults={"emotion": emotion, "word": ""},
            )
        elif not emotion:
            Label.objects.filter(song=song, user=cast("User", request.user)).delete()
        return HttpResponse(self.own_label(self.get_queryset(request).get(pk=song_id)))

    @admin.action(description=_("Classify the chosen songs again"))
    def reclassify(self, request: HttpRequest, songs: QuerySet[Song]) -> None:
        lane = lane_of(cast("User", request.user).pk)
        count = sum(queue.classify_again(song, lane=lane) for song in songs)
        self.message_user(
            request,
            ngettext(
                "%(count)d song is being listened to again.",
                "%(count)d songs are being listened to again.",
                count,
            )
            % {"count": count},
            messages.SUCCESS,
        )


@admin.register(Classification)
class ClassificationAdmin(FailureMixin, LongListMixin, admin.ModelAdmin[Classification]):
    list_display = (
        "song",
        "emotion",
        "status",
        "model",
        "version",
        "seconds",
        "failure",
        "queued_at",
    )
    list_filter = (
        "status",
        "emotion",
        ("model", RecentValuesFilter),
        ("version", RecentValuesFilter),
        ("clip_source", RecentValuesFilter),
        "input",
    )
    search_fields = ("song__title", "song__artist", "error")
    list_select_related = ("song",)
    autocomplete_fields = ("song",)
    readonly_fields = (
        "probabilities",
        "segments",
        "attempts",
        "owner",
        "lease_until",
        "revision",
        "seconds",
    )
    actions = ("requeue",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Classification]:
        """Leave out what was said of other people's uploads."""
        return super().get_queryset(request).filter(_may_be_seen(request))

    @override
    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Classification], search_term: str
    ) -> tuple[QuerySet[Classification], bool]:
        """Search songs as their list does, and errors only where there are some."""
        if not search_term:
            return queryset, False
        failed = queryset.filter(error__gt="")
        of_errors, _twice = super().get_search_results(request, failed, search_term)
        admin_of_songs = self.admin_site.get_model_admin(Song)
        songs, _twice = admin_of_songs.get_search_results(
            request, Song.objects.order_by(), search_term
        )
        of_songs = queryset.filter(song__in=songs.values("pk"))
        # one after the other: no database answers both at once by an index
        keys = [rows.values_list("pk", flat=True)[:COUNTED_ROWS] for rows in (of_songs, of_errors)]
        return queryset.filter(pk__in={*keys[0], *keys[1]}), False

    def get_readonly_fields(
        self, _request: HttpRequest, row: Classification | None = None
    ) -> list[str]:
        """Of which song an answer is stays as it is: the one before would keep its word."""
        return [*self.readonly_fields, *(["song"] if row else [])]

    @admin.action(description=_("Classify again"))
    def requeue(self, request: HttpRequest, rows: QuerySet[Classification]) -> None:
        """Have the songs of the chosen rows listened to by the current main model."""
        songs = {row.song_id: row.song for row in rows}
        lane = lane_of(cast("User", request.user).pk)
        count = sum(queue.classify_again(song, lane=lane) for song in songs.values())
        self.message_user(request, _("Queued again: %d") % count, messages.SUCCESS)


@admin.register(Label)
class LabelAdmin(LongListMixin, CuratedTableMixin, admin.ModelAdmin[Label]):
    list_display = ("song", "emotion", "user", "updated_at")
    resource_classes = [LabelResource]
    list_display_links = ("song",)
    list_editable = ("emotion",)
    list_filter = ("emotion", "updated_at")
    search_fields = ("song__title", "song__artist", "user__username")
    list_select_related = ("song", "user")
    autocomplete_fields = ("song", "user")
    form = CuratedLabelForm

    def get_queryset(self, request: HttpRequest) -> QuerySet[Label]:
        """Leave out labels of other people's uploads."""
        return super().get_queryset(request).filter(_may_be_seen(request))
