"""Decode strangers' files outside this process, within bounds of time and memory.

A crafted or damaged file may crash FFmpeg, keep it busy for ever or have it take all memory. So a
child process does the decoding (`ml.audio.decode_child`): it is killed when a file takes too long,
the kernel bounds its processor time and memory, it inherits no secret, and it is replaced after a
crash and after a number of files. Whatever the file does, the caller gets a `Clip` or a
`ClipError`."""

from __future__ import annotations

import contextlib
import json
import logging
import os
import select
import signal
import subprocess
import sys
import threading
import time
import weakref
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, cast

from ml.clip import CLIP_SECONDS, LENGTHS, SAMPLE_RATE, Clip
from ml.errors import SENTENCES, ClipError

logger = logging.getLogger(__name__)

ROOT = Path(__file__).resolve().parents[2]
COMMAND = [sys.executable, "-m", "ml.audio.decode_child"]
TOO_LONG = (-signal.SIGXCPU, -signal.SIGALRM)  # how a child ends that the kernel stopped
MAX_HEADER = 20_000
MAX_SAMPLES = int(CLIP_SECONDS * SAMPLE_RATE) * 4
# What a child needs of the environment; it gets nothing else, least of all keys and passwords.
ENVIRONMENT = ("PATH", "LANG", "LC_ALL", "LD_LIBRARY_PATH", "PYTHONPATH")


@dataclass(frozen=True)
class Bounds:
    """What decoding one file may take.

    Attributes
    ----------
    seconds : float
        By the clock, and of processor time.
    memory : int
        Bytes of address space, the interpreter included.
    files : int
        After so many files a child is replaced, so that nothing adds up in it.
    """

    seconds: float = 20.0
    memory: int = 1_500_000_000
    files: int = 100


@dataclass(frozen=True)
class Description:
    """What a file is: its container (see `container_of`), length, and what tags say."""

    format: str
    source_seconds: float
    title: str
    artist: str


@dataclass(frozen=True)
class _Described:
    """What a child said of a file, with its samples: the last one, until it is loaded."""

    identity: tuple[int, ...]
    report: dict[str, Any]
    content: bytearray


class Decoder:
    """Decodes in child processes; may be used from several threads at once.

    Every file gets a child of its own, until `start` is called: from then on one is kept ready.
    `prepare` starts the child of the next file before that is there. Where one is kept, a file that
    is loaded after it was described is not decoded again.
    """

    def __init__(self, bounds: Bounds | None = None) -> None:
        self.bounds = bounds or Bounds()
        self._keep = 0
        self._idle: list[_Child] = []
        self._described: _Described | None = None
        self._lock = threading.Lock()
        weakref.finalize(self, _end_all, self._idle)

    def start(self) -> None:
        """Start a child now, without waiting for it, and keep one ready from now on."""
        self._keep = 1
        self._hand_back(self._take())

    def prepare(self) -> None:
        """Start a child for the next file only, without waiting for it, unless one is there."""
        with self._lock, contextlib.suppress(OSError):  # none may be had: told when it is needed
            if not self._idle:
                self._idle.append(_Child())

    def close(self) -> None:
        """End the child that is kept ready; the decoder can still be used."""
        self._keep = 0
        with self._lock:
            _end_all(self._idle)

    def load(self, path: Path) -> Clip:
        """Read the middle 30 s of an audio file, as `ml.audio.loading.load_clip` does.

        Raises
        ------
        ClipError
            The file is no use, took too much, or crashed the decoder.
        """
        import numpy as np

        with self._lock:
            known, self._described = self._described, None
        if known is not None and known.identity == _identity_of(path):
            report, content = known.report, known.content
        else:
            report, content = self._ask(path, samples=True)
        samples = np.frombuffer(content, np.float32)
        return Clip(
            samples=samples,
            seconds=len(samples) / SAMPLE_RATE,
            source_seconds=report["source_seconds"],
            start=report["start"],
            title=report["title"],
            artist=report["artist"],
            is_middle=report["is_middle"],
        )

    def describe(self, path: Path) -> Description:
        """Say what a file is, having decoded it once.

        Raises
        ------
        ClipError
            As in `load`.
        """
        identity, keeps = _identity_of(path), self._keep > 0
        report, content = self._ask(path, samples=keeps)
        if keeps and identity is not None:
            with self._lock:
                self._described = _Described(identity, report, content)
        names = ("format", "source_seconds", "title", "artist")
        return Description(**{name: report[name] for name in names})

    def _ask(self, path: Path, *, samples: bool) -> tuple[dict[str, Any], bytearray]:
        """Have a child answer; one that dies of a file after others is not proof against the file.

        So a fresh one has the last word: memory may have been short, or the other child's time up.
        """
        child = self._take()
        try:
            try:
                report, content = child.ask(path, bounds=self.bounds, samples=samples)
            except _CrashError:
                if not child.answered:
                    raise
                child = _Child()
                report, content = child.ask(path, bounds=self.bounds, samples=samples)
        except _CrashError as crash:
            logger.warning("the decoder died of %s: %s", path.name, crash)
            raise ClipError("crashed", SENTENCES["crashed"]) from crash
        finally:
            self._hand_back(child)
        if report["code"]:
            if "detail" in report:
                logger.warning("decoding %s raised %s", path.name, report["detail"])
            raise ClipError(report["code"], report["message"])
        return report, content

    def _take(self) -> _Child:
        with self._lock:
            child = self._idle.pop() if self._idle else None
        if child is not None and child.is_ready():
            return child
        if child is not None:
            child.end()
        return _Child()

    def _hand_back(self, child: _Child) -> None:
        """Keep a child for the next file, or end it; keep another in the place of a worn one.

        A child that was interrupted may still write its answer, which the next file would get.
        """
        if child.is_ready() and child.answered < self.bounds.files:
            fresh = child
        else:
            child.end()
            fresh = _Child() if self._keep else child
        with self._lock:
            if len(self._idle) < self._keep:
                self._idle.append(fresh)
                return
        fresh.end()


