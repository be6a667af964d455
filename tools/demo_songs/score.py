"""A small notation for music: text in, timed notes out.

A voice is a row of words between bar lines:

====================  ==========================================================
``c#5/8``             a note: name, accidental (``#``, ``b``, ``##``, ``bb``),
                      octave (c4 is middle C), length; octave and length stay as
                      they were until changed: ``c4/8 d e f | g/2``
``/4 /8. /8t /2+8``   lengths: quarter, dotted eighth, triplet eighth, a sum
``[c4 e g]/2``        a chord, from the bottom up; a note without an octave is
                      the next one above the note before it
``r/4``               a rest
``~ ' > - *``         after a note: tied to the next, staccato, accent, tenuto
                      (its full length), chord rolled from the bottom
``!pp`` … ``!fff``    a dynamic mark; ``!<`` or ``!>``: swell or fade until the next
``!8va !8vb !loco``   sounds an octave higher, lower, as written from here on
``{ … }x3``           what stands between is played three times
``|``                 a bar line; the bar before it must be full
``m17:``              "bar 17 begins here", refused where it does not
====================  ==========================================================

Positions and lengths are exact fractions of a whole note.
"""

import re
from dataclasses import dataclass, field, replace
from fractions import Fraction

# MIDI velocities; a synthesiser's loudness goes with their square, so p to f is about 8 dB.
DYNAMICS = {"pp": 48, "p": 59, "mp": 69, "mf": 80, "f": 93, "ff": 107, "fff": 119}
SEMITONES = {"c": 0, "d": 2, "e": 4, "f": 5, "g": 7, "a": 9, "b": 11}
ACCIDENTALS = {"": 0, "#": 1, "##": 2, "b": -1, "bb": -2}
LENGTHS = {1, 2, 4, 8, 16, 32, 64}
HAIRPINS = {"<", ">"}
OCTAVE_SHIFTS = {"8va": 12, "8vb": -12, "loco": 0}

WORD = re.compile(r"\[[^\]]*\]\S*|\S+")
SOUND = re.compile(
    r"(?P<what>\[[^\]]*\]|[^/~'>*\-\[\]]+)(?:/(?P<length>[^~'>*\-]+))?(?P<marks>[~'>*\-]*)"
)
PITCH = re.compile(r"(?P<name>[a-g])(?P<accidental>#{1,2}|b{1,2})?(?P<octave>\d)?")
LENGTH = re.compile(r"(?P<denominator>\d+)(?P<suffix>t|\.{1,2})?")
REPEAT_END = re.compile(r"\}x(\d+)")
BAR_NUMBER = re.compile(r"m(\d+):")

STACCATO_GATE = 0.45
USUAL_GATE = 0.93
ROLL_SECONDS = 0.028


class ScoreError(ValueError):
    """A mistake in a song's notation; the message says where and what."""


@dataclass(frozen=True)
class Note:
    """One sounding pitch.

    `start` and `length` are fractions of a whole note, `pitch` is a MIDI number (60 is middle
    C), `velocity` is 1 to 127, `gate` the share of its length that sounds and `delay` the
    seconds by which a rolled chord holds it back.
    """

    start: Fraction
    length: Fraction
    pitch: int
    velocity: int = DYNAMICS["mf"]
    gate: float = USUAL_GATE
    delay: float = 0.0

    @property
    def end(self) -> Fraction:
        """Return where the written note ends, as a fraction of a whole note."""
        return self.start + self.length


@dataclass(frozen=True)
class Meter:
    """Length of a bar and of the upbeat before the first one, in whole notes."""

    bar: Fraction
    pickup: Fraction = Fraction(0)

    def start_of(self, bar: float | Fraction) -> Fraction:
        """Return the position of a bar's first beat; 3.5 is the middle of the third bar."""
        return self.pickup + (Fraction(bar) - 1) * self.bar


