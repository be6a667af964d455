"""What a search outside found, as the picker shows it."""

from __future__ import annotations

from dataclasses import dataclass, field

from classifier.sources.deezer import DeezerTrack
from classifier.sources.musicbrainz import Recording
from journal.picker.links import DEEZER, MUSICBRAINZ, NAMES, SPOTIFY
from spotify_auth.web_api.records import Track


@dataclass(frozen=True)
class Result:
    """A song as a platform lists it; `preview` is the address of a clip that ends soon."""

    ref: str
    title: str
    artist: str
    url: str
    artwork_url: str = ""
    duration_ms: int | None = None
    year: int | None = None
    preview: str = ""

    @property
    def platform_name(self) -> str:
        """The platform as people call it."""
        return NAMES[self.ref.partition(":")[0]]

    @property
    def length(self) -> str:
        """Minutes and seconds, where they are known."""
        if not self.duration_ms:
            return ""
        minutes, seconds = divmod(round(self.duration_ms / 1000), 60)
        return f"{minutes}:{seconds:02d}"

    @classmethod
    def of_spotify(cls, track: Track) -> Result:
        """A track of Spotify's, which has no clips to hear any more."""
        return cls(
            ref=f"{SPOTIFY}:{track.id}",
            title=track.name,
            artist=track.artist,
            url=track.url,
            artwork_url=track.artwork_url,
            duration_ms=track.duration_ms,
            year=track.year,
        )

    @classmethod
    def of_deezer(cls, track: DeezerTrack) -> Result:
        """A track of Deezer's."""
        return cls(
            ref=f"{DEEZER}:{track.id}",
            title=track.title,
            artist=track.artist,
            url=track.link,
            artwork_url=track.cover,
            duration_ms=track.duration_ms,
            year=track.year,
            preview=track.preview,
        )

    @classmethod
    def of_musicbrainz(cls, recording: Recording) -> Result:
        """A recording of MusicBrainz's, which has neither covers nor clips."""
        return cls(
            ref=f"{MUSICBRAINZ}:{recording.id}",
            title=recording.title,
            artist=recording.artist,
            url=recording.link,
            duration_ms=recording.duration_ms,
            year=recording.year,
        )


@dataclass(frozen=True)
class Results:
    """What one platform found, or why it found nothing."""

    platform: str
    items: list[Result] = field(default_factory=list)
    next_offset: int | None = None
    error: str = ""

    @property
    def name(self) -> str:
        """The platform as people call it."""
        return NAMES.get(self.platform, self.platform)
