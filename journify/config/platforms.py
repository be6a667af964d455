"""Who is called outside, where they are, and how often they may be called."""

from typing import NamedTuple


class Outside(NamedTuple):
    """What a listener reads, the address (none where it comes with the link), calls in seconds."""

    name: str
    address: str = ""
    rate: tuple[int, float] | None = None


# In the stand-in, each is at https://host/key. ReccoBeats publishes no rate and gets a modest one.
PLATFORMS = {
    "deezer": Outside("Deezer", "https://api.deezer.com", (50, 5.0)),
    "itunes": Outside("Apple", "https://itunes.apple.com", (20, 60.0)),
    "reccobeats": Outside("ReccoBeats", "https://api.reccobeats.com", (10, 10.0)),
    "listenbrainz": Outside("ListenBrainz", "https://api.listenbrainz.org", (10, 10.0)),
    "lastfm": Outside("Last.fm", "https://ws.audioscrobbler.com", (10, 5.0)),
    "musicbrainz": Outside("MusicBrainz", "https://musicbrainz.org", (1, 1.1)),
    "spotify": Outside("Spotify", "https://api.spotify.com"),
    "spotify-accounts": Outside("Spotify", "https://accounts.spotify.com"),
    "deezer-links": Outside("Deezer", rate=(10, 10.0)),
    "spotify-links": Outside("Spotify", rate=(10, 10.0)),
    "push": Outside("Push", rate=(200, 5.0)),
}
# Of browsers: https://developer.mozilla.org/en-US/docs/Web/API/Push_API
PUSH_HOSTS = [
    "fcm.googleapis.com",
    "updates.push.services.mozilla.com",
    "*.push.apple.com",
    "*.notify.windows.com",
]
RATES = {key: each.rate for key, each in PLATFORMS.items() if each.rate}


def platform_urls(sandbox: str) -> dict[str, str]:
    """Return where each platform is called, or its stand-in where there is one."""
    addresses = {key: each.address for key, each in PLATFORMS.items() if each.address}
    return {key: f"{sandbox}/{key}" for key in addresses} if sandbox else addresses
