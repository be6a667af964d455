"""Real audio files of every common format, broken as disks, lines and people break them."""

import random
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from ml.tests.sounds import music, write

Named = tuple[str, bytes]

FORMATS = {
    "mp3": ("libmp3lame", 22050, None),
    "m4a": ("aac", 22050, None),
    "aac": ("aac", 22050, "adts"),
    "opus": ("libopus", 48000, "ogg"),
    "flac": ("flac", 22050, None),
    "wav": ("pcm_s16le", 22050, None),
    "aiff": ("pcm_s16be", 22050, None),
    "webm": ("libopus", 48000, None),
}
FLIPS = (1, 3, 10, 30, 100, 300, 1000, 3000)
KEEP = (0.001, 0.01, 0.1, 0.3, 0.5, 0.9, 0.99)
HEADER = 256


def sound_files() -> dict[str, bytes]:
    """Five seconds of the same music in each format, by extension."""
    files = {}
    with TemporaryDirectory() as folder:
        for extension, (codec, rate, container) in FORMATS.items():
            path = Path(folder) / f"song.{extension}"
            write(path, music(5, rate), rate=rate, codec=codec, container=container)
            files[extension] = path.read_bytes()
    return files


def broken_files(sound: dict[str, bytes]) -> Iterator[Named]:
    """Yield bit flips, broken headers, truncations, splices and wrong names of good files."""
    chance = random.Random(8)
    for extension, content in sound.items():
        for count in FLIPS:
            yield f"flips-{count}.{extension}", _flipped(content, count, len(content), chance)
            yield f"header-{count}.{extension}", _flipped(content, count // 8 + 1, HEADER, chance)
        for share in KEEP:
            yield f"truncated-{share}.{extension}", content[: int(len(content) * share)]
        yield f"beheaded.{extension}", content[HEADER:]
        yield f"repeated.{extension}", content * 3
        yield f"holes.{extension}", _with_holes(content, chance)
        yield f"backwards.{extension}", content[::-1]
        for other, theirs in sound.items():
            if other != extension:
                yield f"spliced-{extension}-{other}.{extension}", content[:HEADER] + theirs[HEADER:]
        wrong = chance.choice([other for other in sound if other != extension])
        yield f"really-{extension}.{wrong}", content


def _flipped(content: bytes, count: int, within: int, chance: random.Random) -> bytes:
    changed = bytearray(content)
    for _ in range(count):
        changed[chance.randrange(min(within, len(changed)))] ^= 1 << chance.randrange(8)
    return bytes(changed)


def _with_holes(content: bytes, chance: random.Random) -> bytes:
    changed = bytearray(content)
    for _ in range(20):
        start = chance.randrange(len(changed))
        changed[start : start + 64] = bytes(len(changed[start : start + 64]))
    return bytes(changed)
