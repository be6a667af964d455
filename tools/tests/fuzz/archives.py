"""Archives as hypothesis invents them: an export with anything in any place, or bytes changed."""

import hashlib
import io
import json
from contextlib import suppress
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any
from warnings import catch_warnings, simplefilter
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile

from hypothesis import strategies as st

from journal.archive.fields import ArchiveRejectedError
from journal.archive.opening import opened
from journal.archive.parsing import parse
from journal.archive.schema import Archive
from tools.tests.fuzz.answers import with_one_replaced

SOUND = b"RIFF" + bytes(200)
SHA256 = hashlib.sha256(SOUND).hexdigest()
MOMENT = "2026-11-20T12:00:00+00:00"
READING = {
    "model": "ann", "version": "1", "emotion": "sad", "probabilities": {"sad": 0.7, "calm": 0.3},
    "segments": [{"start": 0, "end": 10, "probabilities": {"sad": 1.0}}],
    "clip_source": "upload", "input": "audio", "seconds": 0.1, "finished_at": MOMENT,
}  # fmt: skip
JOURNAL: dict[str, Any] = {
    "format": "journify",
    "version": 1,
    "exported_at": MOMENT,
    "account": {"username": "ada"},
    "preferences": {"time_zone": "Europe/Berlin", "language": "de", "theme": "dark"},
    "phrases": [{"text": "I felt like…", "theme": "bus", "active": True}],
    "songs": [
        {
            "ref": "s1", "title": "T", "artist": "A", "isrc": "GBDUW0000059", "duration_ms": 22,
            "sha256": SHA256, "audio": f"audio/{SHA256}.wav", "spotify_id": "abc",
            "spotify_url": "https://open.spotify.com/track/abc", "deezer_id": 3135556,
            "deezer_url": "https://www.deezer.com/track/1", "added_at": MOMENT,
            "readings": [READING],
        }
    ],
    "labels": [{"song": "s1", "emotion": "calm", "changed_at": MOMENT}],
    "days": [
        {
            "date": "2026-11-20",
            "entries": [
                {"position": 0, "phrase": "P", "song": "s1", "note": "N", "answered_at": MOMENT}
            ],
        }
    ],
}  # fmt: skip
NAMES = st.sampled_from(
    (
        "../journify.json",
        "/etc/passwd",
        "audio/../../x",
        "C:\\x",
        "journify.json",
        "audio/",
        "a\x00b",
    )
) | st.sampled_from([f"audio/{SHA256}.wav", f"audio/{SHA256.upper()}.wav", f"audio/{'0' * 64}.mp3"])


@st.composite
def archives(draw: st.DrawFn) -> bytes:
    """Draw a ZIP file: what it says is changed, or how it is packed, or its very bytes."""
    document = JOURNAL
    for _ in range(draw(st.integers(0, 4))):
        document = with_one_replaced(draw, document)
    files = [("journify.json", json.dumps(document).encode()), (f"audio/{SHA256}.wav", SOUND)]
    if not draw(st.integers(0, 3)):
        files.append((draw(NAMES), draw(st.binary(max_size=50))))
    target = io.BytesIO()
    packing = draw(st.sampled_from((ZIP_STORED, ZIP_DEFLATED)))
    with catch_warnings(), ZipFile(target, "w", packing) as archive:
        simplefilter("ignore")  # of names that come twice
        for name, data in files:
            archive.writestr(name, data)
    content = bytearray(target.getvalue())
    for _ in range(draw(st.sampled_from((0, 0, 1, 3, 20)))):
        _change(draw, content)
    return bytes(content)


def check_archive(content: bytes) -> None:
    """Read an archive as an import does, as far as the database: a journal, or a refusal."""
    with NamedTemporaryFile(suffix=".zip") as file:
        file.write(content)
        file.flush()
        with suppress(ArchiveRejectedError), opened(Path(file.name)) as source:
            for name in source.entries:
                assert ".." not in name
                assert not name.startswith("/")
                if name.startswith("audio/"):
                    with suppress(ArchiveRejectedError):
                        source.audio(name, io.BytesIO())
            _usable(parse(source.main_files()))


def _usable(archive: Archive) -> None:
    refs = {song.ref for song in archive.songs}
    for song in archive.songs:
        assert song.title.strip()
        assert not song.spotify_url or song.spotify_url.startswith("https://open.spotify.com/")
    for day in archive.days:
        assert {entry.song for entry in day.entries} - {""} <= refs
        for entry in day.entries:
            entry.note.encode()


def _change(draw: st.DrawFn, content: bytearray) -> None:
    """Change a byte anywhere, or one of the last, where a ZIP file has its table of contents."""
    length = len(content)
    at = draw(st.integers(0, length - 1) | st.integers(max(0, length - 250), length - 1))
    kind = draw(st.integers(0, 3))
    if kind == 0 and length > 10:
        del content[at : at + draw(st.integers(1, 8))]
    elif kind == 1:
        content[at:at] = draw(st.binary(min_size=1, max_size=8))
    else:
        content[at] = draw(st.sampled_from((0, 1, 0x7F, 0x80, 0xFF)) | st.integers(0, 255))
