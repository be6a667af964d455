"""Where somebody is signed in."""

from typing import Any

from allauth.usersessions.models import UserSession
from django.utils.translation import gettext as _

from journify.web.http import SignedInRequest

# What a browser calls itself names its ancestors too, so the youngest comes first.
BROWSERS = {
    "Edg": "Edge",
    "OPR/": "Opera",
    "SamsungBrowser": "Samsung Internet",
    "Firefox": "Firefox",
    "FxiOS": "Firefox",
    "CriOS": "Chrome",
    "Chrome": "Chrome",
    "Safari": "Safari",
}
SYSTEMS = {
    "iPhone": "iPhone",
    "iPad": "iPad",
    "Android": "Android",
    "Windows": "Windows",
    "Mac OS": "macOS",
    "CrOS": "ChromeOS",
    "Linux": "Linux",
}


def devices_of(request: SignedInRequest) -> list[dict[str, Any]]:
    """List the listener's signed-in browsers, this one first; forget what has ended."""
    rows = UserSession.objects.purge_and_list(request.user)
    this = request.session.session_key
    if all(row.session_key != this for row in rows):
        # signed in before these were written down
        UserSession.objects.create_from_request(request)
        rows = UserSession.objects.purge_and_list(request.user)
    rows.sort(key=lambda row: (row.session_key != this, -row.created_at.timestamp()))
    return [
        {
            "pk": row.pk,
            "name": browser_name(row.user_agent),
            "address": row.ip,
            "since": row.created_at,
            "is_this": row.session_key == this,
        }
        for row in rows
    ]


TOO_LONG = 19  # for a key: 64 bits have no more digits


def sign_out(request: SignedInRequest, pk: str) -> int:
    """End one other session of the listener, or all others; returns how many that were."""
    others = UserSession.objects.filter(user=request.user).exclude(
        session_key=request.session.session_key
    )
    if pk:
        others = others.filter(pk=pk) if pk.isdecimal() and len(pk) < TOO_LONG else others.none()
    rows = list(others)
    for row in rows:
        row.end()
    return len(rows)


def browser_name(user_agent: str) -> str:
    """Call a browser as people do: "Firefox, Linux"."""
    found = [
        next((name for mark, name in names.items() if mark in user_agent), "")
        for names in (BROWSERS, SYSTEMS)
    ]
    return ", ".join(filter(None, found)) or _("A browser we do not know")
