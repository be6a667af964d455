"""Send every hostile file through an upload, a try-out and `classify`; say what happened.

    python -m tools.hostile            all of them
    python -m tools.hostile --every 8  one in eight

The exit status is 1 when a file got further than it may.
"""

from __future__ import annotations

import argparse
import logging
import os
import resource
import sys
from collections import Counter
from pathlib import Path
from tempfile import TemporaryDirectory

from tools.hostile.attack import (
    Outcome,
    attack,
    classify_way,
    try_out_way,
    upload_way,
    write_corpus,
)
from tools.hostile.broken import sound_files
from tools.hostile.canary import canary


def main() -> int:
    """Attack an app with a database of its own; print a summary."""
    parser = argparse.ArgumentParser(prog="python -m tools.hostile")
    parser.add_argument("--every", type=int, default=1, metavar="N", help="one file in N")
    every = parser.parse_args().every
    with TemporaryDirectory() as folder:
        os.environ |= {
            "DJANGO_SETTINGS_MODULE": "journify.settings",
            "ENV_FILE": os.devnull,
            "JOURNIFY_DATA_DIR": f"{folder}/data",
            "RATE_LIMIT_FACTOR": "0",
        }
        sound = sound_files()
        with canary(Path(folder), sound["wav"]) as trap:
            paths = write_corpus(Path(folder) / "corpus", trap, sound)[::every]
            ways = {**_pages(), "classify": classify_way(["ann"])}
            return _summed_up(list(attack(paths, ways, trap)), len(paths))


def _pages():  # type: ignore[no-untyped-def]
    import django  # noqa: PLC0415

    django.setup()
    logging.disable(logging.ERROR)
    from django.core.management import call_command  # noqa: PLC0415
    from django.test import Client  # noqa: PLC0415
    from django.test.utils import setup_test_environment  # noqa: PLC0415
    from django.urls import reverse  # noqa: PLC0415

    from journal.day.pages import open_day, today  # noqa: PLC0415
    from journal.models import Entry  # noqa: PLC0415
    from spotify_auth.models import User  # noqa: PLC0415

    setup_test_environment()
    call_command("migrate", verbosity=0)
    call_command("load_phrases", verbosity=0, stdout=open(os.devnull, "w"))  # noqa: SIM115, PTH123
    call_command("collectstatic", interactive=False, verbosity=0)
    user = User.objects.create(username="mallory")
    client = Client()
    client.force_login(user)
    open_day(user, today())
    entry = Entry.objects.of(user).first()
    assert entry is not None
    return {
        "upload": upload_way(client, reverse("journal:answer", args=[entry.pk])),
        "try-out": try_out_way(Client(), reverse("journal:begin_try_out")),
    }


def _summed_up(outcomes: list[Outcome], files: int) -> int:
    problems = [outcome for outcome in outcomes if outcome.problem]
    for outcome in problems:
        sys.stdout.write(f"{outcome.way} {outcome.name}: {outcome.problem}\n")
    for way in ("upload", "try-out", "classify"):
        mine = [outcome for outcome in outcomes if outcome.way == way]
        heard = sum(not outcome.sentence and not outcome.problem for outcome in mine)
        slowest = max(mine, key=lambda outcome: outcome.seconds)
        sys.stdout.write(
            f"{way}: {len(mine)} files, {heard} heard, {len(mine) - heard} refused, "
            f"slowest {slowest.seconds:.1f} s ({slowest.name})\n"
        )
    for sentence, count in Counter(o.sentence for o in outcomes if o.sentence).most_common():
        sys.stdout.write(f"  {count:4} {sentence}\n")
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024
    sys.stdout.write(f"largest decoder: {peak} MB resident\n")
    sys.stdout.write(f"{files} files, 3 ways in, {len(problems)} got further than they may\n")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
