"""What Spotify says of tracks, artists and the listener, as far as we show it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from journify.outbound.fields import link_of, text_of, whole_of


@dataclass(frozen=True)
class Track:
    """A track; every piece of it links back to Spotify."""

    id: str
    name: str
    artist: str
    album: str
    url: str
    artwork_url: str
    isrc: str
    duration_ms: int | None

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Track:
        """Read a full track object; `preview_url` is not looked at, it is always null now."""
        album = data.get("album") or {}
        return cls(
            id=text_of(data["id"]),
            name=text_of(data.get("name")),
            artist=", ".join(text_of(one.get("name")) for one in data.get("artists") or []),
            album=text_of(album.get("name")),
            url=_link(data),
            artwork_url=_picture(album, at_least=64),
            isrc=text_of((data.get("external_ids") or {}).get("isrc")),
            duration_ms=whole_of(data.get("duration_ms")),
        )


@dataclass(frozen=True)
class Artist:
    """An artist."""

    id: str
    name: str
    url: str
    picture_url: str

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Artist:
        """Read a full artist object."""
        return cls(
            text_of(data["id"]), text_of(data.get("name")), _link(data), _picture(data, at_least=64)
        )


@dataclass(frozen=True)
class Profile:
    """The listener at Spotify."""

    name: str
    url: str
    picture_url: str

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Profile:
        """Read the user object; the name may be null and the pictures none."""
        return cls(text_of(data.get("display_name")), _link(data), _picture(data, at_least=160))


@dataclass(frozen=True)
class Play:
    """A track and when it was played."""

    track: Track
    played_at: dt.datetime

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Play:
        """Read a play history object."""
        return cls(Track.from_json(data["track"]), dt.datetime.fromisoformat(data["played_at"]))


def _link(data: Mapping[str, Any]) -> str:
    return link_of((data.get("external_urls") or {}).get("spotify"))


def _picture(data: Mapping[str, Any], *, at_least: int) -> str:
    """The smallest picture that is large enough; sizes may be missing."""
    images = data.get("images") or []
    sized = sorted(images, key=lambda image: whole_of(image.get("width")) or 0)
    enough = [image for image in sized if (whole_of(image.get("width")) or 0) >= at_least]
    return link_of((enough or sized[::-1] or [{}])[0].get("url"))