class _CrashError(Exception):
    """The child died, or its answer makes no sense."""


class _OverdueError(Exception):
    """The child did not answer in time."""


class _Child:
    """One process that decodes one file at a time.

    Attributes
    ----------
    asked, answered : int
        Requests that were begun, and answers that were read to their end. Where they differ, the
        pipes hold what belongs to a request that nobody waits for any more.
    """

    def __init__(self) -> None:
        self.asked = 0
        self.answered = 0
        self._owner = os.getpid()
        self._process = subprocess.Popen(
            COMMAND,
            **child_options(),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            bufsize=0,
        )
        self._requests = cast("IO[bytes]", self._process.stdin)
        self._answers = cast("IO[bytes]", self._process.stdout)

    def is_ready(self) -> bool:
        """Whether the process is alive, ours, and has no answer outstanding."""
        is_ours = self._owner == os.getpid()  # a fork shares the pipes, and would read our answers
        return is_ours and self.asked == self.answered and self._process.poll() is None

    def ask(self, path: Path, *, bounds: Bounds, samples: bool) -> tuple[dict[str, Any], bytearray]:
        """Return the child's report on a file and its samples.

        Raises
        ------
        ClipError
            It took too long; the child is ended.
        _CrashError
            It died; the child is ended.
        BaseException
            Something interrupted the call, such as a time limit; the child is ended.
        """
        self.asked += 1
        request = {
            "id": self.asked,
            "path": os.fspath(path.absolute()),
            "samples": samples,
            "seconds": bounds.seconds,
            "memory": bounds.memory,
        }
        try:
            self._requests.write(json.dumps(request).encode() + b"\n")
            answer = self._read_answer(time.monotonic() + bounds.seconds)
            self.answered = self.asked
        except _OverdueError:
            self.end()
            raise ClipError("too-slow", SENTENCES["too-slow"]) from None
        except TimeoutError:  # an OSError, but never a pipe's: somebody's time limit
            self.end()
            raise
        except (OSError, EOFError, ValueError) as error:
            status = self.end()
            if status in TOO_LONG:
                raise ClipError("too-slow", SENTENCES["too-slow"]) from None
            raise _CrashError(f"exit status {status} {error}") from error
        except BaseException:
            self.end()
            raise
        return answer

    def end(self) -> int:
        """Kill the process, whatever it is at; returns how it ended: dead already, as it died."""
        if self._owner == os.getpid():
            self._process.kill()
        status = self._process.wait()
        for pipe in (self._requests, self._answers):
            with contextlib.suppress(OSError):
                pipe.close()
        return status

    def _read_answer(self, deadline: float) -> tuple[dict[str, Any], bytearray]:
        header_size, size = LENGTHS.unpack(self._read(LENGTHS.size, deadline))
        if header_size > MAX_HEADER or size > MAX_SAMPLES:
            raise ValueError("an answer that is too long")
        report = json.loads(self._read(header_size, deadline))
        if not isinstance(report, dict) or "code" not in report:
            raise ValueError("an answer of another form")
        if report.pop("id", None) != self.asked:
            raise ValueError("an answer to another request")
        return report, self._read(size, deadline)

    def _read(self, size: int, deadline: float) -> bytearray:
        """Read so many bytes of the answer, before the deadline."""
        pipe = self._answers.fileno()
        poll = select.poll()
        poll.register(pipe, select.POLLIN)
        content = bytearray(size)
        view, have = memoryview(content), 0
        while have < size:
            left = deadline - time.monotonic()
            if left <= 0 or not poll.poll(left * 1000):
                raise _OverdueError
            read = os.readv(pipe, [view[have:]])
            if not read:
                raise EOFError
            have += read
        return content


def child_options() -> dict[str, Any]:
    """Return how a child is started: without our secrets, and not stopped by our signals."""
    environment = {name: os.environ[name] for name in ENVIRONMENT if name in os.environ}
    return {
        "cwd": ROOT,
        "env": environment | {"OPENBLAS_NUM_THREADS": "1", "PYTHONDONTWRITEBYTECODE": "1"},
        "stderr": subprocess.DEVNULL,
        "start_new_session": True,  # what stops a worker is not for the song under way
    }


def _identity_of(path: Path) -> tuple[int, ...] | None:
    """Return what changes when a file does; None where there is none."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino, found.st_size, found.st_ctime_ns


def _end_all(children: list[_Child]) -> None:
    while children:
        children.pop().end()
