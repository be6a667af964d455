"""What the tables of curators have in common: nothing of listeners, nothing without a check."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from django.db import connections
from django.db.models import Model, QuerySet
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from import_export import fields, resources, widgets
from import_export.resources import Diff
from typing_extensions import override

if TYPE_CHECKING:
    from import_export.results import Result
    from tablib import Dataset

    from spotify_auth.models import User


BATCH = 500


class RowDiff(Diff):
    """What a row changes, without the inline styles that our content security policy refuses."""

    def as_html(self) -> list[SafeString]:
        return [self._cell(str(before), str(after)) for before, after in self._pairs()]

    def _pairs(self) -> list[tuple[Any, Any]]:
        # left and right as the library reads them; nothing stands before a new row
        return list(zip([""] * len(self.left) if self.new else self.left, self.right, strict=True))

    @staticmethod
    def _cell(before: str, after: str) -> SafeString:
        if before == after or not before:
            return format_html("{}", after)
        return format_html("<del>{}</del> <ins>{}</ins>", before, after)


def row_key(cell: str) -> uuid.UUID | None:
    """Read a row's key; None when it is none."""
    try:
        return uuid.UUID(cell)
    except ValueError:
        return None


class KeyWidget(widgets.Widget):
    def clean(self, value: str, **_kwargs: Any) -> uuid.UUID:
        key = row_key(value)
        if key is None:
            raise ValueError(_("“%(value)s” is not a key.") % {"value": value})
        return key


class YesNoWidget(widgets.BooleanWidget):
    """Yes or no; the library takes any other word for no."""

    def clean(self, value: str, *args: Any, **kwargs: Any) -> bool | None:
        if value not in {*self.TRUE_VALUES, *self.FALSE_VALUES, ""}:
            raise ValueError(_("“%(value)s” is neither 1 nor 0.") % {"value": value})
        answer: bool | None = super().clean(value, *args, **kwargs)
        return answer


class CuratedResource(resources.ModelResource):
    """A table of which only what belongs to everybody is written, read and changed.

    A row is known by its key or, where that is empty, by the fields in `natural`: the same file
    twice makes nothing double.
    """

    required: list[str] = []  # columns that a file must have
    natural: list[str] = []

    id = fields.Field(attribute="id", column_name="id", widget=KeyWidget())

    class Meta:
        clean_model_instances = True
        skip_unchanged = True

    def __init__(self, *, user: User | None = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.user = user
        self._known: dict[object, Model] = {}

    @classmethod
    def get_diff_class(cls) -> type[RowDiff]:
        return RowDiff

    def get_use_transactions(self) -> bool:
        """Where there are some; the library would refuse to import anywhere else."""
        return bool(connections[self.get_db_connection_name()].features.supports_transactions)

    @override
    def import_data(self, dataset: Dataset, dry_run: bool = False, **kwargs: Any) -> Result:
        """Write all rows or none: what cannot be taken back is tried before anything is written."""
        if not dry_run and not self.get_use_transactions():
            tried = self.import_data(dataset, dry_run=True, **kwargs)
            self._known.clear()  # they are as the file would have them
            if tried.has_errors() or tried.has_validation_errors():
                return tried
        return super().import_data(dataset, dry_run=dry_run, **kwargs)

    @classmethod
    def shared(cls, rows: QuerySet[Any]) -> QuerySet[Any]:
        """Of `rows`, those that belong to nobody."""
        return rows.filter(owner=None)

    def get_queryset(self) -> QuerySet[Any]:
        return self.shared(self._meta.model.objects.all())

    def filter_export(self, queryset: QuerySet[Any], **_kwargs: Any) -> QuerySet[Any]:
        return self.shared(queryset).prefetch_related(None)

    def before_import(self, dataset: Dataset, **_kwargs: Any) -> None:
        """Read all that the file may mean at once: by itself, each row would scan the table."""
        cells = {name: dataset[name] for name in dataset.headers}
        keys = {key for cell in cells.get("id", []) if (key := row_key(cell))}
        self._know(self.get_queryset().in_bulk(list(keys)).values())
        for name in self.natural[:1]:
            words = sorted(set(cells[name]))
            for start in range(0, len(words), BATCH):
                some = {f"{name}__in": words[start : start + BATCH]}
                self._know(self.get_queryset().filter(**some))

    def after_save_instance(self, instance: Model, row: Any, **_kwargs: Any) -> None:
        self._know([instance])

    def before_import_row(self, row: dict[str, str], **_kwargs: Any) -> None:
        """Leave the key of a row without one to the model."""
        if not row.get("id"):
            row.pop("id", None)

    def get_instance(self, _loader: Any, row: dict[str, str]) -> Model | None:
        if "id" in row:
            return self._known.get(row_key(row["id"]))
        return self._named(tuple(row.get(name, "") for name in self.natural))

    def _know(self, rows: Iterable[Model]) -> None:
        for row in rows:
            # one object a row: what a line of the file changes, those below it see
            known = self._known.setdefault(row.pk, row)
            words = self._words_of(known)
            if self._named(words) is None:
                self._known[words] = known

    def _named(self, words: tuple[str, ...]) -> Model | None:
        """The row with these words, if a line above did not give it others."""
        found = self._known.get(words)
        return found if found is not None and self._words_of(found) == words else None

    def _words_of(self, row: Model) -> tuple[str, ...]:
        return tuple(getattr(row, name) for name in self.natural)
