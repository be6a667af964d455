from __future__ import annotations

import os
import sys
from pathlib import Path

import av
import numpy as np
import pytest

from tools.demo_songs import render

# Takes FluidSynth's options; its noise depends on nothing but the sound font and the notes.
SYNTHESISER = f"""#!{sys.executable}
import sys, zlib
from pathlib import Path
import numpy as np

*options, sound_font, midi = sys.argv[1:]
assert options[options.index("-T") + 1] == "raw" and options[options.index("-O") + 1] == "float"
rate = int(options[options.index("-r") + 1])
seed = zlib.crc32(Path(sound_font).read_bytes() + Path(midi).read_bytes())
noise = np.random.default_rng(seed).uniform(-0.1, 0.1, (rate, 2))
noise.astype(np.float32).tofile(options[options.index("-F") + 1])
"""


@pytest.fixture
def synthesiser(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A stand-in for FluidSynth and its sound font; returns the sound font."""
    program, sound_font = tmp_path / "bin" / "fluidsynth", tmp_path / "any.sf2"
    program.parent.mkdir()
    program.write_text(SYNTHESISER)
    program.chmod(0o755)
    sound_font.write_bytes(b"sounds")
    monkeypatch.setenv("PATH", str(program.parent), prepend=os.pathsep)
    monkeypatch.setattr(render, "SOUND_FONT", sound_font)
    return sound_font


def tone(*, seconds: float, amplitude: float) -> render.Samples:
    time = np.arange(round(seconds * render.SAMPLE_RATE)) / render.SAMPLE_RATE
    wave = (amplitude * np.sin(2 * np.pi * 440 * time)).astype(np.float32)
    return np.stack([wave, wave], axis=1)


class TestLevel:
    @pytest.mark.parametrize("seconds", [20, 40])
    def test_result_lasts_thirty_seconds(self, seconds: float) -> None:
        samples = render.even_loudness(tone(seconds=seconds, amplitude=0.1))

        assert samples.shape == (30 * render.SAMPLE_RATE, 2)

    def test_soft_and_loud_music_become_equally_loud(self) -> None:
        soft = render.even_loudness(tone(seconds=30, amplitude=0.01))
        loud = render.even_loudness(tone(seconds=30, amplitude=0.9))

        np.testing.assert_allclose(soft, loud, atol=1e-4)

    def test_end_is_faded_out(self) -> None:
        samples = render.even_loudness(tone(seconds=40, amplitude=0.1))

        assert np.abs(samples[-100:]).max() < 1e-3

    def test_peaks_are_limited(self) -> None:
        music = tone(seconds=30, amplitude=0.02)
        music[500_000:500_200] *= 40

        samples = render.even_loudness(music)

        assert np.abs(samples).max() <= 10 ** (render.PEAK_DBFS / 20) + 1e-3

    def test_silence_is_refused(self) -> None:
        with pytest.raises(render.RenderError, match="silent"):
            render.even_loudness(np.zeros((1000, 2), dtype=np.float32))


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

    def test_rendering_twice_gives_the_same_file(self, tmp_path: Path, synthesiser: Path) -> None:
        slug = "gymnopedie-no-1"
        first, again = (self.rendered(tmp_path / name, slug) for name in ("one", "two"))
        assert first == again
        synthesiser.write_bytes(b"other sounds")
        assert self.rendered(tmp_path / "three", slug) != first

    def test_a_rendering_lasts_thirty_seconds_and_says_what_it_is(
        self, tmp_path: Path, synthesiser: Path
    ) -> None:
        self.rendered(tmp_path, "gymnopedie-no-1")
        with av.open(str(tmp_path / "gymnopedie-no-1.mp3")) as song:
            assert song.duration is not None
            assert song.duration / av.time_base == pytest.approx(30, abs=0.1)
            assert song.metadata["artist"] == "Erik Satie"
            assert "public domain" in song.metadata["copyright"]

    def test_a_synthesiser_that_fails_is_explained(
        self, tmp_path: Path, synthesiser: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        (tmp_path / "bin" / "fluidsynth").write_text("#!/bin/sh\necho no sound >&2; exit 3\n")
        assert render.main(["--out", str(tmp_path), "the-entertainer"]) == 1
        assert capsys.readouterr().err == "FluidSynth failed on the-entertainer: no sound\n"

    def rendered(self, folder: Path, slug: str) -> bytes:
        assert render.main(["--out", str(folder), slug]) == 0
        return (folder / f"{slug}.mp3").read_bytes()
