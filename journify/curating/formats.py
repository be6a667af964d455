"""CSV as spreadsheets read and write it, or one sentence that says what is wrong with a file."""

import csv
from collections import Counter
from io import StringIO
from itertools import islice
from typing import Any

from django.utils.translation import gettext as _
from import_export.formats import base_formats
from tablib import Dataset

from journify.web.spreadsheets import guard, unguard

# A file is written in one transaction, at some 2 ms a row: more would keep other writers waiting.
MAX_ROWS = 2000


class UnreadableTableError(ValueError):
    """A file that is no table of ours; the message says why."""


class GuardedCSV(base_formats.CSV):
    """UTF-8, comma or semicolon, with cells that no spreadsheet takes for formulas.

    The library's own escaping drops the sign, so that the text does not come back as it was.
    """

    def __init__(self, *, columns: list[str], required: list[str], encoding: str = "") -> None:
        super().__init__(encoding)
        self.columns = columns
        self.required = required

    def create_dataset(self, in_stream: bytes, **_kwargs: Any) -> Dataset:
        """Read a file's bytes; raise `UnreadableTableError` for one that does not fit."""
        header, *rows = _rows_of(_text_of(in_stream))
        names = [name.strip() for name in header]
        self._check_columns(names)
        while rows and not any(rows[-1]):
            rows.pop()  # editors end a file with empty lines
        dataset = Dataset(headers=names)
        for number, row in enumerate(rows, 2):
            if any(row[len(names) :]):
                message = _("Row %(row)d has more cells than the first row has names.")
                raise UnreadableTableError(message % {"row": number})
            cells = [unguard(cell.strip()) for cell in row[: len(names)]]
            dataset.append(cells + [""] * (len(names) - len(cells)))
        return dataset

    def export_data(self, dataset: Dataset, **_kwargs: Any) -> str:
        table = StringIO()
        writer = csv.writer(table)
        writer.writerow(dataset.headers)
        writer.writerows([guard(str(cell)) for cell in row] for row in dataset)
        return table.getvalue()

    def _check_columns(self, names: list[str]) -> None:
        twice = [name for name, count in Counter(names).items() if count > 1]
        for wrong, sentence in (
            (twice, _("Two columns have the same name: %(names)s.")),
            (
                [name for name in self.required if name not in names],
                _("A column is missing: %(names)s. The first row names the columns."),
            ),
            (
                [name for name in names if name not in self.columns],
                _("This table has no such column: %(names)s."),
            ),
        ):
            if wrong:
                raise UnreadableTableError(sentence % {"names": ", ".join(wrong)})


def _text_of(content: bytes) -> str:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = "\0"
    if "\0" in text:
        raise UnreadableTableError(
            _("This file is not UTF-8 text. In a spreadsheet, save it as “CSV UTF-8”.")
        )
    return text


def _rows_of(text: str) -> list[list[str]]:
    """The first row and those below it."""
    header = text.partition("\n")[0]
    delimiter = ";" if header.count(";") > header.count(",") else ","
    reader = csv.reader(StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        rows = list(islice(reader, MAX_ROWS + 2))
    except csv.Error:
        message = _("Row %(row)d cannot be read: are its quotation marks closed?")
        raise UnreadableTableError(message % {"row": reader.line_num}) from None
    if len(rows) > MAX_ROWS + 1:
        message = _("This file has more than %(count)d rows. Split it into smaller ones.")
        raise UnreadableTableError(message % {"count": MAX_ROWS})
    if len(rows) < 2:
        raise UnreadableTableError(_("There are no rows in this file."))
    return rows
