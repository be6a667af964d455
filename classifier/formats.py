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
    "webm": "audio/webm",
    "mka": "audio/x-matroska",
    "aif": "audio/aiff",
    "aiff": "audio/aiff",
    "amr": "audio/amr",
    "ape": "audio/x-ape",
    "au": "audio/basic",
    "caf": "audio/x-caf",
    "tta": "audio/x-tta",
    "w64": "audio/x-w64",
    "wma": "audio/x-ms-wma",
    "wv": "audio/x-wavpack",
}
AUDIO_EXTENSIONS = list(AUDIO_TYPES)

# Containers (see `ml.audio.DEMUXERS`) that are called otherwise than their files.
CALLED_OTHERWISE = {"asf": "wma", "matroska": "webm", "mov": "m4a"}


def extension_of(container: str) -> str:
    """Extension for a file of a container, as `ml.audio.container_of` names it; "" if unknown."""
    extension = CALLED_OTHERWISE.get(container, container)
    return extension if extension in AUDIO_TYPES else ""
