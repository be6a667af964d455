"""MusicBrainz: an open catalogue of recordings, asked for what Deezer lacks.

https://musicbrainz.org/doc/MusicBrainz_API – no key. One request a second for this whole server,
and every client names itself and somebody to write to: those that do not are blocked by their
address (https://musicbrainz.org/doc/MusicBrainz_API/Rate_Limiting). So it is off until the operator
has set CONTACT, and asked only when a listener says so, never while they type. Its data is CC0; it
has no sound.
"""

import re
from collections.abc import Mapping
from typing import Any, Self

from django.conf import settings

from journify.outbound.fields import (
    UnusableItemError,
    isrc_of,
    list_of,
    mapping_of,
    text_of,
    usable_items,
    whole_of,
)
from journify.outbound.session import VERSION, Platform
from journify.outbound.tracks import OutsideTrack

NAME = "musicbrainz"
LIMIT = 25
# Somebody has pressed a button and waits: for their turn behind one or two others, not longer.
PATIENCE_SECONDS = 3.0
UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.ASCII)


class Recording(OutsideTrack):
    """A recording as MusicBrainz lists it: neither covers nor clips."""

    platform, platform_name = NAME, "MusicBrainz"

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        """Read a recording; raises UnusableItemError without an id or a title."""
        recording_id, title = text_of(data.get("id")), text_of(data.get("title"))
        if not UUID.fullmatch(recording_id) or not title:
            raise UnusableItemError("no title" if title == "" else "no id")
        releases = [mapping_of(each) for each in list_of(data.get("releases"))]
        first_year = text_of(data.get("first-release-date"))[:4]
        return cls(
            id=recording_id,
            title=title,
            artist=_artist(data),
            album=text_of(releases[0].get("title")) if releases else "",
            url=f"https://musicbrainz.org/recording/{recording_id}",
            artwork_url="",
            year=whole_of(first_year),
            duration_ms=whole_of(data.get("length")),
            isrc=next(filter(None, map(isrc_of, list_of(data.get("isrcs")))), ""),
        )


class MusicBrainzClient:
    def __init__(self) -> None:
        # one try: a second one would cost everybody's next second
        self.platform = Platform(NAME, PATIENCE_SECONDS, tries=1)

    def search(self, words: str) -> list[Recording]:
        """Find recordings by plain words."""
        found = self._get("/recording", {"query": words, "dismax": "true", "limit": LIMIT})
        with self.platform.reading():
            return usable_items(NAME, found["recordings"], Recording.from_json)

    def recording(self, recording_id: str) -> Recording:
        found = self._get(f"/recording/{recording_id}", {"inc": "isrcs artist-credits releases"})
        with self.platform.reading():
            return Recording.from_json(found)

    def _get(self, path: str, params: dict[str, Any]) -> Any:
        url = f"{settings.PLATFORM_URLS['musicbrainz']}/ws/2{path}"
        agent = {"User-Agent": f"Journify/{VERSION} ( {settings.CONTACT} )"}
        params |= {"fmt": "json"}
        return self.platform.answer_to("GET", url, params=params, headers=agent)


def _artist(data: Mapping[str, Any]) -> str:
    """The artists as they are credited: "Mira Vale feat. Jon Ash"."""
    credits_ = [mapping_of(each) for each in list_of(data.get("artist-credit"))]
    names = [
        (text_of(each.get("name")) or text_of(mapping_of(each.get("artist")).get("name")))
        + _joint(each)
        for each in credits_
    ]
    return " ".join("".join(names).split())


def _joint(credit: Mapping[str, Any]) -> str:
    phrase = credit.get("joinphrase")
    return f" {text_of(phrase)} " if isinstance(phrase, str) and phrase.strip() else ""
