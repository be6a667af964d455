"""Standard MIDI Files from songs.

Written after the Standard MIDI Files 1.0 specification (MIDI Manufacturers Association, 1996).
"""

import random
from fractions import Fraction

from tools.demo_songs.library import INSTRUMENTS, DemoSong, InstrumentPart
from tools.demo_songs.score import Note

TICKS_PER_QUARTER = 480
PERCUSSION_CHANNEL = 9
MAX_PARTS = 15  # sixteen channels, one of them for percussion only
VOLUME, PAN, SUSTAIN, REVERB = 7, 10, 64, 91
REVERB_SEND = 56

# A player is never exact: spread of the onset in seconds and of the touch in velocity steps.
ONSET_SPREAD = 0.006
TOUCH_SPREAD = 2.5
DOWNBEAT_STRESS = 4
LEAD_IN_SECONDS = 0.05

Event = tuple[int, int, bytes]


def midi_file(song: DemoSong) -> bytes:
    """Write a song as a Standard MIDI File of format 1.

    The small irregularities of a player come from a generator seeded with the song's slug, so
    the same song gives the same bytes.
    """
    if len(song.parts) > MAX_PARTS:
        raise ValueError(f"{song.slug} has {len(song.parts)} parts; MIDI has room for {MAX_PARTS}")
    chance = random.Random(song.slug)
    tracks = [_track(_tempo_events(song))]
    channels = iter(channel for channel in range(16) if channel != PERCUSSION_CHANNEL)
    for part in song.parts:
        channel = PERCUSSION_CHANNEL if part.is_percussion else next(channels)
        tracks.append(_track(_part_events(song, part, channel=channel, chance=chance)))
    header = b"MThd" + _number(6, 4) + _number(1, 2) + _number(len(tracks), 2)
    return header + _number(TICKS_PER_QUARTER, 2) + b"".join(tracks)


def variable_length(value: int) -> bytes:
    """Encode a number as MIDI's variable-length quantity: seven bits a byte, highest first."""
    digits = [value & 0x7F]
    while value := value >> 7:
        digits.append(value & 0x7F | 0x80)
    return bytes(reversed(digits))


def _number(value: int, size: int) -> bytes:
    return value.to_bytes(size, "big")


def _track(events: list[Event]) -> bytes:
    """Pack events (tick, order at the same tick, message) into a track chunk."""
    body, now = bytearray(), 0
    for tick, _, message in sorted(events):
        body += variable_length(tick - now) + message
        now = tick
    body += variable_length(0) + b"\xff\x2f\x00"
    return b"MTrk" + _number(len(body), 4) + bytes(body)


def _ticks(song: DemoSong, position: Fraction, *, shift: float = 0.0) -> int:
    """Return the tick of a position moved by `shift` seconds, never before the start."""
    quarters_per_second = song.tempo.quarter_bpm_at(position) / 60
    quarters = float(position) * 4 + (LEAD_IN_SECONDS + shift) * quarters_per_second
    return max(0, round(quarters * TICKS_PER_QUARTER))


def _tempo_events(song: DemoSong) -> list[Event]:
    """List the title and the changes of tempo."""
    title = f"{song.composer}: {song.title}".encode()
    events: list[Event] = [(0, 0, b"\xff\x03" + variable_length(len(title)) + title)]
    for position, bpm in zip(song.tempo.positions, song.tempo.quarter_bpms, strict=True):
        tick = round(position * 4 * TICKS_PER_QUARTER)
        events.append((tick, 1, b"\xff\x51\x03" + _number(round(60_000_000 / bpm), 3)))
    return events


def _part_events(
    song: DemoSong, part: InstrumentPart, *, channel: int, chance: random.Random
) -> list[Event]:
    """List what one instrument does."""
    name = part.name.encode()
    events: list[Event] = [
        (0, 0, b"\xff\x03" + variable_length(len(name)) + name),
        (0, 1, bytes([0xC0 | channel, INSTRUMENTS[part.instrument]])),
        (0, 1, _control(channel, VOLUME, part.volume)),
        (0, 1, _control(channel, PAN, round(64 + 63 * part.pan))),
        (0, 1, _control(channel, REVERB, REVERB_SEND)),
    ]
    events.extend(_note_events(song, part, channel=channel, chance=chance))
    if part.pedal:
        events.extend(_pedal_events(song, part.pedal, channel=channel))
    return events


def _note_events(
    song: DemoSong, part: InstrumentPart, *, channel: int, chance: random.Random
) -> list[Event]:
    """List the note-ons and note-offs of a part, with a player's irregularities.

    A note that has not ended when its pitch is struck again is cut there: its late note-off
    would silence the new one.
    """
    events: list[Event] = []
    next_start: dict[int, int] = {}
    for note, start, velocity in reversed(_strokes(song, part, chance=chance)):
        stop = _ticks(song, note.start + note.length * Fraction(note.gate))
        stop = max(start + 1, min(stop, next_start.get(note.pitch, stop)))
        next_start[note.pitch] = start
        events.append((start, 3, bytes([0x90 | channel, note.pitch, velocity])))
        events.append((stop, 2, bytes([0x80 | channel, note.pitch, 0])))
    return events


def _strokes(
    song: DemoSong, part: InstrumentPart, *, chance: random.Random
) -> list[tuple[Note, int, int]]:
    """List each note with the tick at which it is struck and how hard, in order of time."""
    strokes = []
    for note in part.notes:
        shift = chance.gauss(0, ONSET_SPREAD) + note.delay
        is_downbeat = (note.start - song.meter.pickup) % song.meter.bar == 0
        touch = note.velocity + chance.gauss(0, TOUCH_SPREAD) + DOWNBEAT_STRESS * is_downbeat
        velocity = max(1, min(127, round(touch)))
        strokes.append((note, _ticks(song, note.start, shift=shift), velocity))
    return sorted(strokes, key=lambda stroke: stroke[1])


def _pedal_events(song: DemoSong, every: Fraction, *, channel: int) -> list[Event]:
    """Change the sustaining pedal every so often: up on the beat, down just after it."""
    events: list[Event] = []
    position = song.meter.pickup
    while position < song.end:
        if position > song.meter.pickup:
            up = _ticks(song, position, shift=-0.01)
            events.append((up, 2, _control(channel, SUSTAIN, 0)))
        down = _ticks(song, position, shift=0.05)
        events.append((down, 4, _control(channel, SUSTAIN, 127)))
        position += every
    return [*events, (_ticks(song, song.end, shift=2.0), 2, _control(channel, SUSTAIN, 0))]


def _control(channel: int, controller: int, value: int) -> bytes:
    return bytes([0xB0 | channel, controller, value])
