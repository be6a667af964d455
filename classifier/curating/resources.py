"""Songs and labels as the tables that curators take along; nothing of listeners is in them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from import_export import fields, widgets
from typing_extensions import override

from classifier.models import Label, Song
from journify.curating.resources import CuratedResource, row_key
from ml.labels import EMOTIONS

if TYPE_CHECKING:
    from spotify_auth.models import User

# Not a name that an account can have.
SOME_LISTENER = "(listener)"


class SongResource(CuratedResource):
    """The songs that everybody may use. Their audio stays where it is."""

    required = ["title"]
    natural = ["title", "artist", "album"]

    class Meta(CuratedResource.Meta):
        model = Song
        fields = ("id", "title", "artist", "album", "isrc")


class EmotionWidget(widgets.Widget):
    def clean(self, value: str, **_kwargs: Any) -> str:
        words = [emotion.value for emotion in EMOTIONS]
        if value.lower() not in words:
            sentence = _("“%(value)s” is none of %(words)s.")
            raise ValueError(sentence % {"value": value, "words": ", ".join(words)})
        return value.lower()


class SharedSongWidget(widgets.Widget):
    """A song that everybody may use, by its key."""

    def clean(self, value: str, **_kwargs: Any) -> Song:
        key = row_key(value)
        song = Song.objects.filter(owner=None, pk=key).first() if key else None
        if song is None:
            raise ValueError(_("No song of the catalogue has the key “%s”.") % value)
        return song

    def render(self, value: Song | None, _obj: Any = None, **_kwargs: Any) -> str:
        return str(value.pk) if value else ""


class LabelResource(CuratedResource):
    """What people say of songs that everybody may use; of listeners, that one of them says so.

    A file sets the labels of the curator who imports it. Rows of other people are passed over.
    """

    required = ["song", "emotion"]

    id = None
    song = fields.Field(attribute="song", column_name="song", widget=SharedSongWidget())
    title = fields.Field(attribute="song__title", column_name="title", readonly=True)
    artist = fields.Field(attribute="song__artist", column_name="artist", readonly=True)
    emotion = fields.Field(attribute="emotion", column_name="emotion", widget=EmotionWidget())
    user = fields.Field(attribute="user", column_name="user", readonly=True)

    class Meta(CuratedResource.Meta):
        model = Label
        fields = ("song", "title", "artist", "emotion", "user")
        import_id_fields = ("song",)

    @classmethod
    def shared(cls, rows: QuerySet[Label]) -> QuerySet[Label]:
        return rows.filter(song__owner=None).select_related("song", "user")

    def dehydrate_user(self, label: Label) -> str:
        """Name curators only."""
        return label.user.username if label.user.is_staff else SOME_LISTENER

    def get_instance(self, _loader: Any, row: dict[str, str]) -> Label | None:
        labels = self.get_queryset().filter(song=row_key(row["song"]), user=self._importer)
        return labels.first()

    @override
    def after_init_instance(self, instance: Label, new: bool, row: Any, **_kwargs: Any) -> None:
        if new:
            instance.user = self._importer

    def skip_row(self, instance: Label, original: Label, row: dict[str, str], *args: Any) -> bool:
        """Pass over what somebody else says."""
        if row.get("user", "") not in {"", self._importer.username}:
            return True
        return bool(super().skip_row(instance, original, row, *args))

    @property
    def _importer(self) -> User:
        assert self.user is not None
        user: User = self.user
        return user
