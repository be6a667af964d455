"""A list of the admin that can be taken along as CSV and brought back, looked at first."""

import functools
from collections.abc import Callable
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.views.main import ChangeList
from django.core.files.storage import default_storage
from django.core.paginator import Paginator
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST
from import_export.admin import ImportExportMixin
from import_export.forms import ConfirmImportForm, ImportForm
from import_export.results import Result
from typing_extensions import override

from journify.curating.formats import GuardedCSV, UnreadableTableError
from journify.curating.previews import PREVIEWS, PreviewStorage
from journify.curating.resources import CuratedResource

SHOWN = 100
COUNTED_ROWS = 2000


class BoundedPaginator(Paginator[Any]):
    """Counts no further than anybody leafs through: to count all would be to read all."""

    @functools.cached_property
    def keys(self) -> list[UUID]:
        """The first rows, in order, at most `COUNTED_ROWS`."""
        rows: Any = self.object_list
        return list(rows.values_list("pk", flat=True)[:COUNTED_ROWS])

    @property
    def count(self) -> int:
        return len(self.keys)


class LongList(ChangeList):
    """Searches and sorts keys, once, and reads of the rows only those that the page shows."""

    @override
    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)  # looks at nothing but the keys yet
        shown = self.paginator.keys
        if self.multi_page and not (self.show_all and self.can_show_all):
            shown = shown[self.list_per_page * (self.page_num - 1) :][: self.list_per_page]
        rows = self.apply_select_related(self.root_queryset.filter(pk__in=shown))
        self.result_list = rows.order_by(*self.queryset.query.order_by)


class LongListMixin:
    """For tables of a hundred thousand rows."""

    paginator: Any = BoundedPaginator
    show_full_result_count = False

    def get_changelist(self, *_request: Any, **_options: Any) -> type[ChangeList]:
        return LongList


class RecentValuesFilter(admin.AllValuesFieldListFilter):
    """The values of a column among the newest rows: to list all of them would be to read all."""

    def __init__(self, field: Any, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().__init__(field, request, *args, **kwargs)
        rows = args[2].get_queryset(request).values_list(field.name, flat=True)
        self.lookup_choices: Any = sorted(set(rows[:COUNTED_ROWS]))


class TableForm(ImportForm):
    is_too_large = False

    def full_clean(self) -> None:
        """Say of a file that was dropped on its way that it was too large, not missing."""
        super().full_clean()
        if self.is_too_large:
            self.errors.clear()  # what came after the file was dropped, too
            self.add_error("import_file", _("This file is too large."))


class ConfirmForm(ConfirmImportForm):
    """The word that a previewed file is to be imported; there is one format."""

    format = forms.ChoiceField(choices=[("0", "csv")], widget=forms.HiddenInput)


class CuratedTableMixin(ImportExportMixin):
    """CSV export and import for whoever may see, and may add and change, the rows."""

    resource_classes: list[type[CuratedResource]]
    import_template_name = "admin/import_table.html"
    import_form_class = TableForm
    confirm_form_class = ConfirmForm
    tmp_storage_class = PreviewStorage
    skip_export_form = True
    to_encoding = "utf-8-sig"  # spreadsheets take anything else for their own old encoding

    def has_export_permission(self, request: HttpRequest) -> bool:
        """Who sees the list may take it along."""
        return bool(self.has_view_permission(request))

    def has_import_permission(self, request: HttpRequest) -> bool:
        """A file adds rows and changes them."""
        return bool(self.has_add_permission(request) and self.has_change_permission(request))

    def get_import_formats(self) -> list[Callable[..., GuardedCSV]]:
        [resource] = self.resource_classes
        return [
            functools.partial(GuardedCSV, columns=list(resource.fields), required=resource.required)
        ]

    get_export_formats = get_import_formats

    def get_import_resource_kwargs(self, request: HttpRequest, **kwargs: Any) -> dict[str, Any]:
        return {"user": request.user}

    def get_import_data_kwargs(self, **kwargs: Any) -> dict[str, Any]:
        kwargs = super().get_import_data_kwargs(**kwargs)
        return kwargs | {"rollback_on_validation_errors": True}

    def get_import_form_class(self, request: HttpRequest) -> type[TableForm]:
        """Tell the form of a file that the upload handler dropped."""
        is_too_large = bool(request.POST) and getattr(request, "upload_too_large", False)
        return type("TableForm", (TableForm,), {"is_too_large": is_too_large})

    def add_data_read_fail_error_to_form(self, form: TableForm, error: Exception) -> None:
        """Say what is wrong with a file; what we did not think of is a fault of ours."""
        if not isinstance(error, UnreadableTableError):
            raise error
        form.add_error("import_file", str(error))

    def get_import_context_data(self, **_kwargs: Any) -> dict[str, Any]:
        """How much of a long table is shown."""
        return {"shown": SHOWN}

    def import_action(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        """Show what a file would do; keep it only when that may be confirmed."""
        response: TemplateResponse = super().import_action(request, **kwargs)
        name = getattr(request.FILES.get("import_file"), "tmp_storage_name", None)
        if name and "confirm_form" not in (response.context_data or {}):
            PreviewStorage(name=name).remove()
        return response

    @method_decorator(require_POST)
    @method_decorator(transaction.atomic)
    def process_import(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        """Import a previewed file, with its lines in the log, or nothing of it."""
        form = self.create_confirm_form(request)
        is_known = form.is_valid() and default_storage.exists(
            f"{PREVIEWS}/{form.cleaned_data['import_file_name']}"
        )
        if self.has_import_permission(request) and not is_known:
            messages.error(request, _("This preview is gone. Choose the file again."))
            return redirect("admin:{}_{}_import".format(*self.get_model_info()))
        response: HttpResponse = super().process_import(request, **kwargs)
        return response

    def process_result(self, result: Result, request: HttpRequest) -> HttpResponse:
        if result.has_errors() or result.has_validation_errors():
            messages.error(
                request,
                _("Nothing was imported: it no longer fits. Choose the file again to see why."),
            )
            return redirect("admin:{}_{}_import".format(*self.get_model_info()))
        response: HttpResponse = super().process_result(result, request)
        return response
