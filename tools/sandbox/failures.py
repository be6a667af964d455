"""What can be made to go wrong, by name. `manage.py sandbox --list-failures` prints this table."""

import json
from typing import Any

from tools.sandbox.world import Answer, as_json, error

# Where each body comes from is said in docs/platforms.md.
ANSWERS: dict[str, tuple[str, Answer]] = {
    "rate-limited": (
        "429 with Retry-After: 7",
        as_json(
            {"error": {"status": 429, "message": "API rate limit exceeded"}},
            status=429,
            **{"Retry-After": "7"},
        ),
    ),
    "quota": (
        "429 with the reason QUOTA_EXCEEDED",
        error(429, "Too many requests", reason="QUOTA_EXCEEDED"),
    ),
    "owner-premium": (
        "403: the app owner's Premium lapsed",
        error(403, "Active premium subscription required for the owner of the app."),
    ),
    "not-listed": (
        "403: the user is not on the app's list",
        Answer(403, b"User not registered in the Developer Dashboard", "text/plain"),
    ),
    "token-expired": ("401 as for an expired token", error(401, "The access token expired")),
    "invalid-grant": (
        "400 invalid_grant",
        as_json(
            {"error": "invalid_grant", "error_description": "Refresh token revoked"}, status=400
        ),
    ),
    "down": ("503", Answer(503, b"upstream connect error", "text/plain")),
    "forbidden": ("403 without a body, as Apple above its limit", Answer(403)),
    "no-json": ("200 with a page instead of JSON", Answer(200, b"<html>", "text/html")),
    "deezer-quota": (
        "Deezer's quota error, with status 200",
        as_json({"error": {"type": "Exception", "message": "Quota limit exceeded", "code": 4}}),
    ),
    "deezer-no-data": (
        "Deezer's answer for what it does not have, with status 200",
        as_json({"error": {"type": "DataException", "message": "no data", "code": 800}}),
    ),
    "expired-preview": ("403 as for a signed address that ran out", Answer(403)),
    "redirect-private": (
        "a redirect to an address of the private network",
        Answer(302, headers={"Location": "http://169.254.169.254/latest/meta-data/"}),
    ),
    "slow": ("the right answer after 12 s", Answer(delay=12.0)),
    "reset": ("the connection is reset", Answer(reset=True)),
    "truncated": ("the right answer, cut off half-way", Answer(cut_after=-1)),
    "not-audio": ("200 with text where audio should be", Answer(200, b"no song" * 99)),
    "unreadable": ("Deezer's track without a preview in this country", Answer()),
    "no-preview": ("Apple's song without a preview", Answer()),
    "odd-items": ("lists with null, a local file, an episode and an item without id", Answer()),
}

# These need the right answer first and then spoil it.
SPOILERS = {"slow", "truncated", "unreadable", "no-preview", "odd-items"}


def spoil(kind: str, right: Answer) -> Answer:
    """Turn the right answer into what a platform sends on a bad day."""
    if kind == "slow":
        right.delay = ANSWERS[kind][1].delay
    elif kind == "truncated":
        right.cut_after = len(right.body) // 2
    else:
        payload = json.loads(right.body)
        (_with_odd_items if kind == "odd-items" else _without_previews)(payload)
        right.body = json.dumps(payload).encode()
    return right


def _with_odd_items(payload: dict[str, Any]) -> None:
    """Put what a list may hold besides what we look for in front of every list of items."""
    for value in [payload, *payload.values()]:
        for name in ("items", "data", "results", "content"):
            rows = value.get(name) if isinstance(value, dict) else None
            if not isinstance(rows, list) or not rows:
                continue
            whole = rows[0].get("track")
            odd = [row if whole is None else {"track": row} for row in _odd(whole or rows[0])]
            rows[:0] = [None, *odd]


def _odd(track: dict[str, Any]) -> list[dict[str, Any] | None]:
    nothing = dict.fromkeys(track)
    local = track | {"id": None, "is_local": True, "name": "On my disk", "kind": "book"}
    return [None, nothing, local, track | {"id": None, "type": "episode", "kind": "music-video"}]


def _without_previews(payload: dict[str, object]) -> None:
    """Blank the previews of Deezer's and Apple's objects, as they come for some countries."""
    rows = payload.get("data") or payload.get("results") or [payload]
    for row in rows if isinstance(rows, list) else []:
        if "preview" in row:
            row |= {"readable": False, "preview": ""}
        row.pop("previewUrl", None)
