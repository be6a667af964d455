"""A play: one song that somebody listened to, as every export tells it."""

import datetime as dt
import unicodedata
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

# Shorter plays were skipped: Last.fm, Spotify's own counts and ListenBrainz draw the line here.
MIN_SECONDS = 30
# Spotify began in 2008, Last.fm in 2002; a device with a wrong clock writes 1970.
FIRST_YEAR = 2002
MAX_CHARACTERS = 200


class HistoryRejectedError(Exception):
    """A file that cannot be read as a history; says in a sentence what was recognised."""


@dataclass(frozen=True, slots=True)
class Play:
    """One song, and when it was played.

    `started_at`: when the play began, in UTC. None for a song that stands in a list: it was never
    timed.
    `seconds`: how long it was heard; 0 where the export does not say.
    `isrc`, `spotify_id`: identifiers of the recording, where the export has them.
    """

    artist: str
    title: str
    started_at: dt.datetime | None
    seconds: int = 0
    album: str = ""
    spotify_id: str = ""
    isrc: str = ""

    @property
    def is_skipped(self) -> bool:
        """Whether it was ended too early to count as listened to."""
        return 0 < self.seconds < MIN_SECONDS


def play_of(
    named: tuple[object, object],
    started_at: dt.datetime | None,
    *,
    seconds: int = 0,
    album: object = "",
    spotify_uri: object = "",
    isrc: object = "",
) -> Play | None:
    """Make a play of an artist, a title and what else an export says.

    None where one of the two is missing, or where the time is not believable.
    """
    names = _clean(named[0]), _clean(named[1])
    if not all(names):
        return None
    if started_at is not None and not _is_believable(started_at):
        return None
    return Play(
        *names,
        started_at,
        seconds=max(0, seconds),
        album=_clean(album),
        spotify_id=spotify_id_of(spotify_uri),
        isrc=_clean(isrc).upper()[:12],
    )


def _clean(value: object) -> str:
    """Return text without control characters and doubled spaces; nothing for what is no text."""
    if not isinstance(value, str):
        return ""
    text = unicodedata.normalize("NFC", value).replace("\0", "")
    return " ".join(text.split())[:MAX_CHARACTERS]


def song_key(artist: str, title: str) -> str:
    """Return what two spellings of the same song share: exports differ in case and in forms."""
    both = f"{artist}\n{title}"
    return " ".join(unicodedata.normalize("NFKC", both).casefold().split(" "))


def _is_believable(moment: dt.datetime) -> bool:
    """Whether a clock may have said so: not before there were histories, nor after tomorrow."""
    tomorrow = dt.datetime.now(dt.UTC) + dt.timedelta(days=1)
    return moment.year >= FIRST_YEAR and moment <= tomorrow


def moment_of(text: object, form: str | None = None) -> dt.datetime | None:
    """Read a time in UTC, by ISO 8601 or a `strptime` form; None where it is not one."""
    if not isinstance(text, str):
        return None
    try:
        if form is None:
            moment = dt.datetime.fromisoformat(text.strip().replace("Z", "+00:00"))
        else:
            moment = dt.datetime.strptime(text.strip(), form).replace(tzinfo=dt.UTC)
    except ValueError:
        return None
    try:
        return (moment if moment.tzinfo else moment.replace(tzinfo=dt.UTC)).astimezone(dt.UTC)
    except OverflowError:
        return None


def moment_of_seconds(value: Any) -> dt.datetime | None:
    """Read seconds since 1970, as a number or as text; None where they are none."""
    if isinstance(value, bool):
        return None
    try:
        return dt.datetime.fromtimestamp(int(float(value)), dt.UTC)
    except (TypeError, ValueError, OverflowError, OSError):
        return None


def seconds_of(milliseconds: Any) -> int:
    """Whole seconds of a number of milliseconds; 0 where it is none."""
    if isinstance(milliseconds, bool):
        return 0
    try:
        return max(0, min(int(float(milliseconds)) // 1000, 86_400))
    except (TypeError, ValueError, OverflowError):
        return 0


def spotify_id_of(uri: object) -> str:
    """Return the id in `spotify:track:…` or in a link to a track; nothing for anything else."""
    if not isinstance(uri, str):
        return ""
    parts = uri.split("?")[0].replace("/", ":").split(":")
    if len(parts) < 2 or parts[-2] != "track":
        return ""
    return parts[-1] if len(parts[-1]) == SPOTIFY_ID_LENGTH and parts[-1].isalnum() else ""


SPOTIFY_ID_LENGTH = 22

NOT_RECOGNISED = _(
    "This file is not a listening history we can read. We read Spotify (account data or "
    "extended history), Last.fm, ListenBrainz, Apple Music, YouTube Music, M3U lists and "
    "iTunes libraries."
)
