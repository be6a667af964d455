"""Where a song's audio comes from."""

from classifier.sources.chain import audio_of

__all__ = ["audio_of"]
