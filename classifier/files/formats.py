"""The kinds of audio files: by extension, what they are called, and which of them are heard."""

from pathlib import PurePath
from typing import NamedTuple


class Format(NamedTuple):
    """A kind of file: its media type, and its name as people say it."""

    media_type: str
    kind: str


# Spelled out: what `mimetypes` knows differs from machine to machine.
FORMATS = {
    "mp3": Format("audio/mpeg", "MP3"),
    "mp2": Format("audio/mpeg", "MP2"),
    "mpga": Format("audio/mpeg", "MPEG audio"),
    "m2a": Format("audio/mpeg", "MP2"),
    "m4a": Format("audio/mp4", "MPEG-4"),
    "m4b": Format("audio/mp4", "MPEG-4"),
    "m4r": Format("audio/mp4", "MPEG-4"),
    "mp4": Format("audio/mp4", "MPEG-4"),
    "3gp": Format("audio/3gpp", "3GP"),
    "3g2": Format("audio/3gpp2", "3GP"),
    "aac": Format("audio/aac", "AAC"),
    "ac3": Format("audio/ac3", "AC-3"),
    "eac3": Format("audio/eac3", "E-AC-3"),
    "ec3": Format("audio/eac3", "E-AC-3"),
    "dts": Format("audio/vnd.dts", "DTS"),
    "ogg": Format("audio/ogg", "Ogg"),
    "oga": Format("audio/ogg", "Ogg"),
    "opus": Format("audio/ogg", "Opus"),
    "spx": Format("audio/ogg", "Speex"),
    "flac": Format("audio/flac", "FLAC"),
    "wav": Format("audio/wav", "WAV"),
    "wave": Format("audio/wav", "WAV"),
    "bwf": Format("audio/wav", "WAV"),
    "rf64": Format("audio/wav", "WAV"),
    "w64": Format("audio/x-w64", "Wave64"),
    "webm": Format("audio/webm", "WebM"),
    "weba": Format("audio/webm", "WebM"),
    "mka": Format("audio/x-matroska", "Matroska"),
    "aif": Format("audio/aiff", "AIFF"),
    "aiff": Format("audio/aiff", "AIFF"),
    "aifc": Format("audio/aiff", "AIFF"),
    "amr": Format("audio/amr", "AMR"),
    "awb": Format("audio/amr-wb", "AMR"),
    "ape": Format("audio/x-ape", "Monkey's Audio"),
    "au": Format("audio/basic", "AU"),
    "snd": Format("audio/basic", "AU"),
    "caf": Format("audio/x-caf", "CAF"),
    "dff": Format("audio/x-dff", "DSD"),
    "dsf": Format("audio/x-dsf", "DSD"),
    "mpc": Format("audio/x-musepack", "Musepack"),
    "mpp": Format("audio/x-musepack", "Musepack"),
    "shn": Format("audio/x-shorten", "Shorten"),
    "tak": Format("audio/x-tak", "TAK"),
    "tta": Format("audio/x-tta", "TTA"),
    "wma": Format("audio/x-ms-wma", "WMA"),
    "wv": Format("audio/x-wavpack", "WavPack"),
}

# What people have beside their songs and nothing here decodes: named, so that nobody has to guess.
UNHEARD = {
    "aa": "Audible",
    "aax": "Audible",
    "aaxc": "Audible",
    "ac4": "AC-4",
    "cda": "CD audio",
    "it": "Tracker",
    "kar": "MIDI",
    "m4p": "Protected iTunes",
    "mid": "MIDI",
    "midi": "MIDI",
    "mlp": "MLP",
    "mod": "Tracker",
    "ofr": "OptimFROG",
    "oma": "ATRAC",
    "ra": "RealAudio",
    "ram": "RealAudio",
    "rm": "RealAudio",
    "s3m": "Tracker",
    "thd": "TrueHD",
    "voc": "Creative Voice",
    "vqf": "TwinVQ",
    "xm": "Tracker",
}

# Containers (see `ml.audio.source.DEMUXERS`) that are called otherwise than their files.
CALLED_OTHERWISE = {"asf": "wma", "iff": "dff", "matroska": "webm", "mov": "m4a", "mpc8": "mpc"}


def _extension(filename: str) -> str:
    """Return what comes after the last dot of a name, in lower case."""
    return PurePath(filename).suffix.lower().removeprefix(".")


def extension_of(container: str) -> str:
    """Extension for a container that `ml.audio.loading.container_of` names; "" if unknown."""
    name = CALLED_OTHERWISE.get(container, container)
    return name if name in FORMATS else ""


def known_suffix(filename: str) -> str:
    """Return the suffix of a name where it is one of ours, else ""."""
    name = _extension(filename)
    return f".{name}" if name in FORMATS else ""


def media_type(filename: str) -> str:
    """What to call a file when it is played."""
    known = FORMATS.get(_extension(filename))
    return known.media_type if known else "application/octet-stream"


def is_named_like_audio(filename: str) -> bool:
    """Whether a name has an extension of audio, be it heard or not."""
    return _extension(filename) in FORMATS.keys() | UNHEARD.keys()


def explained(code: str, sentence: str, filename: str) -> str:
    """Say why a `ClipError` refused a file: by its kind where that is the reason."""
    name = _extension(filename)
    kind = UNHEARD.get(name) if code == "unreadable" else None
    if code == "no-decoder" and name in FORMATS:
        kind = FORMATS[name].kind
    if kind is None:
        return sentence
    return f"{kind} files cannot be heard here; convert this one to MP3 or FLAC first."


def accepted() -> str:
    """What a form for files takes, for its `accept`: some systems know few types of audio."""
    return ",".join(["audio/*", *(f".{name}" for name in FORMATS)])
