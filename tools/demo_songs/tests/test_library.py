from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from ml.labels import EMOTIONS
from tools.demo_songs.library import SONGS, load_song, song_names
from tools.demo_songs.score import ScoreError

SMALL_SONG = """
title = "Three blind notes"
composer = "Nobody"
year = 1800
emotion = "calm"
meter = "3/4"
tempo = [{ bar = 1, bpm = 60 }]
[tunes]
fall = "e4/4 d c |"
[[part]]
name = "Flute"
instrument = "flute"
voices = ["$fall { $fall }x2"]
"""


def write_song(folder: Path, text: str) -> None:
    (folder / "small.toml").write_text(text, encoding="utf-8")


class TestLoading:
    def test_tunes_are_put_in_where_named(self, tmp_path: Path) -> None:
        write_song(tmp_path, SMALL_SONG)

        song = load_song("small", folder=tmp_path)

        assert [note.pitch for note in song.parts[0].notes] == [64, 62, 60] * 3
        assert song.seconds == pytest.approx(9)

    @pytest.mark.parametrize(
        ("found", "replacement", "message"),
        [
            ('title = "Three blind notes"', "", "small.toml lacks 'title'"),
            ('"flute"', '"kazoo"', "no instrument “kazoo”"),
            ("$fall {", "$rise {", "no tune “.rise”"),
            ("d c |", "d |", "small, Flute, bar 1"),
            ("[tunes]", "[tunes", "no valid TOML"),
            ('"$fall { $fall }x2"', "", "this part has no notes"),
        ],
    )
    def test_mistake_is_named(
        self, tmp_path: Path, found: str, replacement: str, message: str
    ) -> None:
        write_song(tmp_path, SMALL_SONG.replace(found, replacement))

        with pytest.raises(ScoreError, match=message):
            load_song("small", folder=tmp_path)

    def test_missing_song_is_answered_with_the_known_ones(self, tmp_path: Path) -> None:
        write_song(tmp_path, SMALL_SONG)

        with pytest.raises(ScoreError, match="There are: small"):
            load_song("big", folder=tmp_path)


class TestShippedSongs:
    @pytest.mark.parametrize("name", song_names())
    def test_music_fills_thirty_seconds(self, name: str) -> None:
        song = load_song(name)

        assert 29 <= song.seconds <= 33

    @pytest.mark.parametrize("name", song_names())
    def test_every_part_written_is_read(self, name: str) -> None:
        written = (SONGS / f"{name}.toml").read_text(encoding="utf-8").count("[[part]]")

        song = load_song(name)

        assert len(song.parts) == written >= 2
        assert len({part.name for part in song.parts}) == written

    @pytest.mark.parametrize("name", song_names())
    def test_no_silence_longer_than_a_second_is_written(self, name: str) -> None:
        song = load_song(name)
        notes = sorted((n for part in song.parts for n in part.notes), key=lambda n: n.start)

        heard_until, longest = 0.0, 0.0
        for note in notes:
            longest = max(longest, song.tempo.seconds_at(note.start) - heard_until)
            heard_until = max(heard_until, song.tempo.seconds_at(note.end))

        assert longest < 1.0

    def test_every_emotion_has_at_least_two_songs(self) -> None:
        emotions = Counter(load_song(name).emotion for name in song_names())

        assert set(emotions) == set(EMOTIONS)
        assert min(emotions.values()) >= 2
