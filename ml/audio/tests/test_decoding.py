from __future__ import annotations

import contextlib
import ctypes
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from ml.audio import decoding
from ml.audio.decoding import Bounds, Decoder
from ml.audio.loading import load_clip
from ml.clip import LENGTHS
from ml.errors import SENTENCES, ClipError
from ml.tests.sounds import music, write

# A child that does with some files, by their names, what a decoder's bug would have it do.
BEDEVILLED = """
import os, resource, signal, sys, time
from ml.audio import decode_child

load = decode_child.load_clip

def bedevilled(path):
    name = path.stem
    if name == "crash":
        os.kill(os.getpid(), signal.SIGSEGV)
    elif name == "hang":
        time.sleep(600)
    elif name == "slow":
        time.sleep(1)
    elif name == "spin":
        while True:
            pass
    elif name == "heavy":
        return bytearray(2_000_000_000)
    elif name == "bug":
        raise KeyError("frame")
    elif name == "noise":
        os.write(1, b"noise")
        print("noise")
    elif name == "write":
        path.with_suffix(".out").write_bytes(b"x")
    elif name == "environment":
        raise KeyError(sorted(os.environ))
    return load(path)

decode_child.load_clip = bedevilled
decode_child.main()
"""
QUICK = Bounds(seconds=3)


@pytest.fixture
def song(tmp_path: Path) -> Path:
    return write(tmp_path / "song.mp3", music(5), codec="libmp3lame")


@pytest.fixture
def decoder() -> Iterator[Decoder]:
    decoder = Decoder()
    decoder.start()
    yield decoder
    decoder.close()


@pytest.fixture
def bedevilled(monkeypatch: pytest.MonkeyPatch) -> Iterator[Decoder]:
    monkeypatch.setattr(decoding, "COMMAND", [sys.executable, "-c", BEDEVILLED])
    decoder = Decoder(QUICK)
    decoder.start()
    yield decoder
    decoder.close()


def named(song: Path, name: str) -> Path:
    """The same audio under a name that bedevils the child."""
    path = song.with_name(f"{name}.mp3")
    path.write_bytes(song.read_bytes())
    return path


def child_of(decoder: Decoder) -> int:
    [child] = decoder._idle
    return child._process.pid


class TestGoodFile:
    def test_the_clip_is_the_same_as_in_this_process(self, decoder: Decoder, song: Path) -> None:
        clip, expected = decoder.load(song), load_clip(song)
        assert np.array_equal(clip.samples, expected.samples)
        assert clip.samples.flags.writeable
        assert (clip.seconds, clip.start, clip.title) == (expected.seconds, expected.start, "")

    def test_its_description_is_given_without_samples(self, decoder: Decoder, song: Path) -> None:
        found = decoder.describe(song)
        assert (found.format, found.title) == ("mp3", "")
        assert 4.9 < found.source_seconds < 5.2

    def test_what_a_library_prints_does_not_mix_with_the_answer(
        self, bedevilled: Decoder, song: Path
    ) -> None:
        assert bedevilled.load(named(song, "noise")).seconds > 4.9

    def test_odd_names_are_read(self, decoder: Decoder, song: Path) -> None:
        path = Path(os.fsdecode(os.fsencode(song.parent) + b"/\xff \n.mp3"))
        path.write_bytes(song.read_bytes())
        assert decoder.load(path).seconds > 4.9


class TestDescribedAndThenLoaded:
    """A clip from a platform is checked, and then heard."""

    def test_it_is_decoded_once(self, decoder: Decoder, song: Path) -> None:
        [child] = decoder._idle
        decoder.describe(song)
        clip, expected = decoder.load(song), load_clip(song)
        assert child.answered == 1
        assert np.array_equal(clip.samples, expected.samples)
        assert (clip.start, clip.source_seconds) == (expected.start, expected.source_seconds)
        assert np.array_equal(decoder.load(song).samples, expected.samples)
        assert child.answered == 2

    def test_another_file_is_decoded(self, decoder: Decoder, song: Path, tmp_path: Path) -> None:
        decoder.describe(song)
        longer = write(tmp_path / "longer.mp3", music(9), codec="libmp3lame")
        assert decoder.load(longer).seconds > 8.9
        decoder.describe(song)
        longer.replace(song)
        assert decoder.load(song).seconds > 8.9

    def test_no_samples_are_kept_where_no_child_is(self, song: Path) -> None:
        decoder = Decoder()
        decoder.describe(song)
        assert decoder._described is None


