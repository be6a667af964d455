from __future__ import annotations

import os
from pathlib import Path

import pytest

from classifier.files.formats import FORMATS, UNHEARD
from classifier.terminal.finding import find_files, problem_of


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Four audio files in three folders, and other things."""
    for name in ("b.mp3", "a.FLAC", "below/c.wav", "below/deep/d.opus", "cover.jpg", "mp3"):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    (tmp_path / "folder.mp3").mkdir()
    return tmp_path


def found(folder: Path, *patterns: str) -> list[str]:
    return [str(path.relative_to(folder)) for path in find_files(patterns)]


class TestFindFiles:
    def test_a_folder_stands_for_the_audio_files_below_it(self, folder: Path) -> None:
        names = ["a.FLAC", "b.mp3", "below/c.wav", "below/deep/d.opus"]
        assert found(folder, str(folder)) == names

    def test_a_file_is_taken_whatever_it_is_called(self, folder: Path) -> None:
        assert found(folder, f"{folder}/cover.jpg") == ["cover.jpg"]

    def test_a_glob_stands_for_the_files_it_matches(self, folder: Path) -> None:
        assert found(folder, f"{folder}/*.mp3") == ["b.mp3"]
        assert found(folder, f"{folder}/**/*.wav") == ["below/c.wav"]

    def test_each_file_comes_once_and_in_the_order_named(self, folder: Path) -> None:
        patterns = [f"{folder}/b.mp3", f"{folder}/*.mp3", f"{folder}/./b.mp3", str(folder)]
        names = ["b.mp3", "a.FLAC", "below/c.wav", "below/deep/d.opus"]
        assert found(folder, *patterns) == names

    @pytest.mark.parametrize("name", ["missing.mp3", "*.xyz"])
    def test_what_is_not_there_is_kept_for_its_line(self, folder: Path, name: str) -> None:
        assert found(folder, f"{folder}/{name}") == [name]

    def test_a_name_with_brackets_is_no_glob(self, folder: Path) -> None:
        (folder / "song [1].mp3").touch()
        assert found(folder, f"{folder}/song [1].mp3") == ["song [1].mp3"]

    def test_relative_paths_stay_relative(
        self, folder: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.chdir(folder)
        assert find_files(["b.mp3", "*.FLAC"]) == [Path("b.mp3"), Path("a.FLAC")]

    def test_brackets_of_a_folders_name_are_no_glob(self, tmp_path: Path) -> None:
        for name in (
            "Album [2001]/a.mp3",
            "Album [2001]/b1.mp3",
            "Album 2/c.mp3",
            "x[1]y/[2] d.mp3",
        ):
            (tmp_path / name).parent.mkdir(exist_ok=True)
            (tmp_path / name).touch()
        album = ["Album [2001]/a.mp3", "Album [2001]/b1.mp3"]
        assert found(tmp_path, f"{tmp_path}/Album [2001]/*.mp3") == album
        assert found(tmp_path, f"{tmp_path}/* [2001]/*[0-9].mp3") == album[1:]
        assert found(tmp_path, f"{tmp_path}/Album [0-9]/*.mp3") == ["Album 2/c.mp3"]
        assert found(tmp_path, f"{tmp_path}/x[1]?/[2] *.mp3") == ["x[1]y/[2] d.mp3"]
        assert found(tmp_path, f"{tmp_path}/Album [2001]") == album
        assert found(tmp_path, f"{tmp_path}/*[[]2001]") == album

    def test_a_glob_that_matches_folders_stands_for_what_is_in_them(self, folder: Path) -> None:
        assert found(folder, f"{folder}/be*") == ["below/c.wav", "below/deep/d.opus"]

    def test_what_macos_keeps_beside_files_is_passed_over(self, folder: Path) -> None:
        for name in ("._b.mp3", "below/._c.wav"):
            (folder / name).write_bytes(b"\x00\x05\x16\x07")
        names = ["a.FLAC", "b.mp3", "below/c.wav", "below/deep/d.opus"]
        assert found(folder, str(folder)) == names
        assert found(folder, f"{folder}/**/._*") == ["**/._*"]

    @pytest.mark.parametrize("name", [*FORMATS, *UNHEARD])
    def test_every_kind_of_audio_is_found(self, tmp_path: Path, name: str) -> None:
        (tmp_path / f"song.{name}").touch()
        (tmp_path / f"SONG 2.{name.upper()}").touch()
        assert found(tmp_path, str(tmp_path)) == [f"SONG 2.{name.upper()}", f"song.{name}"]


class TestLinks:
    def test_linked_folders_are_followed(self, folder: Path, tmp_path: Path) -> None:
        elsewhere = tmp_path / "elsewhere"
        (elsewhere / "deep").mkdir(parents=True)
        (elsewhere / "deep" / "e.m4b").touch()
        music = tmp_path / "music"
        music.mkdir()
        (music / "link").symlink_to(elsewhere)
        assert found(tmp_path, str(music)) == ["music/link/deep/e.m4b"]
        assert found(tmp_path, f"{music}/*") == ["music/link/deep/e.m4b"]

    def test_links_in_a_circle_end(self, tmp_path: Path) -> None:
        (tmp_path / "a" / "b").mkdir(parents=True)
        (tmp_path / "a" / "song.mp3").touch()
        (tmp_path / "a" / "b" / "up").symlink_to(tmp_path / "a")
        (tmp_path / "a" / "self").symlink_to(tmp_path / "a")
        (tmp_path / "a" / "round").symlink_to(tmp_path / "a" / "round")
        assert found(tmp_path, str(tmp_path)) == ["a/round", "a/song.mp3"]

    def test_links_that_lead_nowhere_are_told(self, tmp_path: Path) -> None:
        for name in ("song.mp3", "Music", "Vol. 2", "cover.jpg", "README.txt"):
            (tmp_path / name).symlink_to(tmp_path / "gone")
        names = ["Music", "Vol. 2", "song.mp3"]
        assert found(tmp_path, str(tmp_path)) == names
        for name in names:
            assert problem_of(tmp_path / name) == "This link leads nowhere."
        assert found(tmp_path, f"{tmp_path}/*.mp3") == ["song.mp3"]
        assert found(tmp_path, f"{tmp_path}/song.mp3") == ["song.mp3"]

    def test_a_pipe_is_told_and_not_waited_for(self, tmp_path: Path) -> None:
        os.mkfifo(tmp_path / "song.mp3")
        assert found(tmp_path, str(tmp_path)) == ["song.mp3"]


class TestProblems:
    def test_of_a_file_there_is_none(self, folder: Path) -> None:
        assert problem_of(folder / "b.mp3") == ""

    @pytest.mark.parametrize("name", ["none.mp3", "b.mp3/none.mp3"])
    def test_what_is_missing_is_called_missing(self, folder: Path, name: str) -> None:
        assert problem_of(folder / name) == "There is no such file."

    @pytest.mark.parametrize("name", ["a" * 300 + ".mp3", "a\0b.mp3"])
    def test_a_name_that_no_file_can_have_costs_its_line_only(
        self, folder: Path, name: str
    ) -> None:
        assert find_files([f"{folder}/{name}", f"{folder}/b.mp3"])[1] == folder / "b.mp3"
        assert problem_of(folder / name) == "This path cannot be opened."
