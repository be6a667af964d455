from __future__ import annotations

from dataclasses import replace

import pytest

from tools.demo_songs.library import DemoSong, load_song
from tools.demo_songs.midi import midi_file, variable_length


@pytest.fixture(scope="module")
def song() -> DemoSong:
    return load_song("gymnopedie-no-1")


@pytest.mark.parametrize(
    ("value", "encoded"),
    [(0, "00"), (0x7F, "7f"), (0x80, "8100"), (0x2000, "c000"), (0x0FFFFFFF, "ffffff7f")],
)
def test_numbers_are_encoded_as_in_the_specification(value: int, encoded: str) -> None:
    assert variable_length(value).hex() == encoded


def test_file_has_a_header_and_a_track_per_part_and_one_for_the_tempo(song: DemoSong) -> None:
    data = midi_file(song)

    assert data[:14] == bytes.fromhex("4d546864 00000006 0001 0003 01e0")
    assert data.count(b"MTrk") == len(song.parts) + 1
    assert data.endswith(b"\xff\x2f\x00")


def test_track_lengths_add_up(song: DemoSong) -> None:
    data, position, tracks = midi_file(song), 14, 0
    while position < len(data):
        assert data[position : position + 4] == b"MTrk"
        position += 8 + int.from_bytes(data[position + 4 : position + 8], "big")
        tracks += 1

    assert (position, tracks) == (len(data), 3)


def test_same_song_gives_the_same_bytes(song: DemoSong) -> None:
    assert midi_file(song) == midi_file(load_song(song.slug))


def test_playing_is_humanised_differently_when_the_slug_differs(song: DemoSong) -> None:
    assert midi_file(song) != midi_file(replace(song, slug="another"))


def test_song_is_refused_when_it_has_too_many_parts(song: DemoSong) -> None:
    with pytest.raises(ValueError, match="MIDI has room for 15"):
        midi_file(replace(song, parts=song.parts * 8))
