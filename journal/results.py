"""What a search outside found, as the picker shows it."""

from collections.abc import Sequence
from dataclasses import dataclass

from journal.picker.links import NAMES
from journify.outbound.tracks import OutsideTrack


@dataclass(frozen=True)
class Results:
    """What one platform found, or why it found nothing."""

    platform: str
    items: Sequence[OutsideTrack] = ()
    next_offset: int | None = None
    error: str = ""

    @property
    def name(self) -> str:
        """The platform as people call it."""
        return NAMES.get(self.platform, self.platform)
