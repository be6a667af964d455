"""Send a hostile file through an upload and through `classify`, and judge what came of it."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.test import Client

from classifier.files import tryouts
from classifier.models import TryOut
from classifier.terminal.batch import classify_files
from journify.background import jobs
from tools.tests.hostile.broken import broken_files, sound_files
from tools.tests.hostile.canary import Canary
from tools.tests.hostile.crafted import crafted_files
from tools.tests.hostile.naming import naming_files

MAX_SECONDS = 20.0
LONGEST_SENTENCE = 200
TELLTALES = ("Traceback", "Error", "root:", "went wrong", "corpus")
Way = Callable[[Path], str]


@dataclass(frozen=True)
class AttackOutcome:
    """What became of one file on one way in.

    `sentence`: why it was refused; empty when it was listened to; `problem`: what should not have
    happened; empty when all is well.
    """

    name: str
    way: str
    seconds: float
    sentence: str
    problem: str


def write_corpus(folder: Path, canary: Canary, sound: dict[str, bytes] | None = None) -> list[Path]:
    """Write every hostile file below `folder`, and return their paths in a fixed order."""
    sound = sound or sound_files()
    folder.mkdir(exist_ok=True)
    paths = []
    kinds = (
        broken_files(sound),
        crafted_files(sound),
        naming_files(str(canary.file), canary.url),
    )
    for files in kinds:
        for name, content in files:
            path = folder / name
            path.write_bytes(content)
            paths.append(path)
    return paths


def attack(paths: list[Path], ways: dict[str, Way], canary: Canary) -> Iterator[AttackOutcome]:
    """Send each file along each way, which returns the sentence that it refused with, or none."""
    canary.sung()
    for path in paths:
        for name, way in ways.items():
            started = time.monotonic()
            try:
                sentence, problem = way(path), ""
            except Exception as error:  # whatever it is, it is a finding
                sentence, problem = "", f"raised {error!r}"
            seconds = time.monotonic() - started
            problem = problem or _problem(sentence, seconds, canary)
            yield AttackOutcome(path.name, name, seconds, sentence, problem)


def upload_way(client: Client, path_of_answer: str) -> Way:
    """Send files as a listener does, in a form, through every middleware."""

    def send(path: Path) -> str:
        with path.open("rb") as file:
            response: Any = client.post(path_of_answer, {"audio": file})
        if response.status_code == 302:
            return ""
        if response.status_code != 200:
            raise RuntimeError(f"status {response.status_code}")
        return str(response.context["error"])

    return send


def try_out_way(client: Client, path_of_form: str) -> Way:
    """Send files as a visitor without an account does, and wait for what a worker says of them."""

    def send(path: Path) -> str:
        with path.open("rb") as file:
            response: Any = client.post(path_of_form, {"audio": file})
        if response.status_code == 200:
            return str(response.context["error"])
        if response.status_code != 302:
            raise RuntimeError(f"status {response.status_code}")
        tryout = jobs.claim(TryOut.objects.all(), TryOut.objects.get().pk)
        if tryout is None:
            raise RuntimeError("somebody else has it")
        tryouts.hear_tryout(tryout)
        error = str(client.get(response["Location"]).context.get("error", ""))
        if TryOut.objects.exists():
            raise RuntimeError("something of it is kept")
        return error

    return send


def classify_way(models: list[str]) -> Way:
    """Classify files as `manage.py classify` does, with the models kept."""

    def classify(path: Path) -> str:
        [result] = classify_files([path], models=models)
        if "error" not in result and sum(result["probabilities"].values()) < 0.99:
            raise RuntimeError(f"no probabilities: {result}")
        return str(result.get("error", ""))

    return classify


def _problem(sentence: str, seconds: float, canary: Canary) -> str:
    if sung := canary.sung():
        return f"opened what is named inside: {sung}"
    if seconds > MAX_SECONDS:
        return f"took {seconds:.0f} s"
    is_sentence = sentence.endswith((".", "?")) and "\n" not in sentence
    if sentence and not (is_sentence and len(sentence) <= LONGEST_SENTENCE):
        return f"no sentence: {sentence!r}"
    if any(word in sentence for word in TELLTALES):
        return f"tells too much, or an accident: {sentence!r}"
    return ""
