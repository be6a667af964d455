"""Apple's iTunes Search: 30-second previews in AAC, found by title, artist and length.

https://developer.apple.com/library/archive/documentation/AudioVideo/Conceptual/iTuneSearchAPI –
no key is needed, about 20 calls a minute are allowed, and answers carry no ISRC.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from typing import Any, Self

from django.conf import settings

from classifier.models import Song
from classifier.sources.matching import best_match
from classifier.sources.remote import PATIENCE_SECONDS, checked_preview
from journify.outbound.errors import NoPreviewError, NotFoundError, PlatformError
from journify.outbound.fields import UnusableItemError, link_of, text_of, usable_items, whole_of
from journify.outbound.session import Platform

NAME = "itunes"
PREVIEW_HOSTS = ("audio-ssl.itunes.apple.com",)
SEARCH_LIMIT = 25

# Apple answers 403 above its limit and does not say for how long; the limit is per minute.
QUOTA_WAIT_SECONDS = 60.0


@dataclass(frozen=True)
class AppleTrack:
    title: str
    artist: str
    duration_ms: int | None
    preview: str

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        """Read one of `results`; raises UnusableItemError for what is no song."""
        title = text_of(data.get("trackName"))
        if data.get("kind", "song") != "song" or not title:
            raise UnusableItemError("no song")
        return cls(
            title=title,
            artist=text_of(data.get("artistName")),
            duration_ms=whole_of(data.get("trackTimeMillis")),
            preview=link_of(data.get("previewUrl")),
        )


class ItunesClips:
    """Previews of the one song that has the title, the artist and the length within 3 s."""

    @contextmanager
    def clip_of(self, song: Song) -> Iterator[tuple[Path, str]]:
        if not song.title:  # Spotify's, which was not kept
            raise NotFoundError(NAME)
        found = _search(f"{song.artist} {song.title}".strip())
        match = best_match(song, [one for one in found if one.preview]) or best_match(song, found)
        if match is None:
            raise NotFoundError(NAME)
        if not match.preview:
            raise NoPreviewError(NAME)
        with checked_preview(NAME, match.preview, hosts=PREVIEW_HOSTS) as path:
            yield path, NAME


def _search(term: str) -> list[AppleTrack]:
    platform = Platform(NAME, PATIENCE_SECONDS)
    params = {
        "term": term,
        "country": settings.ITUNES_COUNTRY,
        "media": "music",
        "entity": "song",
        "limit": SEARCH_LIMIT,
    }
    response = platform.request("GET", f"{settings.PLATFORM_URLS['itunes']}/search", params=params)
    if response.status_code == HTTPStatus.FORBIDDEN:
        raise platform.wait_asked(QUOTA_WAIT_SECONDS)
    answer = platform.json_of(response)
    if response.status_code != HTTPStatus.OK:
        raise PlatformError(NAME)
    with platform.reading():
        return usable_items(NAME, answer["results"], AppleTrack.from_json)
