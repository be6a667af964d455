"""Headers of every answer, and what its page may load.

https://django-csp.readthedocs.io/
"""

from collections.abc import Iterable
from typing import Any

# https://developer.mozilla.org/en-US/docs/Web/HTTP/Reference/Headers/Permissions-Policy
RESPONSE_HEADERS = {
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": ", ".join(
        f"{feature}=()"
        for feature in (
            *("accelerometer", "camera"),
            *("display-capture", "encrypted-media", "geolocation", "gyroscope", "hid"),
            *("idle-detection", "local-fonts", "magnetometer", "microphone", "midi", "payment"),
            *("screen-wake-lock", "serial", "usb", "xr-spatial-tracking"),
        )
    ),
    "X-Content-Type-Options": "nosniff",
}


def content_security_policy(
    *, images: Iterable[str], files: Iterable[str], forms: Iterable[str]
) -> dict[str, Any]:
    """Allow ourselves, and besides images, what is played and shown, and where forms may lead."""
    return {
        "DIRECTIVES": {
            "default-src": ["'self'"],
            "base-uri": ["'self'"],
            # a form's redirect counts too, and signing in with Spotify is one
            "form-action": ["'self'", *forms],
            "frame-ancestors": ["'none'"],
            "img-src": ["'self'", "data:", *dict.fromkeys([*images, *files])],
            "media-src": ["'self'", "blob:", *files],
            "object-src": ["'none'"],
        }
    }