class TestChildren:
    def test_one_child_reads_many_files(self, decoder: Decoder, song: Path) -> None:
        first = child_of(decoder)
        for _ in range(3):
            decoder.load(song)
        assert child_of(decoder) == first

    def test_a_worn_child_is_replaced(self, song: Path) -> None:
        decoder = Decoder(Bounds(files=2))
        decoder.start()
        first = child_of(decoder)
        decoder.load(song)
        assert child_of(decoder) == first
        decoder.load(song)
        assert child_of(decoder) != first
        decoder.close()

    def test_every_file_has_its_own_when_none_is_kept(self, song: Path) -> None:
        decoder = Decoder()
        decoder.describe(song)
        assert decoder._idle == []

    def test_one_that_was_prepared_reads_the_next_file_only(self, song: Path) -> None:
        decoder = Decoder()
        decoder.prepare()
        [child] = decoder._idle
        decoder.prepare()
        assert decoder._idle == [child]
        decoder.describe(song)
        assert child.answered == 1
        assert child._process.poll() is not None
        assert decoder._idle == []

    def test_threads_do_not_wait_for_each_other(self, bedevilled: Decoder, song: Path) -> None:
        path = named(song, "hang")

        def hang() -> None:
            with pytest.raises(ClipError):
                bedevilled.load(path)

        hanging = threading.Thread(target=hang)
        hanging.start()
        time.sleep(0.1)
        assert bedevilled.load(song).seconds > 4.9
        assert hanging.is_alive()
        hanging.join()

    def test_one_that_was_killed_in_between_costs_nothing(
        self, decoder: Decoder, song: Path
    ) -> None:
        decoder.load(song)
        os.kill(child_of(decoder), signal.SIGKILL)
        assert decoder.load(song).seconds > 4.9

    def test_a_child_ends_with_its_parent(self, tmp_path: Path) -> None:
        script = (
            "import os; from ml.audio.decoding import Decoder; "
            "decoder = Decoder(); decoder.start();"
            "print(decoder._idle[0]._process.pid, flush=True); os.kill(os.getpid(), 9)"
        )
        parent = subprocess.run(
            [sys.executable, "-c", script], capture_output=True, text=True, check=False
        )
        child = Path(f"/proc/{int(parent.stdout)}/stat")
        deadline = time.monotonic() + 20
        while child.exists() and child.read_text().split()[2] != "Z":
            assert time.monotonic() < deadline, "the child outlived its parent"
            time.sleep(0.05)

    def test_no_secret_is_inherited(
        self,
        bedevilled: Decoder,
        song: Path,
        monkeypatch: pytest.MonkeyPatch,
        caplog: pytest.LogCaptureFixture,
    ) -> None:
        bedevilled.close()
        monkeypatch.setenv("SECRET_KEY", "hush")
        with pytest.raises(ClipError):
            bedevilled.load(named(song, "environment"))
        assert "PATH" in caplog.text
        assert "SECRET_KEY" not in caplog.text

    def test_nothing_heavy_is_imported(self) -> None:
        script = (
            "import sys, ml.audio.decode_child;"
            "print({'torch', 'librosa', 'scipy', 'django'} & set(sys.modules))"
        )
        result = subprocess.run(
            [sys.executable, "-c", script], capture_output=True, text=True, check=True
        )
        assert result.stdout.strip() == "set()"


