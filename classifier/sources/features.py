"""Track features from outside, for songs that no clip can be had of. Off unless switched on.

ReccoBeats says nothing of where its numbers come from, and Spotify's may only be used by those
whose agreement with Spotify allows it; docs/platforms.md says more. The song's own facts stay out
of the row: they may come from Spotify, which forbids them as a model's input.
"""

import logging
from collections.abc import Callable, Mapping
from typing import Any

from django.conf import settings

from classifier.models import Song
from classifier.sources.remote import PATIENCE_SECONDS
from journify.outbound.errors import NotFoundError, PlatformError
from journify.outbound.fields import isrc_of, mapping_of, number_of, text_of, usable_items
from journify.outbound.session import Platform

logger = logging.getLogger(__name__)

Features = Mapping[str, object]

LARGEST_NUMBER = 1e9

# What our network may be told: more is not taken, so that no new field slips in unseen.
NAMES = (
    *("acousticness", "danceability", "energy", "instrumentalness", "liveness", "loudness"),
    *("speechiness", "valence", "key", "tempo", "time_signature"),
)


def features_of(song: Song) -> tuple[Features, str] | None:
    """Return the song's features and their source, or None where no source has them."""
    for name in settings.FEATURE_SOURCES:
        if name not in SOURCES:
            continue  # "clip": the models listen to the clip themselves
        try:
            found = SOURCES[name](song)
        except PlatformError as error:
            logger.info("song %s: no features from %s: %s", song.pk, name, type(error).__name__)
            continue
        return {key: found[key] for key in NAMES if found.get(key) is not None}, name
    return None


def _from_reccobeats(song: Song) -> Features:
    """Ask by Spotify id or ISRC; answers come in no order, and unknown tracks are left out."""
    wanted = song.spotify_id or song.isrc
    if not wanted:
        raise NotFoundError("reccobeats")
    platform = Platform("reccobeats", PATIENCE_SECONDS)
    url = f"{settings.PLATFORM_URLS['reccobeats']}/v1/audio-features"
    found = platform.answer_to("GET", url, params={"ids": wanted})
    with platform.reading():
        content = mapping_of(found).get("content")
        for row in usable_items("reccobeats", content, dict):
            is_link = song.spotify_id and text_of(row.get("href")).endswith(f"/{song.spotify_id}")
            if is_link or (song.isrc and isrc_of(row.get("isrc")) == isrc_of(song.isrc)):
                return _numbers(row)
    raise NotFoundError("reccobeats")


def _from_spotify(song: Song) -> Features:
    """Ask Spotify's audio features, which apps made after November 2024 do not have."""
    if not song.spotify_id or not settings.SPOTIFY_ENABLED:
        raise NotFoundError("spotify")
    bearer = {"Authorization": f"Bearer {_app_token()}"}
    platform = Platform("spotify", PATIENCE_SECONDS)
    url = f"{settings.PLATFORM_URLS['spotify']}/v1/audio-features/{song.spotify_id}"
    found = platform.answer_to("GET", url, headers=bearer)
    with platform.reading():
        return _numbers(found)


def _numbers(row: Mapping[str, Any]) -> Features:
    """Keep the finite numbers: anything else would stop the network."""
    numbers = {key: number_of(value) for key, value in row.items()}
    return {
        key: value
        for key, value in numbers.items()
        if value is not None and abs(value) <= LARGEST_NUMBER
    }


def _app_token() -> str:
    """Get a token of the app itself (client credentials): no listener is involved."""
    platform = Platform("spotify-accounts", PATIENCE_SECONDS)
    found = platform.answer_to(
        "POST",
        f"{settings.PLATFORM_URLS['spotify-accounts']}/api/token",
        data={"grant_type": "client_credentials"},
        auth=(settings.SPOTIFY_CLIENT_ID, settings.SPOTIFY_CLIENT_SECRET),
    )
    with platform.reading():
        return str(found["access_token"])


SOURCES: dict[str, Callable[[Song], Features]] = {
    "reccobeats": _from_reccobeats,
    "spotify": _from_spotify,
}