@dataclass
class _Voice:
    """The state of reading one voice from left to right."""

    where: str
    meter: Meter
    notes: list[Note] = field(default_factory=list)
    marks: list[tuple[Fraction, str]] = field(default_factory=list)
    tied: dict[int, int] = field(default_factory=dict)
    position: Fraction = Fraction(0)
    bar_start: Fraction = Fraction(0)
    bar: int = 1
    shift: int = 0
    octave: int | None = None
    length: Fraction | None = None

    def fail(self, word: str, reason: str) -> ScoreError:
        return ScoreError(f"{self.where}, bar {self.bar}, at “{word}”: {reason}")


def parse_voice(text: str, *, meter: Meter, where: str) -> tuple[Note, ...]:
    """Read one voice.

    Parameters
    ----------
    text : str
        The notation, as the module's docstring describes it.
    meter : Meter
        What a full bar and the upbeat measure.
    where : str
        Name of song and part, for error messages.

    Returns
    -------
    tuple of Note
        In order of writing, ties joined, dynamics applied.

    Raises
    ------
    ScoreError
        If a word cannot be read, a bar is too short or too long, or a tie leads nowhere.
    """
    voice = _Voice(where=where, meter=meter, bar=0 if meter.pickup else 1)
    for word in _expand_repeats(WORD.findall(text), where=where):
        _read_word(voice, word)
    if voice.tied:
        raise voice.fail("the end", "the last note is tied to nothing")
    return tuple(_with_dynamics(voice.notes, voice.marks))


def parse_length(text: str) -> Fraction:
    """Read a note length such as ``4``, ``8.``, ``16t`` or ``2+8`` in whole notes."""
    total = Fraction(0)
    for term in text.split("+"):
        match = LENGTH.fullmatch(term)
        if match is None or int(match["denominator"]) not in LENGTHS:
            raise ScoreError(f"“{text}” is no length; write 4, 8., 16t or 2+8")
        suffix = match["suffix"] or ""
        factor = {"": Fraction(1), "t": Fraction(2, 3), ".": Fraction(3, 2), "..": Fraction(7, 4)}
        total += factor[suffix] / int(match["denominator"])
    return total


def parse_pitch(text: str, *, octave: int | None = None) -> int:
    """Read a pitch such as ``f#4`` as a MIDI number; `octave` is used where none is written."""
    match = PITCH.fullmatch(text)
    if match is None:
        raise ScoreError(f"“{text}” is no pitch; write c4, f#3 or bb5")
    written = int(match["octave"]) if match["octave"] else octave
    if written is None:
        raise ScoreError(f"“{text}” needs an octave: it is the first note here")
    return 12 * (written + 1) + SEMITONES[match["name"]] + ACCIDENTALS[match["accidental"] or ""]


def _expand_repeats(words: list[str], *, where: str) -> list[str]:
    """Write out ``{ … }x3``, nested ones too."""
    stack: list[list[str]] = [[]]
    for word in words:
        end = REPEAT_END.fullmatch(word)
        if word == "{":
            stack.append([])
        elif end and len(stack) > 1:
            repeated = stack.pop()
            stack[-1].extend(repeated * int(end[1]))
        elif word.startswith("}"):
            raise ScoreError(f"{where}: “{word}” ends no repeat; write {{ … }}x2")
        else:
            stack[-1].append(word)
    if len(stack) > 1:
        raise ScoreError(f"{where}: a “{{” is never closed")
    return stack[0]


def _read_word(voice: _Voice, word: str) -> None:
    """Let one word of the notation act on the voice."""
    number = BAR_NUMBER.fullmatch(word)
    if word == "|":
        _close_bar(voice)
    elif number:
        if int(number[1]) != voice.bar or voice.position != voice.bar_start:
            raise voice.fail(word, f"this is bar {voice.bar}, not the start of bar {number[1]}")
    elif word.startswith("!"):
        _read_mark(voice, word)
    else:
        _read_sound(voice, word)


def _read_mark(voice: _Voice, word: str) -> None:
    """Read a dynamic mark, a hairpin or an octave sign."""
    if word[1:] in OCTAVE_SHIFTS:
        voice.shift = OCTAVE_SHIFTS[word[1:]]
    elif word[1:] in DYNAMICS or word[1:] in HAIRPINS:
        voice.marks.append((voice.position, word[1:]))
    else:
        known = ", ".join(f"!{mark}" for mark in (*DYNAMICS, *HAIRPINS, *OCTAVE_SHIFTS))
        raise voice.fail(word, f"no such mark; there are {known}")


