"""A list of songs as a file: M3U, XSPF and JSPF for players, CSV for a spreadsheet, or text.

https://www.xspf.org/spec and https://wiki.xiph.org/JSPF; a track needs no location there, but
players list one without as an error, so a song that only its platform plays has that page instead.
"""

import json
import re
import xml.etree.ElementTree as ET  # nosec B405 -- written only, nothing is parsed
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils import timezone

from classifier.models import Song
from journify.web.spreadsheets import csv_of

XSPF = "http://xspf.org/ns/0/"
# https://www.w3.org/TR/xml/#charsets
NOT_IN_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(frozen=True)
class SongPlace:
    """Where a song is.

    `sound`: where a player hears it without signing in; empty where it is only at its platform;
    `platform`: its page there; empty for what no platform has; `page`: its page here, for who is
    signed in.
    """

    sound: str
    platform: str
    page: str

    @property
    def best(self) -> str:
        """What a player opens: the sound, else the platform."""
        return self.sound or self.platform


def songs_as_text(
    songs: Sequence[Song], _title: str = "", _place: Callable[[Song], SongPlace] | None = None
) -> str:
    return "".join(f"{_one_line(str(song))}\n" for song in songs)


def songs_as_csv(songs: Sequence[Song], _title: str, place: Callable[[Song], SongPlace]) -> str:
    rows = [["title", "artist", "album", "isrc", "link"]]
    for song in songs:
        where = place(song)
        rows.append([song.name, song.artist, song.album, song.isrc, where.platform or where.page])
    return csv_of(rows)


def as_m3u(songs: Sequence[Song], title: str, place: Callable[[Song], SongPlace]) -> str:
    """A list for a player; -1 stands for a length that is not known.

    What can be heard nowhere is left out: a player would stop at it.
    """
    lines = ["#EXTM3U", f"#PLAYLIST:{_one_line(title)}"]
    for song in songs:
        if not (where := _one_line(place(song).best)):
            continue
        seconds = -1 if song.duration_ms is None else round(song.duration_ms / 1000)
        names = " - ".join(_one_line(part) for part in (song.artist, song.name) if part)
        lines += [f"#EXTINF:{seconds},{names}", where]
    return "\n".join([*lines, ""])


def as_xspf(songs: Sequence[Song], title: str, place: Callable[[Song], SongPlace]) -> str:
    ET.register_namespace("", XSPF)
    playlist = ET.Element(f"{{{XSPF}}}playlist", version="1")
    _write(playlist, "title", title)
    _write(playlist, "creator", "Journify")
    _write(playlist, "date", timezone.now().isoformat(timespec="seconds"))
    tracks = ET.SubElement(playlist, f"{{{XSPF}}}trackList")
    for song in songs:
        track = ET.SubElement(tracks, f"{{{XSPF}}}track")
        for name, value in _track(song, place(song)).items():
            _write(track, name, str(value))
    return ET.tostring(playlist, encoding="unicode", xml_declaration=True) + "\n"


def as_jspf(songs: Sequence[Song], title: str, place: Callable[[Song], SongPlace]) -> str:
    """A list as JSPF: XSPF in JSON, where `location` and `identifier` are lists."""
    tracks = [_track(song, place(song)) for song in songs]
    playlist = {
        "title": title,
        "creator": "Journify",
        "date": timezone.now().isoformat(timespec="seconds"),
        "track": [
            {
                name: [value] if name in {"location", "identifier"} else value
                for name, value in track.items()
            }
            for track in tracks
        ],
    }
    return json.dumps({"playlist": playlist}, ensure_ascii=False, indent=1) + "\n"


def _one_line(text: str) -> str:
    """Bring white space, line breaks too, to single blanks."""
    return " ".join(text.split())


def _track(song: Song, where: SongPlace) -> dict[str, Any]:
    """The elements of a track in XSPF's order; empty ones are left out."""
    elements = {
        "location": where.best,
        "identifier": where.platform,
        "title": _one_line(song.name),
        "creator": _one_line(song.artist),
        "info": where.platform or where.page,
        "album": _one_line(song.album),
        "duration": song.duration_ms,
    }
    return {name: value for name, value in elements.items() if value}


def _write(parent: ET.Element, name: str, text: str) -> None:
    ET.SubElement(parent, f"{{{XSPF}}}{name}").text = NOT_IN_XML.sub("", text)
