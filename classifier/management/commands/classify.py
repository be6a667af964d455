"""Say which emotion songs carry: files, folders and globs, or songs of the database.

    manage.py classify song.mp3 ~/Music "*.flac"
    manage.py classify --json ~/Music > emotions.json
    manage.py classify --jobs 2 --csv ~/Music
    manage.py classify --song 1b4e28ba-2fa1-11d2-883f-0016d3cca427
    manage.py classify --pending
    manage.py classify --features tracks.csv --json
    manage.py classify --explain song.mp3 --out why.png
    manage.py classify --whole song.mp3

Exit codes: 0 every input was classified; 1 some were not (each has its line with the reason);
2 wrong usage: nothing to classify, an unknown model or song, options that exclude each other;
130 interrupted by Ctrl-C, after what was heard until then.
"""

import os
import sys
from argparse import ArgumentParser
from collections.abc import Generator, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any, TextIO, cast
from uuid import UUID

from django.conf import settings
from django.core.management.base import CommandError
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from classifier.checks import TAG
from classifier.emotions.effective import effective_of
from classifier.models import Classification, Song
from classifier.queue import leases
from classifier.queue import rows as queue
from classifier.serving.listening import listen
from classifier.serving.results import UNSURE, Result, as_point, in_song, note_on
from classifier.terminal import reports
from classifier.terminal.batch import classify_files, known_models
from classifier.terminal.finding import find_files
from classifier.terminal.reports import NOT_SURE
from classifier.terminal.tables import classify_rows, read_table
from journify.background.jobs import worker_name
from journify.operations.commands import ExplainedCommand
from ml.errors import WeightsError

USAGE_ERROR = 2
INTERRUPTED = 130
PIPE_CLOSED = 141  # what a shell reports of a program that SIGPIPE ended
ONLY_FILES = {"upload", "clip"}  # sources that know nothing but a song's own file
INPUTS = ("paths", "song", "pending", "features", "explain", "whole")


class Command(ExplainedCommand):
    requires_system_checks = (TAG,)  # the others import every page

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("paths", nargs="*", metavar="PATH", help="a file, folder or glob")
        parser.add_argument(
            "--song", action="append", default=[], metavar="ID", type=UUID, help="may be repeated"
        )
        parser.add_argument(
            "--pending", action="store_true", help="every song that has no answer yet"
        )
        parser.add_argument(
            "--features",
            metavar="TABLE",
            type=Path,
            help="rows of track features (CSV with danceability, energy, valence, …)",
        )
        parser.add_argument(
            "--explain", metavar="FILE", type=Path, help="draw what in a file made the answer"
        )
        parser.add_argument(
            "--whole", metavar="FILE", type=Path, help="hear a file from end to end: how it moves"
        )
        parser.add_argument("--out", metavar="PNG", type=Path, help="where --explain draws")
        parser.add_argument("--model", help="ask this model only (default: best first)")
        parser.add_argument("--jobs", type=int, default=1, help="processes (default: 1)")
        form = parser.add_mutually_exclusive_group()
        form.add_argument("--json", action="store_true", help="one array, an object per input")
        form.add_argument("--csv", action="store_true", help="a header and a row per input")

    def handle(self, **options: Any) -> None:
        """Classify and print; the exit code says whether every input got an answer."""
        total, results = self._results(options)
        write: reports.Writer = reports.write_arc if options["whole"] else reports.write_table
        if options["json"]:
            write = reports.write_json
        elif options["csv"]:
            write = reports.write_csv
        self.stdout.ending = ""  # the writers end their lines themselves
        out = cast("TextIO", self.stdout)
        is_streaming = (options["json"] or options["csv"]) and out.isatty()
        watched = _with_progress(results, total, is_quiet=total == 1 or is_streaming)
        failed = 0
        try:
            with closing(write(watched, out)) as written:
                for result in written:
                    failed += "error" in result
                    if options["csv"] and "note" in result:  # rows have no room for it
                        self.stderr.write(f"{result['file']}: {result['note']}")
        except KeyboardInterrupt:
            sys.exit(INTERRUPTED)
        except BrokenPipeError:
            # whoever read has enough, as `head` does; the flush at exit must not complain either
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            sys.exit(PIPE_CLOSED)
        if failed:
            self.stderr.write(f"{failed} of {total} could not be classified.")
            sys.exit(1)

    def _results(self, options: dict[str, Any]) -> tuple[int, Iterator[Result]]:
        _check_usage(options)
        if options["song"] or options["pending"]:
            songs = _pending_songs() if options["pending"] else _songs(options["song"])
            return len(songs), _classified(songs)
        if options["features"]:
            return _table_results(options["features"])
        if options["explain"]:
            return 1, iter([_explained(options)])
        if options["whole"]:
            return 1, iter([_heard_whole(options)])
        models = _models(options["model"])
        paths = find_files(options["paths"])
        if not paths:
            problem = "Nothing to classify: there is no audio file in what was given."
            raise CommandError(problem, returncode=USAGE_ERROR)
        return len(paths), classify_files(paths, models=models, jobs=options["jobs"])