def _close_bar(voice: _Voice) -> None:
    """Check that the bar is full and open the next one."""
    expected = voice.meter.pickup if voice.bar == 0 else voice.meter.bar
    found = voice.position - voice.bar_start
    if found != expected:
        raise voice.fail("|", f"the bar holds {found} of a whole note, not {expected}")
    voice.bar += 1
    voice.bar_start = voice.position


def _read_sound(voice: _Voice, word: str) -> None:
    """Read a note, chord or rest and move on by its length."""
    match = SOUND.fullmatch(word)
    if match is None:
        raise voice.fail(word, "this is neither a note, a chord, a rest nor a mark")
    try:
        if match["length"]:
            voice.length = parse_length(match["length"])
        pitches = [pitch + voice.shift for pitch in _pitches(voice, match["what"])]
    except ScoreError as error:
        raise voice.fail(word, str(error)) from None
    if voice.length is None:
        raise voice.fail(word, "the first note needs a length, such as c4/8")
    if set(voice.tied) - set(pitches):
        raise voice.fail(word, "the note before is tied, so its pitch must come again here")
    for place, pitch in enumerate(pitches):
        _sound(voice, pitch, marks=match["marks"], place=place)
    voice.position += voice.length


def _pitches(voice: _Voice, what: str) -> list[int]:
    """List the pitches of a note or chord; none for a rest."""
    if what == "r":
        return []
    if not what.startswith("["):
        pitches = [parse_pitch(what, octave=voice.octave)]
    else:
        pitches = []
        for name in what.strip("[]").split():
            octave = pitches[-1] // 12 - 1 if pitches else voice.octave
            pitch = parse_pitch(name, octave=octave)
            if pitches and not name[-1].isdigit() and pitch <= pitches[-1]:
                pitch += 12
            pitches.append(pitch)
        what = what.strip("[]").split()[0] if pitches else what
    if not pitches:
        raise ScoreError("a chord needs notes")
    if what[-1].isdigit():
        voice.octave = int(what[-1])
    return pitches


def _sound(voice: _Voice, pitch: int, *, marks: str, place: int) -> None:
    """Add a note, or make the note it is tied to longer."""
    length = voice.length or Fraction(0)
    if pitch in voice.tied:
        index = voice.tied.pop(pitch)
        voice.notes[index] = replace(voice.notes[index], length=voice.notes[index].length + length)
    else:
        index = len(voice.notes)
        gate = STACCATO_GATE if "'" in marks else 1.0 if "-" in marks else USUAL_GATE
        delay = ROLL_SECONDS * place if "*" in marks else 0.0
        accent = 14 if ">" in marks else 0
        voice.notes.append(Note(voice.position, length, pitch, accent, gate, delay))
    if "~" in marks:
        voice.tied[pitch] = index


def _with_dynamics(notes: list[Note], marks: list[tuple[Fraction, str]]) -> list[Note]:
    """Turn the dynamic marks, and the accents kept as velocity so far, into velocities."""
    return [
        replace(
            note, velocity=max(1, min(127, note.velocity + round(_loudness(marks, note.start))))
        )
        for note in notes
    ]


def _loudness(marks: list[tuple[Fraction, str]], position: Fraction) -> float:
    """Return the velocity the marks ask for at a position, hairpins drawn as straight lines."""
    level, hairpin_start = float(DYNAMICS["mf"]), None
    for at, mark in marks:
        if mark in HAIRPINS:
            if at <= position:
                hairpin_start = at
            continue
        if at <= position:
            level, hairpin_start = float(DYNAMICS[mark]), None
        elif hairpin_start is not None:
            share = (position - hairpin_start) / (at - hairpin_start)
            return level + float(share) * (DYNAMICS[mark] - level)
        else:
            break
    return level