class TestPoison:
    @pytest.mark.parametrize(
        ("name", "code"),
        [
            ("crash", "crashed"),
            ("hang", "too-slow"),
            ("spin", "too-slow"),
            ("heavy", "too-heavy"),
            ("bug", "unreadable"),
            ("write", "unreadable"),
        ],
    )
    def test_refused_with_a_reason_and_the_next_file_is_read(
        self, bedevilled: Decoder, song: Path, name: str, code: str
    ) -> None:
        bedevilled.load(song)
        started = time.monotonic()
        with pytest.raises(ClipError) as refusal:
            bedevilled.load(named(song, name))
        assert (refusal.value.code, str(refusal.value)) == (code, SENTENCES[code])
        assert time.monotonic() - started < QUICK.seconds + 5
        assert bedevilled.load(song).seconds > 4.9

    def test_an_answer_that_makes_no_sense_is_a_crash(
        self, bedevilled: Decoder, song: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        bedevilled.close()
        liar = "import sys; sys.stdin.readline(); sys.stdout.write('x' * 64)"
        monkeypatch.setattr(decoding, "COMMAND", [sys.executable, "-c", liar])
        with pytest.raises(ClipError, match="damaged"):
            bedevilled.load(song)

    def test_the_kernel_ends_what_the_parent_does_not(self, song: Path) -> None:
        """A child whose parent is gone or held up must not listen for ever."""
        child = subprocess.Popen(
            [sys.executable, "-c", BEDEVILLED], stdin=subprocess.PIPE, cwd=decoding.ROOT
        )
        assert child.stdin is not None
        path = named(song, "hang")
        bounds = {"seconds": 0.2, "memory": 1_500_000_000}
        request = {"id": 1, "path": str(path), "samples": True} | bounds
        child.stdin.write(json.dumps(request).encode() + b"\n")
        child.stdin.flush()
        assert child.wait(timeout=20) == -signal.SIGALRM
        child.stdin.close()

    def test_the_first_file_of_a_child_is_not_tried_twice(
        self, bedevilled: Decoder, song: Path
    ) -> None:
        first = child_of(bedevilled)
        with pytest.raises(ClipError):
            bedevilled.load(named(song, "crash"))
        assert child_of(bedevilled) != first


@contextlib.contextmanager
def alarm(error: BaseException, *, after: float) -> Iterator[None]:
    """Have a real signal raise `error` in this thread, as a time limit does."""

    def ring(*_: object) -> None:
        raise error

    before = signal.signal(signal.SIGALRM, ring)
    signal.setitimer(signal.ITIMER_REAL, after)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


class TestInterrupted:
    """What interrupts a call must not leave its answer to the next file."""

    @pytest.fixture
    def other(self, tmp_path: Path) -> Path:
        return write(tmp_path / "other.wav", music(7, seed=3))

    @pytest.mark.parametrize(
        "error", [KeyboardInterrupt(), SystemExit(), TimeoutError(), OSError()]
    )
    def test_a_signal_while_a_file_is_decoded(
        self, bedevilled: Decoder, song: Path, other: Path, error: BaseException
    ) -> None:
        bedevilled.load(song)
        first, path = child_of(bedevilled), named(song, "slow")
        # a signal handler's OSError looks as a broken pipe does: the file is tried once more
        expected = (
            contextlib.nullcontext() if type(error) is OSError else pytest.raises(type(error))
        )
        with expected, alarm(error, after=0.4):
            bedevilled.load(path)
        time.sleep(1)  # the answer to the slow file would be there by now
        clip = bedevilled.load(other)
        assert np.array_equal(clip.samples, load_clip(other).samples)
        assert child_of(bedevilled) != first

    def test_a_signal_at_any_moment(self, decoder: Decoder, song: Path, other: Path) -> None:
        expected = {path: load_clip(path).samples for path in (song, other)}
        for after in (1e-4, 1e-3, 3e-3, 6e-3, 0.01, 0.02, 0.04):
            interrupted = contextlib.suppress(KeyboardInterrupt)
            with interrupted, alarm(KeyboardInterrupt(), after=after):
                decoder.load(song)
            assert np.array_equal(decoder.load(other).samples, expected[other])

    def test_a_thread_that_is_killed(self, bedevilled: Decoder, song: Path, other: Path) -> None:
        path = named(song, "slow")
        bedevilled.load(song)

        def listen() -> None:
            with contextlib.suppress(SystemExit):
                bedevilled.load(path)

        listening = threading.Thread(target=listen)
        listening.start()
        time.sleep(0.3)
        ctypes.pythonapi.PyThreadState_SetAsyncExc(
            ctypes.c_ulong(listening.ident or 0), ctypes.py_object(SystemExit)
        )
        listening.join()
        assert np.array_equal(bedevilled.load(other).samples, load_clip(other).samples)

    def test_a_fork_does_not_read_our_answers(self, decoder: Decoder, song: Path) -> None:
        first = child_of(decoder)
        if not (pid := os.fork()):
            with contextlib.suppress(BaseException):
                seconds = decoder.load(song).seconds
                os._exit(0 if seconds > 4.9 and child_of(decoder) != first else 1)
            os._exit(2)
        assert os.waitpid(pid, 0)[1] == 0
        assert decoder.load(song).seconds > 4.9
        assert child_of(decoder) == first

    def test_an_answer_to_another_request_is_refused(
        self, bedevilled: Decoder, song: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        bedevilled.close()
        report = {"code": "", "source_seconds": 5.0, "format": "mp3", "title": "", "artist": ""}
        header = json.dumps(report | {"id": 2}).encode()
        answer = LENGTHS.pack(len(header), 0) + header
        late = f"import sys; sys.stdin.readline(); sys.stdout.buffer.write({answer!r})"
        monkeypatch.setattr(decoding, "COMMAND", [sys.executable, "-c", late])
        with pytest.raises(ClipError, match="damaged"):
            bedevilled.describe(song)
