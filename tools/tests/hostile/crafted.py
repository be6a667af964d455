"""Files made to hurt: headers that lie, bombs, and things that are no audio at all."""

import gzip
import io
import itertools
import struct
import zipfile
import zlib
from collections.abc import Iterator

Named = tuple[str, bytes]

LARGEST = 0xFFFFFFFF
NOISE = bytes(range(256)) * 400  # 100 kB that is not silent


def crafted_files(sound: dict[str, bytes]) -> Iterator[Named]:
    """Yield them all."""
    yield from _no_audio()
    yield from _tags(sound["mp3"])
    yield from _archives(sound["wav"])
    yield from _wav_headers()
    yield from _other_headers(sound)
    yield from _nested(sound)


def _no_audio() -> Iterator[Named]:
    yield "empty.mp3", b""
    yield "one-byte.wav", b"R"
    yield "zeros.mp3", bytes(1_000_000)
    yield "ones.flac", b"\xff" * 1_000_000
    yield "sync-words.mp3", b"\xff\xfb\x90\x64" * 100_000
    yield "program.mp3", b"\x7fELF\x02\x01\x01" + NOISE
    yield "shell.mp3", b"#!/bin/sh\ntouch canary\n" * 1000
    yield "page.mp3", b"<!doctype html><script>alert(document.cookie)</script>" * 500
    yield "picture.m4a", b"\x89PNG\r\n\x1a\n" + NOISE
    yield "film.mp3", b"GIF89a" + NOISE
    yield "paper.mp3", b"%PDF-1.7\n" + NOISE
    yield "pickle.mp3", b"cposix\nsystem\n(S'touch canary'\ntR."
    yield "data.mp3", b'{"ok": true, "format": "mp3", "source_seconds": 5.0}\n' * 50
    yield "lines.mp3", b"\n" * 1_000_000


def _tags(mp3: bytes) -> Iterator[Named]:
    tag = b"ID3\x04\x00\x00"
    title = b"TIT2" + _syncsafe(1_000_001) + b"\x00\x00\x03" + b"t" * 1_000_000
    frame = b"TXXX" + _syncsafe(20) + b"\x00\x00\x03" + b"k" * 19
    packed = zlib.compress(bytes(50_000_000), 9)
    bomb = b"APIC" + _syncsafe(len(packed)) + b"\x00\x09" + packed
    script = b"\x03<script>alert(1)</script>\x00\x1b[2J\r\n{{ 7*7 }}"
    yield "tag-promises-256-mb.mp3", tag + b"\x7f\x7f\x7f\x7f" + mp3
    yield "tag-title-1-mb.mp3", tag + _syncsafe(len(title)) + title + mp3
    yield "tag-20000-frames.mp3", tag + _syncsafe(len(frame) * 20_000) + frame * 20_000 + mp3
    yield "tag-inflates-to-50-mb.mp3", tag + _syncsafe(len(bomb)) + bomb + mp3
    yield "tag-in-tag.mp3", (tag + _syncsafe(10)) * 20_000 + mp3
    yield "tag-negative-frame.mp3", tag + _syncsafe(20) + b"TIT2\xff\xff\xff\xff\x00\x00" * 2 + mp3
    text = b"TIT2" + _syncsafe(len(script)) + b"\x00\x00" + script
    yield "tag-markup.mp3", tag + _syncsafe(len(text)) + text + mp3
    yield "tag-alone.mp3", tag + _syncsafe(4096) + bytes(4096)
    yield "tag-lyrics-end.mp3", mp3 + b"LYRICSBEGIN" + b"9" * 50_000 + b"999999LYRICS200"
    yield (
        "tag-ape.mp3",
        mp3 + b"APETAGEX" + struct.pack("<IIII", 2000, LARGEST, LARGEST, 0) + bytes(8),
    )


def _archives(wav: bytes) -> Iterator[Named]:
    inner = _zipped("zeros.wav", bytes(50_000_000))
    yield "zip.mp3", _zipped("song.wav", wav)
    yield "zip-bomb.mp3", inner
    yield "zip-bomb-nested.mp3", _zipped("a.zip", _zipped("b.zip", inner))
    yield "zip-climbs-out.mp3", _zipped("../../../../canary", wav)
    yield "gzip-bomb.mp3", gzip.compress(bytes(50_000_000))
    yield "zip-after-song.wav", wav + _zipped("song.wav", wav)


def _wav_headers() -> Iterator[Named]:
    rates = (0, 1, 7, 384_001, 4_000_000, 0x7FFFFFFF, LARGEST)
    channels = (0, 1, 17, 255, 0xFFFF)
    for rate, count in itertools.product(rates, channels):
        yield f"wav-{rate}-hz-{count}-channels.wav", _wav(rate=rate, channels=count)
    for bits in (0, 1, 3, 7, 24, 64, 0xFFFF):
        yield f"wav-{bits}-bits.wav", _wav(bits=bits)
    for code in (0, 2, 3, 6, 0x11, 0x50, 0x55, 0x160, 0x161, 0xFFFE, 0xFFFF):
        yield f"wav-code-{code:04x}.wav", _wav(code=code)
    yield "wav-endless.wav", _wav(size=LARGEST)
    yield "wav-rf64.wav", b"RF64" + _wav(size=LARGEST)[4:]
    yield "wav-no-blocks.wav", _wav(align=0)
    yield "wav-float-nan.wav", _wav(code=3, bits=32, content=b"\x00\x00\xc0\x7f" * 150_000)
    yield "wav-float-huge.wav", _wav(code=3, bits=32, content=b"\xff\xff\x7f\x7f" * 150_000)
    yield "wav-silent.wav", _wav(content=bytes(300_000))
    yield "wav-10000-chunks.wav", _wav()[:36] + (b"LIST" + struct.pack("<I", 0)) * 10_000 + NOISE
    yield "wav-chunk-of-4-gb.wav", _wav()[:36] + b"junk" + struct.pack("<I", LARGEST) + NOISE


