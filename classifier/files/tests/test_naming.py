from __future__ import annotations

import pytest

from classifier.files.naming import Names, completed, names_from, title_from


@pytest.mark.parametrize(
    ("filename", "title", "artist"),
    [
        ("Artist - Title.mp3", "Title", "Artist"),
        ("03 - Title.flac", "Title", ""),
        ("3 - Title.flac", "Title", ""),
        ("03. Artist - Title.ogg", "Title", "Artist"),
        ("03 - Artist - Title.ogg", "Title", "Artist"),
        ("03 Artist - Title.ogg", "Title", "Artist"),
        ("Artist - 03 - Title.mp3", "Title", "Artist"),
        ("Artist - Album - 03 - Title.mp3", "Title", "Artist"),
        ("Artist - Album - 03. Title.mp3", "Album - 03. Title", "Artist"),
        ("Artist - 03. Title.mp3", "Title", "Artist"),
        ("Artist – Title.mp3", "Title", "Artist"),
        ("Artist — Title.mp3", "Title", "Artist"),
        ("Artist_-_Title.mp3", "Title", "Artist"),
        ("01_title.mp3", "title", ""),
        ("01_-_artist_-_title.mp3", "title", "artist"),
        ("01-title.mp3", "title", ""),
        ("1-03 Title.m4a", "Title", ""),
        ("1-03. Title.m4a", "Title", ""),
        ("A1 - Title.wav", "Title", ""),
        ("[07] Title.wav", "Title", ""),
        ("(07) Title.wav", "Title", ""),
        ("7) Title.wav", "Title", ""),
        ("12.Title.wav", "Title", ""),
        ("Artist - Title - Live.mp3", "Title - Live", "Artist"),
        (
            "Artist - Title (feat. B) - Remastered 2011.mp3",
            "Title (feat. B) - Remastered 2011",
            "Artist",
        ),
        ("Jay-Z - 99 Problems.mp3", "99 Problems", "Jay-Z"),
        ("99 Problems.mp3", "99 Problems", ""),
        ("7 rings.mp3", "7 rings", ""),
        ("24K Magic.mp3", "24K Magic", ""),
        ("Taylor Swift - 22.mp3", "22", "Taylor Swift"),
        ("Prince - 1999.mp3", "1999", "Prince"),
        ("1979.mp3", "1979", ""),
        ("1999 - Prince.mp3", "Prince", "1999"),
        ("03.mp3", "03", ""),
        ("03 -.mp3", "03 -", ""),
        ("- Title.mp3", "- Title", ""),
        (" - .mp3", "-", ""),
        ("Artist-Title.mp3", "Artist-Title", ""),
        ("9.5 Weeks.mp3", "9.5 Weeks", ""),
        ("C:\\music\\Björk - Jóga.mp3", "Jóga", "Björk"),
        ("夜に駆ける - YOASOBI.mp3", "YOASOBI", "夜に駆ける"),
        ("a\x00b\u200f - c\n.mp3", "c", "ab"),
        (f"{'a' * 300} - {'t' * 300}.mp3", "t" * 200, "a" * 200),
        ("", "Untitled", ""),
        ("___.mp3", "Untitled", ""),
    ],
)
def test_a_file_name_is_split_as_people_write_them(filename: str, title: str, artist: str) -> None:
    assert names_from(filename) == (title, artist)


@pytest.mark.parametrize(
    ("tags", "filename", "expected"),
    [
        (("Tag", "Someone"), "Artist - Title.mp3", ("Tag", "Someone")),
        (("", ""), "Artist - Title.mp3", ("Title", "Artist")),
        (("", "Someone"), "Artist - Title.mp3", ("Title", "Someone")),
        (("title", ""), "Artist - Title.mp3", ("title", "Artist")),
        (("Other", ""), "Artist - Title.mp3", ("Other", "")),
    ],
)
def test_tags_come_first(tags: tuple[str, str], filename: str, expected: tuple[str, str]) -> None:
    assert completed(Names(*tags), filename) == expected


def test_a_whole_name_is_a_title_too() -> None:
    assert title_from("03 - my_song.mp3") == "03 - my song"
