"""Where a song's audio comes from."""

from __future__ import annotations

from classifier.sources.chain import audio_of

__all__ = ["audio_of"]
