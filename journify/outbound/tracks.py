"""A track as a platform lists it."""

from dataclasses import dataclass
from typing import Any, ClassVar


@dataclass(frozen=True)
class OutsideTrack:
    """What all platforms tell; `preview` is never stored, because its address runs out."""

    platform: ClassVar[str]
    platform_name: ClassVar[str]

    id: Any  # as the platform has it: a number, or a text
    title: str
    artist: str
    album: str
    url: str
    artwork_url: str
    isrc: str
    duration_ms: int | None
    year: int | None = None
    preview: str = ""

    @property
    def ref(self) -> str:
        return f"{self.platform}:{self.id}"

    @property
    def length(self) -> str:
        if not self.duration_ms:
            return ""
        minutes, seconds = divmod(round(self.duration_ms / 1000), 60)
        return f"{minutes}:{seconds:02d}"
