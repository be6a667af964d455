"""Make an `Archive` of a stranger's `journify.json`, or refuse it."""

from collections.abc import Iterable

from django.utils.translation import gettext as _

from journal.archive.fields import ArchiveRejectedError, load_json, read_row, wrong
from journal.archive.schema import FORMAT, MOST, MOST_ENTRIES, VERSION, Archive


def parse(files: Iterable[bytes]) -> Archive:
    """Read and check all parts; ArchiveRejectedError says what is wrong with them."""
    number, archive = 0, Archive()
    for number, data in enumerate(files, start=1):
        part = _part(data)
        if number == 1:
            archive = part
        else:
            archive.songs.extend(part.songs)
            archive.labels.extend(part.labels)
            archive.days.extend(part.days)
        _check(archive, part)
    if number != archive.parts:
        raise ArchiveRejectedError(_("A part of this archive is missing."))
    return archive


def _part(data: bytes) -> Archive:
    """What a file of JSON holds, if it is one of ours."""
    top = load_json(data)
    if not isinstance(top, dict) or top.get("format") != FORMAT:
        raise ArchiveRejectedError(_("This ZIP file holds no journal."))
    if top.get("version") != VERSION:
        raise ArchiveRejectedError(
            _("This archive was made by another version of Journify, and this one cannot read it.")
        )
    return read_row(Archive, top)


def _check(archive: Archive, part: Archive) -> None:
    """Refuse too many rows, the same twice, and songs that stand in no part so far."""
    refs, dates = {song.ref for song in archive.songs}, {day.date for day in archive.days}
    is_full = sum(len(day.entries) for day in archive.days) > MOST_ENTRIES
    if len(refs) != len(archive.songs) or len(refs) > MOST["songs"]:
        raise wrong("songs")
    if len(dates) != len(archive.days) or len(dates) > MOST["days"] or is_full:
        raise wrong("days")
    if len(archive.labels) > MOST["labels"]:
        raise wrong("labels")
    for place, label in enumerate(part.labels):
        if label.song not in refs:
            raise wrong(f"labels[{place}].song")
    for place, day in enumerate(part.days):
        if not {entry.song for entry in day.entries} <= refs | {""}:
            raise wrong(f"days[{place}].entries")
