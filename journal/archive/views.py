"""A listener's data: taken along as an archive, or brought here in one."""

import uuid

from django.conf import settings
from django.contrib import messages
from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext as _

from classifier.files.upload_handlers import takes_megabytes
from journal.archive import transfers
from journal.forms import ExportForm, ImportForm
from journal.models import Transfer
from journal.site.polling import next_poll, poll_of
from journify.limits.requests import limited
from journify.web.http import SignedInRequest, page_or_fragment, signed_in_get, signed_in_post


@signed_in_get
def data_page(request: SignedInRequest) -> HttpResponse:
    rows = {row.kind: row for row in request.user.transfers.order_by("requested_at")}
    context = {
        "export": rows.get(Transfer.Kind.EXPORT),
        "import": rows.get(Transfer.Kind.IMPORT),
        "is_open": Transfer.objects.open().filter(user=request.user).exists(),
        "kept_days": settings.ARCHIVE_KEPT_DAYS,
        "max_mb": settings.IMPORT_MAX_MB,
    } | next_poll(poll_of(request))
    return page_or_fragment(request, "journal/data.html", context, partial="transfers")


@signed_in_post
@limited("archive")
def export_data(request: SignedInRequest) -> HttpResponse:
    form = ExportForm(request.POST)
    with_audio = form.is_valid() and form.cleaned_data["with_audio"]
    transfers.request_export(request.user, with_audio=with_audio)
    return redirect("journal:data")


@takes_megabytes("IMPORT_MAX_MB")
@signed_in_post
@limited("archive")
def import_data(request: SignedInRequest) -> HttpResponse:
    form = ImportForm(request.POST, request.FILES)
    if getattr(request, "upload_too_large", False):
        sentence = _("This archive is larger than %(max)s\xa0MB.") % {"max": settings.IMPORT_MAX_MB}
        messages.error(request, sentence)
    elif form.is_valid():
        transfers.request_import(request.user, form.cleaned_data["archive"])
    else:
        messages.error(request, _("Choose the ZIP file of an export."))
    return redirect("journal:data")


@signed_in_get
def export_file(request: SignedInRequest, transfer_id: uuid.UUID) -> FileResponse:
    """Hand an archive to the listener it belongs to, while it lasts."""
    rows = request.user.transfers.filter(
        kind=Transfer.Kind.EXPORT, status=Transfer.Status.DONE, expires_at__gt=timezone.now()
    )
    row = get_object_or_404(rows, pk=transfer_id)
    if not row.file or not row.file.storage.exists(str(row.file.name)):
        raise Http404
    day = timezone.localdate(row.requested_at).isoformat()
    return FileResponse(
        row.file.open("rb"),
        as_attachment=True,
        filename=f"journify-{day}.zip",
        content_type="application/zip",
    )
