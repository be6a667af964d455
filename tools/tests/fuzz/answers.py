"""Answers of platforms as hypothesis invents them: real ones with anything in any place."""

import json
from typing import Any

from hypothesis import strategies as st

ODD = (
    *("", "\x00", "\ud800", "a\x1b[2J\r\n", "9" * 5000, "javascript:alert(1)", "//evil.example"),
    *("http://127.0.0.1/", "https://user:word@evil.example/", "https://[", "../../etc/passwd"),
    *(0, -1, 2**31, 10**400, 1e308, float("inf"), float("nan"), True, None, [], {}, [[]], {"": {}}),
)
SAMPLES: dict[str, Any] = {
    "deezer": {
        "data": [
            {
                "id": 3135556,
                "title": "Harder",
                "readable": True,
                "isrc": "GBDUW0000059",
                "link": "https://www.deezer.com/track/3135556",
                "duration": 224,
                "preview": "https://cdnt-preview.dzcdn.net/api/1/1/x.mp3",
                "artist": {"name": "Daft Punk"},
                "album": {"title": "Discovery"},
            }
        ],
        "next": "https://api.deezer.com/search?index=25",
        "error": {"type": "DataException", "message": "no data", "code": 800},
    },
    "itunes": {
        "resultCount": 1,
        "results": [
            {
                "trackName": "Harder",
                "artistName": "Daft Punk",
                "trackTimeMillis": 224_000,
                "previewUrl": "https://audio-ssl.itunes.apple.com/x.m4a",
            }
        ],
    },
    "reccobeats": {
        "content": [
            {
                "href": "https://open.spotify.com/track/abc",
                "isrc": "GBDUW0000059",
                "energy": 0.5,
                "valence": 0.4,
                "tempo": 123.1,
            }
        ]
    },
    "spotify": {
        "tracks": {
            "next": None,
            "items": [
                {
                    "id": "abc",
                    "name": "Harder",
                    "artists": [{"name": "Daft Punk"}],
                    "album": {"name": "D", "images": [{"url": "https://i.scdn.co/a", "width": 64}]},
                    "external_urls": {"spotify": "https://open.spotify.com/track/abc"},
                    "external_ids": {"isrc": "GBDUW0000059"},
                    "duration_ms": 224_000,
                }
            ],
        },
        "display_name": "Ada",
        "images": [{"url": "https://i.scdn.co/b", "width": 300}],
        "played_at": "2026-11-25T12:00:00Z",
        "access_token": "a",
        "refresh_token": "r",
        "expires_in": 3600,
        "error": {"status": 429, "reason": "QUOTA_EXCEEDED"},
    },
}

anything = st.recursive(
    st.sampled_from(ODD) | st.floats() | st.integers() | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4)
    ),
    max_leaves=8,
)


@st.composite
def bodies(draw: st.DrawFn, platform: str) -> bytes:
    """Draw the body of an answer: a real one with things replaced, any JSON, or any bytes."""
    kind = draw(st.integers(0, 9))
    if kind == 0:
        return draw(st.binary(max_size=200))
    if kind == 1:
        depth = draw(st.sampled_from((10, 1000, 100_000)))
        return b"[" * depth + b"]" * depth
    document = SAMPLES[platform]
    for _ in range(draw(st.integers(0, 4))):
        document = with_one_replaced(draw, document)
    if kind == 2:
        document = draw(anything)
    return json.dumps(document).encode()


def with_one_replaced(draw: st.DrawFn, node: Any) -> Any:
    """Walk down at random, and put anything where the walk ends; or leave a key out."""
    if isinstance(node, dict) and node and draw(st.integers(0, 4)):
        key = draw(st.sampled_from(sorted(node)))
        if not draw(st.integers(0, 7)):
            return {other: value for other, value in node.items() if other != key}
        return node | {key: with_one_replaced(draw, node[key])}
    if isinstance(node, list) and node and draw(st.integers(0, 4)):
        at = draw(st.integers(0, len(node) - 1))
        return [*node[:at], with_one_replaced(draw, node[at]), *node[at + 1 :]]
    return draw(anything)
