import json
from typing import Any


class KeySerializer:
    """Sessions as JSON, like Django's own, where allauth notes the key of a second factor."""

    def dumps(self, session: dict[str, Any]) -> bytes:
        """Write a session; MongoDB's keys as text."""
        return json.dumps(session, separators=(",", ":"), default=str).encode("latin-1")

    def loads(self, data: bytes) -> dict[str, Any]:
        return dict(json.loads(data.decode("latin-1")))
