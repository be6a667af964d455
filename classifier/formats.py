"""The audio files we take, by extension, and what to call them when they are played."""

from __future__ import annotations

# Spelled out: what `mimetypes` knows differs from machine to machine.
AUDIO_TYPES = {
    "mp3": "audio/mpeg",
    "m4a": "audio/mp4",
    "mp4": "audio/mp4",
    "aac": "audio/aac",
    "ogg": "audio/ogg",
    "oga": "audio/ogg",
    "opus": "audio/ogg",
    "flac": "audio/flac",
    "wav": "audio/wav",
}
AUDIO_EXTENSIONS = list(AUDIO_TYPES)
