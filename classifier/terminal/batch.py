"""Classify many files: listen to them in one process or several, and keep their order."""

import json
import logging
import os
import signal
import time
from collections import deque
from collections.abc import Callable, Iterator, MutableMapping, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import suppress
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from threading import Event, Thread
from typing import Any

from django.conf import settings
from django.utils import translation

from classifier.errors import NoModelError
from classifier.files.decoding import get_decoder
from classifier.files.formats import explained
from classifier.serving.results import Result, as_result, note_on
from classifier.terminal.finding import problem_of
from journify.operations.collecting import loading
from ml.clip import Clip
from ml.errors import ClipError

logger = logging.getLogger(__name__)

# Files handed to the pool ahead of the one whose answer is awaited: enough to keep every process
# busy, few enough that memory does not grow with the number of files.
AHEAD_PER_JOB = 4
# Files that may be decoded while the models are loaded: about as many as that takes; 2.6 MB each.
MOST_EARLY = 40

KILLED = "Listening to this file ended the process: it may be damaged, or need too much memory."

InFlight = deque[tuple[Path, Future[Result]]]
Early = tuple[Clip, float]  # and the seconds that decoding took

# The models of this process: a pool's initialiser can hand on what it made by a global only.
_state: dict[str, Any] = {}


def classify_files(
    paths: Sequence[Path], *, models: Sequence[str], jobs: int = 1
) -> Iterator[Result]:
    """Yield one result for each path, in order, as answers arrive.

    `paths`: audio files; `models`: names of models, best first; the next one answers where one
    fails; `jobs`: number of processes; each holds its own copy of the models. One that is killed
    costs the line of the file that killed it, and is replaced.

    Yields `file` and what `as_result` writes; or `file` and `error`, one sentence.
    """
    if jobs == 1:
        _start(list(models))
        yield from map(_classify_file, paths)
    else:
        yield from _in_processes(paths, models=models, jobs=jobs)


def _in_processes(paths: Sequence[Path], *, models: Sequence[str], jobs: int) -> Iterator[Result]:
    # One process loads the models and begins nothing with them, and those that listen are its
    # copies: they are there at once, and share its memory.
    context = get_context("forkserver")
    context.set_forkserver_preload(["__main__", "classifier.serving.listeners"])
    make_pool = partial(
        ProcessPoolExecutor, mp_context=context, initializer=_set_up, initargs=(list(models),)
    )
    # Loading keeps one core busy. The first file is not decoded meanwhile: it starts the pool.
    early: dict[Path, Early] = {}
    is_heard = Event()
    decoding = Thread(target=_decode_early, args=(paths[1 : 1 + MOST_EARLY], early, is_heard))
    decoding.start()
    ahead = jobs * AHEAD_PER_JOB
    try:
        for result in _in_order(paths, make_pool=make_pool, jobs=jobs, ahead=ahead, early=early):
            is_heard.set()
            yield result
    finally:
        is_heard.set()
        decoding.join()


def _decode_early(paths: Sequence[Path], early: MutableMapping[Path, Early], end: Event) -> None:
    """Decode files into `early` until the end; what is no use is left to whoever listens."""
    decoder = get_decoder()
    try:
        decoder.start()
        for path in paths:
            if end.is_set():
                break
            started = time.perf_counter()
            with suppress(ClipError):
                early[path] = decoder.load(path), time.perf_counter() - started
    finally:
        decoder.close()


def _in_order(
    paths: Sequence[Path],
    *,
    make_pool: Callable[[int], ProcessPoolExecutor],
    jobs: int,
    ahead: int,
    early: MutableMapping[Path, Early],
) -> Iterator[Result]:
    """Hand the results out in the order of the paths, with as many pools as it takes.

    A killed process breaks its pool and says not which file did it. Those that were in flight are
    tried again one at a time, where there is no doubt; then a new pool goes on.
    """
    waiting = deque(paths)
    while waiting:
        flying: InFlight = deque()
        pool = make_pool(jobs)
        try:
            yield from _until_broken(pool, waiting, flying, ahead=ahead, early=early)
        finally:
            pool.shutdown(cancel_futures=True)
        if ahead == 1:
            yield from ({"file": _printable(path), "error": KILLED} for path, _ in flying)
            continue
        lost = [path for path, future in flying if not _is_answered(future)]
        again = _in_order(lost, make_pool=make_pool, jobs=1, ahead=1, early={})
        for _path, future in flying:
            yield future.result() if _is_answered(future) else next(again)


def _until_broken(
    pool: ProcessPoolExecutor,
    waiting: deque[Path],
    flying: InFlight,
    *,
    ahead: int,
    early: MutableMapping[Path, Early],
) -> Iterator[Result]:
    """Keep `ahead` files in flight until all are answered, or leave behind those that were."""
    try:
        while waiting or flying:
            while waiting and len(flying) < ahead:
                path = waiting[0]
                flying.append((path, pool.submit(_classify_file, path, early.pop(path, None))))
                waiting.popleft()
            result = flying[0][1].result()
            flying.popleft()
            yield result
    except BrokenProcessPool:
        logger.warning("a process was killed; %d files in flight are tried again", len(flying))


def _is_answered(future: Future[Result]) -> bool:
    return future.done() and not future.cancelled() and future.exception() is None


def _set_up(models: list[str]) -> None:
    """Make a process of the pool ready: it has settings and models, but no apps of Django."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the parent to handle
    translation.deactivate_all()  # catalogues are found by way of the apps
    _start(models)


def _start(models: list[str]) -> None:
    get_decoder().start()  # it gets ready while torch is imported
    with loading():
        from classifier.serving.service import service_of

        _state["service"] = service_of(tuple(models))


def _classify_file(path: Path, early: Early | None = None) -> Result:
    def hear() -> Result:
        started = time.perf_counter()
        clip, seconds = early or (get_decoder().load(path), 0.0)
        prediction = _state["service"].classify(clip)
        seconds += time.perf_counter() - started
        note = {} if clip.is_middle else {"note": note_on(clip.start, clip.seconds)}
        return as_result(prediction, seconds=seconds, start=clip.start) | note

    return result_of(path, hear)


def result_of(path: Path, hear: Callable[[], Result]) -> Result:
    """Return the path as `file`, and what `hear` says of it, or an `error`, one sentence."""
    named = {"file": _printable(path)}
    if problem := problem_of(path):
        return named | {"error": problem}
    try:
        return named | hear()
    except ClipError as error:
        return named | {"error": explained(error.code, str(error), path.name)}
    except NoModelError as error:
        return named | {"error": str(error)}
    except Exception:
        # Libraries that decode what strangers made, and torch, may raise anything. An accident with
        # one file of thousands must not cost the answers of the others.
        logger.exception("%s broke", path)
        return named | {"error": "Something went wrong while listening to this file."}


def _printable(path: Path) -> str:
    """Write a path as text; bytes that are no UTF-8 would end the run when they are printed."""
    return os.fsencode(path).decode("utf-8", "replace")


def known_models() -> list[str]:
    """Names of the models that are shipped and listen to audio."""
    return sorted(
        path.parent.name
        for path in settings.WEIGHTS_DIR.glob("*/meta.json")
        if json.loads(path.read_text(encoding="utf-8")).get("input") != "features"
    )
