from __future__ import annotations

from fractions import Fraction

import pytest

from tools.demo_songs.score import (
    DYNAMICS,
    Meter,
    Note,
    ScoreError,
    parse_length,
    parse_pitch,
    parse_voice,
)

COMMON_TIME = Meter(Fraction(1))


def read(text: str, *, meter: Meter = COMMON_TIME) -> tuple[Note, ...]:
    return parse_voice(text, meter=meter, where="test song, flute")


def pitches(text: str) -> list[int]:
    return [note.pitch for note in read(text)]


class TestLengths:
    @pytest.mark.parametrize(
        ("text", "length"),
        [
            ("4", Fraction(1, 4)),
            ("8.", Fraction(3, 16)),
            ("2..", Fraction(7, 8)),
            ("8t", Fraction(1, 12)),
            ("2+8", Fraction(5, 8)),
        ],
    )
    def test_length_is_exact(self, text: str, length: Fraction) -> None:
        assert parse_length(text) == length

    @pytest.mark.parametrize("text", ["3", "8x", "", "4+", "128"])
    def test_length_is_refused_when_unknown(self, text: str) -> None:
        with pytest.raises(ScoreError, match="is no length"):
            parse_length(text)


class TestPitches:
    @pytest.mark.parametrize(
        ("text", "number"), [("c4", 60), ("a4", 69), ("bb3", 58), ("f#5", 78), ("b2", 47)]
    )
    def test_pitch_is_its_midi_number(self, text: str, number: int) -> None:
        assert parse_pitch(text) == number

    @pytest.mark.parametrize("text", ["h4", "c10", "C4", "c#b4"])
    def test_pitch_is_refused_when_unknown(self, text: str) -> None:
        with pytest.raises(ScoreError, match="is no pitch"):
            parse_pitch(text)

    def test_pitch_is_refused_when_no_octave_is_known(self) -> None:
        with pytest.raises(ScoreError, match="needs an octave"):
            parse_pitch("c")


class TestVoices:
    def test_octave_and_length_stay_until_changed(self) -> None:
        notes = read("c4/8 d e/4 c5 b4 |")

        assert [note.pitch for note in notes] == [60, 62, 64, 72, 71]
        assert [note.length for note in notes] == [Fraction(1, n) for n in (8, 8, 4, 4, 4)]

    def test_chord_climbs_when_octaves_are_left_out(self) -> None:
        assert pitches("[g3 e c]/1") == [55, 64, 72]

    def test_rest_takes_time_without_a_note(self) -> None:
        (note,) = read("r/2 c4 |")

        assert note.start == Fraction(1, 2)

    def test_tied_notes_become_one(self) -> None:
        (note,) = read("c4/2~ c |")

        assert note.length == 1

    def test_repeats_are_played_in_full_when_nested(self) -> None:
        assert pitches("{ c4/8 { d }x3 }x2 |") == [60, 62, 62, 62] * 2

    def test_octave_sign_moves_the_notes_until_loco(self) -> None:
        assert pitches("!8va c4/4 !8vb c !loco c r |") == [72, 48, 60]

    def test_upbeat_comes_before_bar_one(self) -> None:
        notes = read("g4/4 | m1: c5/1 |", meter=Meter(Fraction(1), Fraction(1, 4)))

        assert [note.start for note in notes] == [0, Fraction(1, 4)]

    def test_staccato_is_shorter_and_tenuto_full(self) -> None:
        usual, short, full = read("c4/4 c' c- r |")

        assert short.gate < usual.gate < full.gate == 1.0

    def test_rolled_chord_starts_from_the_bottom(self) -> None:
        delays = [note.delay for note in read("[c4 e g]/1*")]

        assert delays == sorted(set(delays))
        assert delays[0] == 0


class TestDynamics:
    def test_mark_holds_until_the_next(self) -> None:
        notes = read("!p c4/4 c !f c c |")

        expected = [DYNAMICS[mark] for mark in ("p", "p", "f", "f")]
        assert [note.velocity for note in notes] == expected

    def test_hairpin_swells_evenly(self) -> None:
        velocities = [note.velocity for note in read("!p !< c4/4 c c c | !f c/1 |")]

        assert velocities[0] == DYNAMICS["p"]
        assert velocities[-1] == DYNAMICS["f"]
        assert velocities[2] == round((DYNAMICS["p"] + DYNAMICS["f"]) / 2)

    def test_accent_is_louder(self) -> None:
        plain, accented = read("c4/2 c> |")

        assert accented.velocity > plain.velocity


class TestMistakes:
    @pytest.mark.parametrize(
        ("text", "message"),
        [
            ("c4/4 d e | c4/1 |", "bar 1, .*holds 3/4 of a whole note, not 1"),
            ("c4/1 | c4/1 c |", "bar 2, .*holds 2 of"),
            ("c4/1 | m3: c |", "this is bar 2"),
            ("c4 d |", "first note needs a length"),
            ("c/4", "needs an octave"),
            ("c4/4 x |", "“x” is no pitch"),
            ("c4/5", "“5” is no length"),
            ("!loud c4/1", "no such mark"),
            ("{ c4/4", "never closed"),
            ("c4/4 }x2", "ends no repeat"),
            ("c4/2~ d |", "its pitch must come again"),
            ("c4/1~ |", "tied to nothing"),
            ("[]/4", "a chord needs notes"),
            ("c4/4]", "is no length"),
            ("c4'/4", "neither a note"),
        ],
    )
    def test_mistake_is_named_with_its_place(self, text: str, message: str) -> None:
        with pytest.raises(ScoreError, match=message) as error:
            read(text)

        assert str(error.value).startswith("test song, flute")
