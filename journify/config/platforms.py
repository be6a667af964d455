"""Where outside platforms are, and how often they may be called."""

from __future__ import annotations

# Beside what stands for each of them in the stand-in: https://host/name.
URLS = {
    "deezer": "https://api.deezer.com",
    "itunes": "https://itunes.apple.com",
    "reccobeats": "https://api.reccobeats.com",
    "listenbrainz": "https://api.listenbrainz.org",
    "lastfm": "https://ws.audioscrobbler.com",
    "musicbrainz": "https://musicbrainz.org",
    "spotify": "https://api.spotify.com",
    "spotify-accounts": "https://accounts.spotify.com",
}
# Calls in any so many seconds; ReccoBeats publishes none and gets a modest one.
RATES = {
    "deezer": (50, 5.0),
    "itunes": (20, 60.0),
    "reccobeats": (10, 10.0),
    "listenbrainz": (10, 10.0),
    "lastfm": (10, 5.0),
    "musicbrainz": (1, 1.1),
    "deezer-links": (10, 10.0),
    "spotify-links": (10, 10.0),
    "push": (200, 5.0),
}


def platform_urls(sandbox: str) -> dict[str, str]:
    """Return where each platform is called, or its stand-in where there is one."""
    return {name: f"{sandbox}/{name}" for name in URLS} if sandbox else dict(URLS)
