from __future__ import annotations

import datetime as dt
import io
import json
import uuid
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from classifier.models import Classification
from classifier.tests.factories import ClassificationFactory

pytestmark = pytest.mark.django_db

Status = Classification.Status


def run(*arguments: object) -> str:
    out = io.StringIO()
    call_command("queue", *map(str, arguments), stdout=out)
    return out.getvalue()


def answer(*arguments: object) -> dict[str, Any]:
    return dict(json.loads(run(*arguments, "--json")))


def a_row(status: Status = Status.FAILED, **values: object) -> Classification:
    return ClassificationFactory(status=status, emotion=values.pop("emotion", ""), **values)


@pytest.fixture
def rows() -> dict[str, Classification]:
    """One of each kind, and three failures."""
    now = timezone.now()
    return {
        "done": ClassificationFactory(),
        "waiting": a_row(Status.QUEUED, ready_at=now - dt.timedelta(seconds=90)),
        "postponed": a_row(Status.QUEUED, retry_at=now + dt.timedelta(seconds=30)),
        "running": a_row(
            Status.RUNNING,
            owner="host:7",
            stage="listening",
            attempts=2,
            lease_until=now + dt.timedelta(seconds=40),
            song__title="Spring",
            song__artist="Vivaldi",
        ),
        "silent": a_row(reason="silent", error="This file is silent."),
        "silent too": a_row(reason="silent"),
        "odd": a_row(reason="unexpected"),
        "dropped": a_row(reason="dropped"),
    }


def test_depth_ages_and_failures_are_told(rows: dict[str, Classification]) -> None:
    told = answer()
    assert (told["waiting"], told["postponed"], told["woken_by"]) == (1, 1, "")
    assert 89 < told["oldest"] < 120
    assert 0 < told["next_retry"] <= 30
    [running] = told["running"]
    assert running["song"] == "Spring – Vivaldi"
    assert (running["worker"], running["stage"], running["attempt"]) == ("host:7", "listening", 2)
    assert told["failures"] == {"silent": 2, "unexpected": 1}


def test_people_get_the_same_in_lines(rows: dict[str, Classification]) -> None:
    lines = run().splitlines()
    assert lines[0].startswith("waiting    1, oldest 9")
    assert any("Spring – Vivaldi: listening, try 2, by host:7" in line for line in lines)
    assert "failed     3" in lines
    assert "      2  silent" in lines
    assert lines[-1] == "woken by   nothing: workers look by themselves"


def test_an_empty_queue_is_told_without_ages() -> None:
    assert run().splitlines()[:3] == ["waiting    0", "postponed  0", "running    0"]


def test_failures_are_listed_with_their_ids(rows: dict[str, Classification]) -> None:
    listed = run("failed", "--reason", "unexpected")
    assert listed == f"{rows['odd'].pk}  {rows['odd'].song}:  (unexpected)\n"
    found = json.loads(run("failed", "--json"))
    assert {row["id"] for row in found} == {
        str(rows[name].pk) for name in ("silent", "silent too", "odd")
    }


class TestRetry:
    def test_the_named_wait_anew_and_the_rest_stays(self, rows: dict[str, Classification]) -> None:
        told = answer("retry", rows["silent"].pk, rows["running"].pk)
        assert told == {"retried": 1, "left": 1}
        rows["silent"].refresh_from_db()
        assert (rows["silent"].status, rows["silent"].attempts) == ("queued", 0)
        rows["running"].refresh_from_db()
        assert rows["running"].status == "running"

    def test_all_failures_wait_anew_but_those_dropped(
        self, rows: dict[str, Classification]
    ) -> None:
        assert run("retry", "--all-failed") == "3 retried.\n"
        assert Classification.objects.filter(status=Status.FAILED).get() == rows["dropped"]

    def test_failures_for_one_reason_wait_anew(self, rows: dict[str, Classification]) -> None:
        run("retry", "--all-failed", "--reason", "silent")
        assert answer()["failures"] == {"unexpected": 1}


class TestDrop:
    def test_a_waiting_song_fails_with_a_reason(self, rows: dict[str, Classification]) -> None:
        run("drop", rows["waiting"].pk, rows["postponed"].pk)
        for name in ("waiting", "postponed"):
            rows[name].refresh_from_db()
            assert (rows[name].status, rows[name].reason) == ("failed", "dropped")
            assert rows[name].error.startswith("This song was taken off the queue.")

    def test_a_failure_leaves_the_list_and_keeps_its_sentence(
        self, rows: dict[str, Classification]
    ) -> None:
        assert run("drop", "--all-failed") == "3 dropped.\n"
        assert answer()["failures"] == {}
        rows["silent"].refresh_from_db()
        assert rows["silent"].error == "This file is silent."

    def test_an_earlier_answer_stands(self) -> None:
        row = a_row(Status.QUEUED, emotion="calm")
        run("drop", row.pk)
        row.refresh_from_db()
        assert (row.status, row.emotion, row.reason) == ("done", "calm", "")

    def test_a_song_that_is_listened_to_is_left(self, rows: dict[str, Classification]) -> None:
        assert answer("drop", rows["running"].pk, rows["done"].pk) == {"dropped": 0, "left": 2}


def test_what_was_dropped_is_swept_up() -> None:
    a_row(Status.RUNNING, attempts=1, lease_until=timezone.now() - dt.timedelta(seconds=1))
    assert run("sweep") == "1 taken up.\n"
    assert answer("sweep") == {"swept": 0}


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["retry"], "Give ids, or --all-failed."),
        (["drop", uuid.UUID(int=0), "--all-failed"], "Give ids, or --all-failed."),
        (["retry", uuid.UUID(int=0)], "There is no classification 0000"),
        (["retry", "x"], "invalid UUID"),
        (["eat"], "invalid choice"),
    ],
)
def test_wrong_usage_gets_a_sentence(arguments: list[object], sentence: str) -> None:
    with pytest.raises(CommandError, match=sentence):
        run(*arguments)
