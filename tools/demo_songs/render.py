"""Render the demo songs, MIDI files in the folder `songs`, to MP3 files.

    python -m tools.demo_songs.render                      # all songs, into classifier/demo/audio
    python -m tools.demo_songs.render the-entertainer      # only this one
    python -m tools.demo_songs.render --out DIR

It needs FluidSynth and the sound font FluidR3 (on Debian: fluidsynth, fluid-soundfont-gm); the
web application never imports it. The same pieces, sound font and versions give the same files.
"""

import argparse
import json
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import av
import numpy as np
import numpy.typing as npt

SONGS = Path(__file__).resolve().parent / "songs"
DEMO = Path(__file__).resolve().parents[2] / "classifier" / "demo"
AUDIO = DEMO / "audio"
CATALOGUE = DEMO / "catalogue.json"
SOUND_FONT = Path("/usr/share/sounds/sf2/FluidR3_GM.sf2")

SECONDS = 30.0
SAMPLE_RATE = 44_100
BIT_RATE = 96_000
FADE_SECONDS = 2.2
LOUDNESS_DBFS = -19.0
PEAK_DBFS = -1.5
GATE_DB = -30.0
SYNTH_GAIN = 0.3

Samples = npt.NDArray[np.float32]


class RenderError(RuntimeError):
    """Rendering is not possible; the message says what to do."""


def missing_tool() -> str | None:
    """Say what is missing for rendering, or None where everything is there."""
    if shutil.which("fluidsynth") is None:
        return "FluidSynth is not installed (on Debian: apt-get install fluidsynth)."
    if not SOUND_FONT.exists():
        return f"{SOUND_FONT} is missing (on Debian: apt-get install fluid-soundfont-gm)."
    return None


def _synthesise(song: Path) -> Samples:
    """Play a MIDI file with FluidSynth.

    Returns ndarray of float32, shape (samples, 2): stereo at `SAMPLE_RATE`, not yet levelled.

    Raises RenderError: FluidSynth or the sound font is missing, or FluidSynth fails.
    """
    if reason := missing_tool():
        raise RenderError(reason)
    with tempfile.NamedTemporaryFile(suffix=".raw") as raw:
        command = [
            "fluidsynth", "-ni", "-q", "-R", "1", "-C", "0", "-g", str(SYNTH_GAIN),
            "-r", str(SAMPLE_RATE), "-T", "raw", "-O", "float", "-F", raw.name,
            str(SOUND_FONT), str(song),
        ]  # fmt: skip
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise RenderError(f"FluidSynth failed on {song.stem}: {done.stderr.strip()}")
        return np.fromfile(raw.name, dtype=np.float32).reshape(-1, 2)


def even_loudness(samples: Samples) -> Samples:
    """Cut to `SECONDS`, fade the end out and bring the sound to an even loudness.

    Loudness is the RMS of the 0.4-second stretches that are not far below the loudest one (the
    gating idea of ITU-R BS.1770, without its frequency weighting).
    """
    length, fade = round(SECONDS * SAMPLE_RATE), round(FADE_SECONDS * SAMPLE_RATE)
    cut = np.zeros((length, 2), dtype=np.float32)
    cut[: len(samples)] = samples[:length]
    cut[-fade:] *= (np.cos(np.linspace(0, np.pi, fade, dtype=np.float32)) / 2 + 0.5)[:, None]
    stretch = round(0.4 * SAMPLE_RATE)
    powers = np.square(cut[: length // stretch * stretch]).reshape(-1, stretch * 2).mean(axis=1)
    if not powers.any():
        raise RenderError("the rendering is silent")
    loud = powers[powers > powers.max() * 10 ** (GATE_DB / 10)]
    gain = 10 ** (LOUDNESS_DBFS / 20) / float(np.sqrt(loud.mean()))
    return _limit(np.asarray(cut * np.float32(gain), dtype=np.float32))


def _limit(samples: Samples) -> Samples:
    """Turn the sound down around peaks above `PEAK_DBFS`, smoothly and before they come."""
    block, reach = round(0.005 * SAMPLE_RATE), 12
    count = -(-len(samples) // block)
    padded = np.zeros(count * block, dtype=np.float32)
    padded[: len(samples)] = np.abs(samples).max(axis=1)
    peaks = np.pad(padded.reshape(count, block).max(axis=1), 2 * reach, mode="edge")
    gains = np.minimum(1.0, 10 ** (PEAK_DBFS / 20) / np.maximum(peaks, 1e-9))
    lowest = np.lib.stride_tricks.sliding_window_view(gains, 2 * reach + 1).min(axis=1)
    window = np.hanning(2 * reach + 1)
    smooth = np.convolve(lowest, window / window.sum(), mode="valid")
    centres = (np.arange(count) + 0.5) * block
    curve = np.interp(np.arange(len(samples)), centres, smooth)
    return np.asarray(samples * curve[:, None], dtype=np.float32)


def _write_mp3(path: Path, samples: Samples, *, tags: dict[str, str]) -> None:
    with av.open(str(path), "w", format="mp3", options={"fflags": "+bitexact"}) as container:
        container.metadata.update(tags)
        stream = container.add_stream("libmp3lame", rate=SAMPLE_RATE, layout="stereo")
        stream.bit_rate = BIT_RATE
        frame = av.AudioFrame.from_ndarray(
            np.ascontiguousarray(samples.T), format="fltp", layout="stereo"
        )
        frame.sample_rate = SAMPLE_RATE
        for piece in (frame, None):
            container.mux(stream.encode(piece))


def _render_song(slug: str, *, folder: Path) -> Path:
    """Render one song into a folder and return the file.

    Raises RenderError: there is no such song, or it cannot be played.
    """
    songs = {row["slug"]: row for row in json.loads(CATALOGUE.read_text(encoding="utf-8"))}
    if slug not in songs:
        raise RenderError(f"There is no song “{slug}”. There are: {', '.join(songs)}.")
    row, path = songs[slug], folder / f"{slug}.mp3"
    tags = {
        "title": row["title"],
        "artist": row["composer"],
        "album": "Journify demo songs",
        "date": str(row["year"]),
        "copyright": row["licence"],
    }
    _write_mp3(path, even_loudness(_synthesise(SONGS / f"{slug}.mid")), tags=tags)
    return path


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m tools.demo_songs.render")
    parser.add_argument("names", nargs="*", metavar="NAME", help="songs to render (default: all)")
    parser.add_argument("--out", type=Path, default=AUDIO, help="folder for the files")
    options = parser.parse_args(arguments)
    options.out.mkdir(parents=True, exist_ok=True)
    try:
        for name in options.names or sorted(path.stem for path in SONGS.glob("*.mid")):
            path = _render_song(name, folder=options.out)
            sys.stdout.write(f"{path}  {path.stat().st_size / 1000:.0f} kB\n")
    except RenderError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
