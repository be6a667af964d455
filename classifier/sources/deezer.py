"""Deezer's open reads: search, tracks, and 30-second previews in MP3.

https://developers.deezer.com/api – no key is needed. Errors come with status 200, previews are
signed and run out after some 15 minutes, and whether a preview exists depends on the country of
the server that asks.
"""

from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Any, Self
from urllib.parse import quote

from django.conf import settings

from classifier.models import Song
from classifier.sources.matching import best_match
from classifier.sources.remote import PATIENCE_SECONDS, checked_preview
from journify.outbound.errors import NoPreviewError, NotFoundError, PlatformError, PreviewGoneError
from journify.outbound.fields import (
    UnusableItemError,
    isrc_of,
    link_of,
    mapping_of,
    text_of,
    usable_items,
    whole_of,
)
from journify.outbound.session import Platform
from journify.outbound.tracks import OutsideTrack

NAME = "deezer"
PREVIEW_HOSTS = (".dzcdn.net",)

# Codes of the `error` object (https://developers.deezer.com/api/errors)
QUOTA, NO_DATA = 4, 800
QUOTA_WAIT_SECONDS = 5.0

LARGEST_ID = 10**12 - 1


class DeezerTrack(OutsideTrack):
    platform, platform_name = NAME, "Deezer"

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        """Read Deezer's track object; lists leave some of its fields out.

        Raises UnusableItemError: no id by which it could be picked, or no title.
        """
        track_id, title = whole_of(data.get("id"), at_most=LARGEST_ID), _title(data)
        if not track_id or not title:
            raise UnusableItemError("no title" if track_id else "no id")
        is_readable = data.get("readable", True)
        seconds = whole_of(data.get("duration"))
        return cls(
            id=track_id,
            title=title,
            artist=text_of(mapping_of(data.get("artist")).get("name")),
            album=text_of(mapping_of(data.get("album")).get("title")),
            duration_ms=whole_of(1000 * seconds) if seconds else None,
            isrc=isrc_of(data.get("isrc")),
            url=link_of(data.get("link")) or f"https://www.deezer.com/track/{track_id}",
            preview=link_of(data.get("preview")) if is_readable else "",
            artwork_url=link_of(mapping_of(data.get("album")).get("cover_medium")),
            year=whole_of(text_of(data.get("release_date"))[:4]) or None,
        )


class DeezerClient:
    def __init__(self, *, patience: float = 0.0) -> None:
        self.platform = Platform(NAME, patience)

    def track(self, track_id: int | str) -> DeezerTrack:
        """Read a track by its id, or by "isrc:…"."""
        # whatever it says, it is one part of the path
        found = self._get(f"/track/{quote(str(track_id), safe=':')}", {})
        with self.platform.reading():
            return DeezerTrack.from_json(found)

    def search(self, query: str, *, limit: int, index: int = 0) -> tuple[list[DeezerTrack], bool]:
        """Search tracks; the second value says whether there are more."""
        found = self._get("/search", {"q": query, "limit": limit, "index": index})
        with self.platform.reading():
            tracks = usable_items(NAME, found["data"], DeezerTrack.from_json)
            return tracks, bool(found.get("next"))

    def _get(self, path: str, params: dict[str, Any]) -> Any:
        """Read one answer; its `error` object is turned into ours.

        Raises NotFoundError: code 800: Deezer does not have it; RateLimitedError: code 4: too many
        calls; PlatformError: anything else that is no answer.
        """
        url = f"{settings.PLATFORM_URLS['deezer']}{path}"
        answer = self.platform.json_of(self.platform.request("GET", url, params=params))
        error = answer.get("error") if isinstance(answer, dict) else {}
        if error is None:
            return answer
        code = error.get("code") if isinstance(error, dict) else None
        if code == NO_DATA:
            raise NotFoundError(NAME)
        if code == QUOTA:
            raise self.platform.wait_asked(QUOTA_WAIT_SECONDS)
        raise PlatformError(NAME)


class DeezerClips:
    """Previews by the song's Deezer id, its ISRC, or a search."""

    @contextmanager
    def clip_of(self, song: Song) -> Iterator[tuple[Path, str]]:
        """Yield the preview; an address that ran out meanwhile is asked for once more."""
        client = DeezerClient(patience=PATIENCE_SECONDS)
        track = find_track(client, song)
        with ExitStack() as stack:
            try:
                path = stack.enter_context(_preview(track))
            except PreviewGoneError:
                path = stack.enter_context(_preview(client.track(track.id)))
            yield path, NAME


def _title(data: Mapping[str, Any]) -> str:
    """The title with its version, "(Live)", which some answers keep apart."""
    title = text_of(data.get("title")) or text_of(data.get("title_short"))
    version = text_of(data.get("title_version"))
    return title if not title or version.casefold() in title.casefold() else f"{title} {version}"


def _preview(track: DeezerTrack) -> Any:
    if not track.preview:
        raise NoPreviewError(NAME)
    return checked_preview(NAME, track.preview, hosts=PREVIEW_HOSTS)


def find_track(client: DeezerClient, song: Song) -> DeezerTrack:
    """Find the song: by what identifies it, then by its title, artist and length."""
    if song.deezer_id:
        return client.track(song.deezer_id)
    unheard = None
    if isrc := isrc_of(song.isrc):
        with suppress(NotFoundError):
            unheard = client.track(f"isrc:{isrc}")
        if unheard is not None and unheard.preview:
            return unheard
    found: list[DeezerTrack] = []
    if song.title:  # Spotify's is not kept for long
        found, _has_more = client.search(f"{song.artist} {song.title}".strip(), limit=10)
    heard = best_match(song, [one for one in found if one.preview])
    # without a preview anywhere, it is this country that has none
    match = heard or unheard or best_match(song, found)
    if match is None:
        raise NotFoundError(NAME)
    return match