def _other_headers(sound: dict[str, bytes]) -> Iterator[Named]:
    flac = bytearray(sound["flac"])
    for place, size, name in ((8, 4, "blocks"), (12, 6, "frames"), (18, 8, "rate-and-length")):
        for fill in (0, 0xFF):
            changed = bytearray(flac)
            changed[place : place + size] = bytes([fill]) * size
            yield f"flac-{name}-{fill}.flac", bytes(changed)
    for exponent in (0x0000, 0x3FFF, 0x400D, 0x7FFE, 0x7FFF, 0xFFFF):  # an 80-bit float of the rate
        at = sound["aiff"].index(b"COMM") + 16
        rate = struct.pack(">HQ", exponent, 0xFFFFFFFFFFFFFFFF)
        yield f"aiff-rate-{exponent:04x}.aiff", sound["aiff"][:at] + rate + sound["aiff"][at + 10 :]
    for rate, count in itertools.product((0, 1, LARGEST), (0, 1, 0xFFFF, LARGEST)):
        header = struct.pack(">4sIIIII", b".snd", 24, LARGEST, 3, rate, count)
        yield f"au-{rate}-hz-{count}-channels.au", header + NOISE
    xing = sound["mp3"].find(b"Xing") if b"Xing" in sound["mp3"] else sound["mp3"].find(b"Info")
    promise = struct.pack(">III", 3, LARGEST, LARGEST)
    yield "mp3-promises-years.mp3", sound["mp3"][: xing + 4] + promise + sound["mp3"][xing + 16 :]
    for atom in (b"mvhd", b"mdhd", b"stts", b"stsz", b"stsc", b"stco", b"stsd", b"elst", b"esds"):
        at = sound["m4a"].find(atom)
        if at > 0:
            filled = b"\xff" * 16
            yield (
                f"m4a-{atom.decode()}.m4a",
                sound["m4a"][: at + 8] + filled + sound["m4a"][at + 24 :],
            )
            grown = struct.pack(">I", 0x7FFFFFFF)
            yield (
                f"m4a-{atom.decode()}-size.m4a",
                sound["m4a"][: at - 4] + grown + sound["m4a"][at:],
            )


def _nested(sound: dict[str, bytes]) -> Iterator[Named]:
    moov = b""
    for _ in range(3000):
        moov = struct.pack(">I4s", len(moov) + 8, b"moov") + moov
    brand = struct.pack(">I4s4sI", 16, b"ftyp", b"M4A ", 0)
    yield "m4a-3000-deep.m4a", brand + moov
    yield "m4a-100000-empty-atoms.m4a", brand + struct.pack(">I4s", 8, b"free") * 100_000
    yield (
        "mka-deep.mka",
        sound["webm"][:40] + b"\x18\x53\x80\x67\x01\xff\xff\xff\xff\xff\xff\xff" * 5000,
    )
    pages = b"".join(
        b"OggS\x00\x02" + bytes(8) + struct.pack("<III", n, 0, 0) + b"\x01\x13OpusHead" + bytes(11)
        for n in range(3000)
    )
    yield "ogg-3000-streams.ogg", pages
    yield "wav-in-wav.wav", _wav(content=_wav(content=_wav() * 20))
    yield "mp3-in-wav.wav", _wav(code=0x55, content=sound["mp3"])
    yield "wav-in-flac.flac", sound["flac"][:42] + sound["wav"]
    yield "aac-in-mp3.mp3", sound["mp3"][:5000] + sound["aac"] + sound["mp3"][5000:]


def _wav(
    *,
    rate: int = 22050,
    channels: int = 1,
    bits: int = 16,
    code: int = 1,
    align: int | None = None,
    size: int | None = None,
    content: bytes = NOISE,
) -> bytes:
    block = align if align is not None else min(channels * bits // 8, 0xFFFF)
    length = len(content) if size is None else size
    total = min(length + 36, LARGEST)
    speed = min(rate * block, LARGEST)
    header = struct.pack("<4sI4s4sI", b"RIFF", total, b"WAVE", b"fmt ", 16)
    form = struct.pack("<HHIIHH", code, channels, rate, speed, block, bits)
    return header + form + struct.pack("<4sI", b"data", length) + content


def _zipped(name: str, content: bytes) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, content)
    return target.getvalue()


def _syncsafe(number: int) -> bytes:
    return bytes((number >> shift) & 0x7F for shift in (21, 14, 7, 0))
