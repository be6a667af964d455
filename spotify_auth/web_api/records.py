"""What Spotify says of tracks, artists and the listener, as far as we show it."""

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

from journify.outbound.fields import (
    UnusableItemError,
    isrc_of,
    link_of,
    list_of,
    mapping_of,
    text_of,
    whole_of,
)
from journify.outbound.tracks import OutsideTrack

BASE_62 = re.compile(r"[0-9A-Za-z]+", re.ASCII)
ID_LENGTH = 22  # of every id that Spotify has given so far


class Track(OutsideTrack):
    """A track; every piece of it links back to Spotify."""

    platform, platform_name = "spotify", "Spotify"

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        """Read a full track object; `preview_url` is not looked at, it is always null now.

        Raises UnusableItemError: nothing that could be picked or linked to: a local file, an
        episode, no id, no name.
        """
        if data.get("is_local"):
            raise UnusableItemError("local file")
        if data.get("type", "track") != "track":
            raise UnusableItemError("no track")
        track_id, name = _id(data), _name(data)
        album = mapping_of(data.get("album"))
        names = [text_of(mapping_of(one).get("name")) for one in list_of(data.get("artists"))]
        return cls(
            id=track_id,
            title=name,
            artist=", ".join(filter(None, names)),
            album=text_of(album.get("name")),
            url=_link(data) or _page("track", track_id),
            artwork_url=_picture(album, at_least=64),
            isrc=isrc_of(mapping_of(data.get("external_ids")).get("isrc")),
            duration_ms=whole_of(data.get("duration_ms")),
            year=whole_of(text_of(album.get("release_date"))[:4]) or None,
        )


@dataclass(frozen=True)
class Artist:
    id: str
    name: str
    url: str
    picture_url: str

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        """Read a full artist object; raises UnusableItemError without an id or a name."""
        artist_id = _id(data)
        url = _link(data) or _page("artist", artist_id)
        return cls(artist_id, _name(data), url, _picture(data, at_least=64))


@dataclass(frozen=True)
class Profile:
    name: str
    url: str
    picture_url: str

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        """Read the user object; the name may be null and the pictures none."""
        return cls(text_of(data.get("display_name")), _link(data), _picture(data, at_least=160))


@dataclass(frozen=True)
class SpotifyPlay:
    track: Track
    played_at: dt.datetime

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        """Read a play history object; raises UnusableItemError as `Track.from_json`."""
        if not isinstance(data.get("track"), dict):
            raise UnusableItemError("no track")
        track = Track.from_json(data["track"])
        played_at = dt.datetime.fromisoformat(data["played_at"])
        return cls(track, played_at if played_at.tzinfo else played_at.replace(tzinfo=dt.UTC))


def _id(data: Mapping[str, Any]) -> str:
    found = text_of(data.get("id"))
    if not BASE_62.fullmatch(found):
        raise UnusableItemError("no id")
    return found


def _page(kind: str, spotify_id: str) -> str:
    return f"https://open.spotify.com/{kind}/{spotify_id}" if len(spotify_id) == ID_LENGTH else ""


def _name(data: Mapping[str, Any]) -> str:
    found = text_of(data.get("name"))
    if not found:
        raise UnusableItemError("no name")
    return found


def _link(data: Mapping[str, Any]) -> str:
    return link_of(mapping_of(data.get("external_urls")).get("spotify"))


def _picture(data: Mapping[str, Any], *, at_least: int) -> str:
    """The smallest picture that is large enough; sizes may be missing."""
    images = [
        (whole_of(image.get("width")) or 0, link_of(image.get("url")))
        for image in map(mapping_of, list_of(data.get("images")))
    ]
    sized = sorted(image for image in images if image[1])
    enough = [url for width, url in sized if width >= at_least]
    return enough[0] if enough else (sized[-1][1] if sized else "")
