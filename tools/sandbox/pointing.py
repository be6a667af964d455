"""Settings that point the app at the stand-in, for tests and measurements."""

from __future__ import annotations

from typing import Any

from django.conf import settings

from tools.sandbox.world import CLIENT_ID, CLIENT_SECRET


def platform_settings(url: str) -> dict[str, Any]:
    """Settings that point every platform at the stand-in."""
    return {
        "SANDBOX_URL": url,
        "DEEZER_API_URL": f"{url}/deezer",
        "ITUNES_API_URL": f"{url}/itunes",
        "LISTENBRAINZ_API_URL": f"{url}/listenbrainz",
        "LASTFM_API_URL": f"{url}/lastfm",
        "LASTFM_API_KEY": "sandbox",
        "DEEZER_SEARCH": True,
        "RECCOBEATS_API_URL": f"{url}/reccobeats",
        "MUSICBRAINZ_API_URL": f"{url}/musicbrainz",
        "CONTACT": "https://journal.example",
        "SPOTIFY_API_URL": f"{url}/spotify",
        "SPOTIFY_ACCOUNTS_URL": f"{url}/spotify-accounts",
        "SPOTIFY_CLIENT_ID": CLIENT_ID,
        "SPOTIFY_CLIENT_SECRET": CLIENT_SECRET,
        "SPOTIFY_ENABLED": True,
        "SOCIALACCOUNT_PROVIDERS": {
            "spotify": settings.SOCIALACCOUNT_PROVIDERS["spotify"]
            | {"APPS": [{"client_id": CLIENT_ID, "secret": CLIENT_SECRET, "key": ""}]}
        },
        "CLIP_SOURCES": ["upload", "deezer", "itunes"],
    }
