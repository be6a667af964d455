from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from classifier.demo import render
from classifier.demo.library import load_song

needs_synthesiser = pytest.mark.skipif(
    render.missing_tool() is not None, reason=render.missing_tool() or ""
)


def tone(*, seconds: float, amplitude: float) -> render.Samples:
    time = np.arange(round(seconds * render.SAMPLE_RATE)) / render.SAMPLE_RATE
    wave = (amplitude * np.sin(2 * np.pi * 440 * time)).astype(np.float32)
    return np.stack([wave, wave], axis=1)


class TestLevel:
    @pytest.mark.parametrize("seconds", [20, 40])
    def test_result_lasts_thirty_seconds(self, seconds: float) -> None:
        samples = render.level(tone(seconds=seconds, amplitude=0.1))

        assert samples.shape == (30 * render.SAMPLE_RATE, 2)

    def test_soft_and_loud_music_become_equally_loud(self) -> None:
        soft = render.level(tone(seconds=30, amplitude=0.01))
        loud = render.level(tone(seconds=30, amplitude=0.9))

        np.testing.assert_allclose(soft, loud, atol=1e-4)

    def test_end_is_faded_out(self) -> None:
        samples = render.level(tone(seconds=40, amplitude=0.1))

        assert np.abs(samples[-100:]).max() < 1e-3

    def test_peaks_are_limited(self) -> None:
        music = tone(seconds=30, amplitude=0.02)
        music[500_000:500_200] *= 40

        samples = render.level(music)

        assert np.abs(samples).max() <= 10 ** (render.PEAK_DBFS / 20) + 1e-3

    def test_silence_is_refused(self) -> None:
        with pytest.raises(render.RenderError, match="silent"):
            render.level(np.zeros((1000, 2), dtype=np.float32))


class TestCommand:
    def test_unknown_song_is_one_clear_line(
        self, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        code = render.main(["--out", str(tmp_path), "no-such-song"])

        assert code == 1
        assert capsys.readouterr().err.startswith("There is no song “no-such-song”. There are: ")

    def test_missing_synthesiser_is_explained(
        self,
        tmp_path: Path,
        capsys: pytest.CaptureFixture[str],
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        monkeypatch.setenv("PATH", str(tmp_path))

        code = render.main(["--out", str(tmp_path), "canon-in-d"])

        assert code == 1
        assert "apt-get install fluidsynth" in capsys.readouterr().err

    def test_missing_sound_font_is_explained(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(render, "SOUND_FONT", tmp_path / "no.sf2")
        monkeypatch.setattr(render.shutil, "which", lambda name: f"/usr/bin/{name}")

        assert "apt-get install fluid-soundfont-gm" in (render.missing_tool() or "")

    @needs_synthesiser
    def test_rendering_twice_gives_the_same_file(self, tmp_path: Path) -> None:
        song = load_song("gymnopedie-no-1")
        folders = [tmp_path / "one", tmp_path / "two"]
        for folder in folders:
            folder.mkdir()

        first, second = (render.render(song, folder=folder).read_bytes() for folder in folders)

        assert first == second
