"""Settings that point the app at the stand-in, for tests and measurements."""

from typing import Any

from django.conf import settings

from journify.config.platforms import platform_urls
from tools.sandbox.world import CLIENT_ID, CLIENT_SECRET


def platform_settings(url: str) -> dict[str, Any]:
    return {
        "SANDBOX_URL": url,
        "PLATFORM_URLS": platform_urls(url),
        "LASTFM_API_KEY": "sandbox",
        "DEEZER_SEARCH": True,
        "CONTACT": "https://journal.example",
        "SPOTIFY_CLIENT_ID": CLIENT_ID,
        "SPOTIFY_CLIENT_SECRET": CLIENT_SECRET,
        "SPOTIFY_ENABLED": True,
        "SOCIALACCOUNT_PROVIDERS": {
            "spotify": settings.SOCIALACCOUNT_PROVIDERS["spotify"]
            | {"APPS": [{"client_id": CLIENT_ID, "secret": CLIENT_SECRET, "key": ""}]}
        },
        "CLIP_SOURCES": ["upload", "deezer", "itunes"],
    }
