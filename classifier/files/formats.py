"""The kinds of audio files: by extension, what they are called, and which of them are heard."""

from pathlib import PurePath
from typing import NamedTuple


class Format(NamedTuple):
    """A kind of file: its media type, and its name as people say it."""

    media_type: str
    kind: str


# Media type, name and extensions; spelled out, as what `mimetypes` knows differs by the machine.
_KINDS = (
    ("audio/mpeg", "MP3", "mp3"),
    ("audio/mpeg", "MP2", "mp2 m2a"),
    ("audio/mpeg", "MPEG audio", "mpga"),
    ("audio/mp4", "MPEG-4", "m4a m4b m4r mp4"),
    ("audio/3gpp", "3GP", "3gp"),
    ("audio/3gpp2", "3GP", "3g2"),
    ("audio/aac", "AAC", "aac"),
    ("audio/ac3", "AC-3", "ac3"),
    ("audio/eac3", "E-AC-3", "eac3 ec3"),
    ("audio/vnd.dts", "DTS", "dts"),
    ("audio/ogg", "Ogg", "ogg oga"),
    ("audio/ogg", "Opus", "opus"),
    ("audio/ogg", "Speex", "spx"),
    ("audio/flac", "FLAC", "flac"),
    ("audio/wav", "WAV", "wav wave bwf rf64"),
    ("audio/x-w64", "Wave64", "w64"),
    ("audio/webm", "WebM", "webm weba"),
    ("audio/x-matroska", "Matroska", "mka"),
    ("audio/aiff", "AIFF", "aif aiff aifc"),
    ("audio/amr", "AMR", "amr"),
    ("audio/amr-wb", "AMR", "awb"),
    ("audio/x-ape", "Monkey's Audio", "ape"),
    ("audio/basic", "AU", "au snd"),
    ("audio/x-caf", "CAF", "caf"),
    ("audio/x-dff", "DSD", "dff"),
    ("audio/x-dsf", "DSD", "dsf"),
    ("audio/x-musepack", "Musepack", "mpc mpp"),
    ("audio/x-shorten", "Shorten", "shn"),
    ("audio/x-tak", "TAK", "tak"),
    ("audio/x-tta", "TTA", "tta"),
    ("audio/x-ms-wma", "WMA", "wma"),
    ("audio/x-wavpack", "WavPack", "wv"),
)
FORMATS = {
    extension: Format(media_type, kind)
    for media_type, kind, extensions in _KINDS
    for extension in extensions.split()
}

# What people have beside their songs and nothing here decodes: named, so that nobody has to guess.
_UNHEARD_KINDS = {
    "Audible": "aa aax aaxc",
    "AC-4": "ac4",
    "CD audio": "cda",
    "Tracker": "it mod s3m xm",
    "MIDI": "kar mid midi",
    "Protected iTunes": "m4p",
    "MLP": "mlp",
    "OptimFROG": "ofr",
    "ATRAC": "oma",
    "RealAudio": "ra ram rm",
    "TrueHD": "thd",
    "Creative Voice": "voc",
    "TwinVQ": "vqf",
}
UNHEARD = {
    extension: kind
    for kind, extensions in _UNHEARD_KINDS.items()
    for extension in extensions.split()
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
    name = _extension(filename)
    return f".{name}" if name in FORMATS else ""


def media_type(filename: str) -> str:
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
