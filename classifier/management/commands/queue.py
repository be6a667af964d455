"""Look after the queue: what waits, runs and failed, and what to do about it.

manage.py queue [--json]                       depth, ages, songs under way, failures by reason
manage.py queue failed [--reason R] [--json]   songs that failed, and their ids for retry or drop
manage.py queue retry ID…                      try songs again, by the id of their classification
manage.py queue retry --all-failed [--reason R]
manage.py queue drop ID…                       take songs off the queue, or failures off the list
manage.py queue drop --all-failed [--reason R]
manage.py queue sweep                          take up what was dropped; workers do so by themselves
"""

import json
from argparse import ArgumentParser
from typing import Any
from uuid import UUID

from django.core.management.base import CommandError

from classifier.models import Classification, ClassificationQuerySet
from classifier.queue import backlog
from journify.background import jobs
from journify.operations.commands import ExplainedCommand

VERBS = {"retry": backlog.retry_rows, "drop": backlog.drop_rows}
DONE = {"retry": "retried", "drop": "dropped"}
CHOICES = ["status", "failed", *VERBS, "sweep"]


class Command(ExplainedCommand):
    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("verb", nargs="?", choices=CHOICES, default="status")
        parser.add_argument("ids", nargs="*", type=UUID, metavar="ID")
        parser.add_argument("--all-failed", action="store_true")
        parser.add_argument("--reason", default="", help="of the failures, those for this reason")
        parser.add_argument("--json", action="store_true", help="one object")

    def handle(self, *, verb: str, **options: Any) -> None:
        if verb == "status":
            found = backlog.queue_state()
            self.stdout.write(json.dumps(found) if options["json"] else _told(found))
        elif verb == "failed":
            self._list(backlog.failed(reason=options["reason"]), as_json=options["json"])
        elif verb == "sweep":
            self._say({"swept": jobs.sweep()}, "{swept} taken up.", **options)
        else:
            rows = _rows(**options)
            count = VERBS[verb](rows)
            answer = {DONE[verb]: count, "left": len(rows) - count}
            sentence = f"{count} {DONE[verb]}."
            left = f" {len(rows) - count} left as they are: a worker has them, or they changed."
            self._say(answer, sentence + (left if count < len(rows) else ""), **options)

    def _list(self, rows: ClassificationQuerySet, *, as_json: bool) -> None:
        found = [
            {"id": str(row.pk), "song": str(row.song), "reason": row.reason, "error": row.error}
            for row in rows.select_related("song").order_by("finished_at")
        ]
        if as_json:
            self.stdout.write(json.dumps(found))
        for row in () if as_json else found:
            self.stdout.write("{id}  {song}: {error} ({reason})".format_map(row))

    def _say(self, answer: dict[str, int], sentence: str, **options: Any) -> None:
        self.stdout.write(json.dumps(answer) if options["json"] else sentence.format(**answer))


def _rows(
    *, ids: list[UUID], all_failed: bool, reason: str, **_options: Any
) -> list[Classification]:
    if bool(ids) == all_failed:
        raise CommandError("Give ids, or --all-failed.")
    if all_failed:
        return list(backlog.failed(reason=reason))
    rows = Classification.objects.in_bulk(ids)
    if missing := [str(pk) for pk in ids if pk not in rows]:
        raise CommandError(f"There is no classification {', '.join(missing)}.")
    return list(rows.values())


def _told(found: dict[str, Any]) -> str:
    oldest = f", oldest {found['oldest']:.0f} s" if found["waiting"] else ""
    due = "" if found["next_retry"] is None else f", next in {found['next_retry']:.0f} s"
    lines = [
        f"waiting    {found['waiting']}{oldest}",
        f"postponed  {found['postponed']}{due}",
        f"running    {len(found['running'])}",
        *map(_running_line, found["running"]),
        f"failed     {sum(found['failures'].values())}",
        *(f"  {count:5d}  {reason}" for reason, count in found["failures"].items()),
        *(f"waiting    {count} {name}" for name, count in found["others"].items()),
        f"woken by   {found['woken_by'] or 'nothing: workers look by themselves'}",
    ]
    return "\n".join(lines)


def _running_line(row: dict[str, Any]) -> str:
    stage = row["stage"] or "claimed"
    return f"  {row['id']}  {row['song']}: {stage}, try {row['attempt']}, by {row['worker']}"