def _check_usage(options: dict[str, Any]) -> None:
    given = [name for name in INPUTS if options[name]]
    problems = {
        "--jobs takes a number from 1 up.": options["jobs"] < 1,
        "Nothing to classify: give files, folders or globs, --song ID, --pending, "
        "--features TABLE, --explain FILE or --whole FILE.": not given,
        "Give one of files, --song, --pending, --features, --explain and --whole at a time.": len(
            given
        )
        > 1,
        "--whole goes without --csv.": bool(options["whole"] and options["csv"]),
        "--jobs goes with files only.": options["jobs"] > 1 and not options["paths"],
        "--model goes with files: songs and tables have their own model.": options["model"]
        and not (options["paths"] or options["explain"] or options["whole"]),
        "--explain FILE and --out PNG go together.": bool(options["explain"])
        != bool(options["out"]),
    }
    for sentence, is_wrong in problems.items():
        if is_wrong:
            raise CommandError(sentence, returncode=USAGE_ERROR)


def _table_results(path: Path) -> tuple[int, Iterator[Result]]:
    try:
        rows = read_table(path)
        return len(rows), classify_rows(path, rows)
    except OSError as error:
        problem = f"{path} cannot be opened: {error.strerror}."
        raise CommandError(problem, returncode=USAGE_ERROR) from error
    except ValueError as error:
        raise CommandError(f"{path}: {error}", returncode=USAGE_ERROR) from error
    except WeightsError as error:
        raise CommandError(str(error), returncode=USAGE_ERROR) from error


def _explained(options: dict[str, Any]) -> Result:
    from classifier.serving.explanations import explain_file

    [model, *_] = _models(options["model"])
    try:
        return explain_file(options["explain"], options["out"], model=model)
    except OSError as error:
        problem = f"{options['out']} cannot be written: {error.strerror}."
        raise CommandError(problem, returncode=USAGE_ERROR) from error
    except WeightsError as error:
        raise CommandError(str(error), returncode=USAGE_ERROR) from error


def _heard_whole(options: dict[str, Any]) -> Result:
    from classifier.serving.service import service_of
    from classifier.terminal.whole import whole_result

    return whole_result(options["whole"], service_of(tuple(_models(options["model"]))))


def _models(name: str | None) -> list[str]:
    if name is None:
        return list(settings.CLASSIFIER_MODELS)
    if name not in known_models():
        raise CommandError(
            f"There is no model “{name}”; there are: {', '.join(known_models())}.",
            returncode=USAGE_ERROR,
        )
    return [name]


def _songs(ids: list[UUID]) -> list[Song]:
    songs = Song.objects.in_bulk(ids)
    if missing := [str(pk) for pk in ids if pk not in songs]:
        raise CommandError(f"There is no song {', '.join(missing)}.", returncode=USAGE_ERROR)
    return [songs[pk] for pk in ids]


def _pending_songs() -> list[Song]:
    """Every song without an answer, also of those whose clip another source has."""
    answered = Classification.objects.answered().values("song")
    songs = Song.objects.exclude(pk__in=answered).order_by("created_at")
    if set(settings.CLIP_SOURCES + settings.FEATURE_SOURCES) <= ONLY_FILES:
        songs = songs.exclude(audio="")  # nothing here could hear them
    return list(songs)


def _classified(songs: list[Song]) -> Iterator[Result]:
    from classifier.serving.service import get_service

    get_service()  # loaded before the first claim: its time is no song's
    with leases.renewing():
        for song in songs:
            yield _classify_song(song)


def _classify_song(song: Song) -> Result:
    """Classify a song of the database here and now, unless a worker is at it."""
    row = queue.claim_classification(queue.request_classification(song).pk, worker=worker_name())
    if row is not None:
        with leases.held(row):
            listen(row)
    found = effective_of(list(song.classifications.all()))
    named = {"file": str(song), "song": str(song.pk)}
    answer = found.answer
    if answer is None:
        return named | {"error": _reason(found.work)}
    return named | {
        "emotion": NOT_SURE if found.emotion == UNSURE else answer.emotion,
        "probabilities": answer.probabilities,
        **as_point(answer.probabilities, answer.word_odds),
        "segments": in_song(answer.segments, answer.offset or 0.0),
        "model": answer.model,
        "version": answer.version,
        "seconds": answer.seconds,
        **_note(answer),
    }


def _note(answer: Classification) -> dict[str, str]:
    if answer.is_middle or answer.offset is None or not answer.segments:
        return {}
    return {"note": note_on(answer.offset, answer.segments[-1]["end"])}


def _reason(work: Classification | None) -> str:
    if work is not None and work.retry_at is not None:
        return f"It will be tried again ({work.reason or 'no reason given'})."
    return (work and work.error) or "A worker is listening to it."


def _with_progress(
    results: Iterator[Result], total: int, *, is_quiet: bool
) -> Generator[Result, None, None]:
    """Show a bar on standard error while results arrive, where somebody watches.

    Rows that stream to the same terminal show the progress themselves, and a bar would break them.
    """
    console = Console(stderr=True)
    bar = Progress(
        TextColumn("listening"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        console=console,
        transient=True,
        disable=is_quiet or not console.is_terminal,
    )
    with bar:
        yield from bar.track(results, total=total)
