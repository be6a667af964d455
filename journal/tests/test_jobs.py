"""Everything that listeners and visitors ask for survives its transport, and its worker."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from unittest.mock import Mock

import pytest
import time_machine
from django.apps import apps
from django.conf import settings
from django.core.files.base import ContentFile
from django.utils import timezone
from django_tasks_db.models import DBTaskResult
from pytest_django import DjangoCaptureOnCommitCallbacks

from classifier import explaining, queue, tryouts
from classifier.models import Classification, Explanation, TryOut
from classifier.tests.factories import ClassificationFactory, SongFactory
from classifier.tests.test_bad_input import upload_of
from journal import transfers
from journal.models import Transfer
from journify.background import jobs
from journify.background.jobs import Job
from journify.background.transport import Line
from spotify_auth.tests.factories import UserFactory

pytestmark = pytest.mark.django_db

AUDIO = settings.BASE_DIR / "classifier/demo/audio/the-entertainer.mp3"
LATER = dt.timedelta(minutes=2)


def a_song() -> Job:
    return queue.request_classification(SongFactory())


def a_drawing() -> Job:
    return explaining.request_explanation(ClassificationFactory())


def a_try_out() -> Job:
    with upload_of(AUDIO) as upload:
        return tryouts.begin(upload)


def an_export() -> Job:
    return transfers.request_export(UserFactory(), with_audio=False)


def an_import() -> Job:
    return transfers.request_import(UserFactory(), ContentFile(b"x", name="x.zip"))


WORK = [a_song, a_drawing, a_try_out, an_export, an_import]
every_work = pytest.mark.parametrize("ask", WORK)


@pytest.fixture
def ask_for(
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> Callable[..., Job]:
    """Ask, and let what follows the commit happen."""

    def make(ask: Callable[[], Job]) -> Job:
        with django_capture_on_commit_callbacks(execute=True):
            return ask()

    return make


def claimed(row: Job) -> Job | None:
    return jobs.claim(type(row)._default_manager.all(), row.pk)


def tasks_of(row: Job) -> list[str]:
    """Names of the tasks that wait for a worker with the row's key."""
    return [
        task.task_path
        for task in DBTaskResult.objects.ready()
        if str(row.pk) in task.args_kwargs["kwargs"].values()
    ]


def test_every_kind_of_work_is_looked_after() -> None:
    models = {model for model in apps.get_models() if issubclass(model, Job)}
    assert {kind.model for kind in jobs.kinds()} == models
    assert models == {Classification, Explanation, TryOut, Transfer}
    for kind in jobs.kinds():
        assert kind.get_task().module_path == kind.task


@every_work
def test_one_task_waits_for_what_was_asked_for(
    ask: Callable[[], Job], ask_for: Callable[..., Job]
) -> None:
    row = ask_for(ask)
    kind = next(kind for kind in jobs.kinds() if kind.model is type(row))
    assert tasks_of(row) == [kind.task]
    assert jobs.sweep() == 0


@every_work
def test_a_transport_that_is_away_is_no_accident_of_the_listeners(
    ask: Callable[[], Job],
    ask_for: Callable[..., Job],
    monkeypatch: pytest.MonkeyPatch,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    with monkeypatch.context() as away:
        away.setattr("django_tasks_db.DatabaseBackend.enqueue", Mock(side_effect=OSError))
        row = ask_for(ask)
        with (
            time_machine.travel(timezone.now() + LATER),
            django_capture_on_commit_callbacks(execute=True),
        ):
            assert jobs.sweep() == 1, "it tries, and its accident ends nothing"
    assert tasks_of(row) == []
    with (
        time_machine.travel(timezone.now() + 2 * LATER),
        django_capture_on_commit_callbacks(execute=True),
    ):
        assert jobs.sweep() == 1
        assert jobs.sweep() == 0
    assert len(tasks_of(row)) == 1
    assert claimed(row) is not None


@every_work
def test_another_worker_takes_up_what_a_dead_one_had(
    ask: Callable[[], Job],
    ask_for: Callable[..., Job],
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    row = ask_for(ask)
    DBTaskResult.objects.all().delete()
    dead = claimed(row)
    assert dead is not None
    assert jobs.sweep() == 0, "its lease lasts"
    assert claimed(row) is None
    with (
        time_machine.travel(timezone.now() + LATER),
        django_capture_on_commit_callbacks(execute=True),
    ):
        assert jobs.sweep() == 1
    assert len(tasks_of(row)) == 1
    assert claimed(row) is not None
    assert not jobs.settle(dead, status=Job.Status.DONE), "the dead one comes back too late"


@every_work
def test_whoever_waits_is_told_when_it_was_tried_often_enough(
    ask: Callable[[], Job], ask_for: Callable[..., Job]
) -> None:
    row = ask_for(ask)
    for _ in range(settings.CLASSIFY_MAX_ATTEMPTS):
        assert claimed(row) is not None
        with time_machine.travel(timezone.now() + LATER):
            jobs.sweep()
    row.refresh_from_db()
    assert (row.status, row.attempts) == ("failed", settings.CLASSIFY_MAX_ATTEMPTS)
    assert row.error.endswith(".")
    assert jobs.sweep() == 0


def test_work_of_every_kind_counts_when_the_broker_is_asked(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Else what waits for a drawing would be taken for a song's task."""
    asked: list[Line] = []
    monkeypatch.setattr(jobs.transport, "unserved", lambda lines: asked.extend(lines) or set())
    rows = [ask() for ask in (a_drawing, an_export, a_song, a_try_out)]
    with time_machine.travel(timezone.now() + LATER):
        assert jobs.sweep() == 0
    assert sum(line.length for line in asked) == 4
    assert asked[0].first == [str(rows[3].pk)], "a visitor's file is served first"
    assert asked[-1].first == [str(rows[0].pk)], "and a drawing last"


class TestLongLine:
    """However many wait, a sweep reads and tells of a few: it has to renew leases, too."""

    @pytest.fixture(autouse=True)
    def _two_at_once(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(jobs, "AT_ONCE", 2)
        monkeypatch.setattr(jobs, "ANYWAY_AT_ONCE", 1)

    @pytest.fixture
    def rows(self) -> list[Classification]:
        """Five that have waited for a while, the last the longest."""
        return [
            ClassificationFactory(
                status="queued", emotion="", woken_at=timezone.now() - n * dt.timedelta(minutes=2)
            )
            for n in range(1, 6)
        ]

    def told(self, rows: list[Classification]) -> list[bool]:
        """Of which rows a worker was told since they were made."""
        for row in rows:
            row.refresh_from_db()
        return [row.revision == 1 for row in rows]

    def test_those_that_have_waited_longest_come_first(self, rows: list[Classification]) -> None:
        assert jobs.sweep() == 2
        assert self.told(rows) == [False, False, False, True, True]
        assert [jobs.sweep() for _ in range(3)] == [2, 1, 0]
        assert self.told(rows) == [True] * 5

    def test_the_others_count_when_the_broker_is_asked(
        self, rows: list[Classification], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        asked: list[Line] = []
        monkeypatch.setattr(jobs.transport, "unserved", lambda lines: asked.extend(lines) or set())
        jobs.sweep()
        [line] = [line for line in asked if line.length]
        assert line == Line("classification_id", [str(row.pk) for row in rows[:2:-1]], 5)

    def test_fewer_still_are_told_of_whose_task_waits(
        self,
        rows: list[Classification],
        django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
    ) -> None:
        with django_capture_on_commit_callbacks(execute=True):
            for row in rows:
                jobs.wake(row)
        with time_machine.travel(timezone.now() + 6 * LATER):
            assert jobs.sweep() == 1
        assert self.told(rows) == [False, False, False, False, True]

    def test_as_many_are_due_at_once(self, rows: list[Classification]) -> None:
        now = timezone.now()
        for row, minutes in zip(rows, (5, 4, 3, 2, 1), strict=True):
            due = now - dt.timedelta(minutes=minutes)
            Classification.objects.filter(pk=row.pk).update(retry_at=due, woken_at=now)
        assert queue.sweep() == 2
        assert self.told(rows) == [True, True, False, False, False]


def test_the_age_of_the_queue_counts_from_when_work_was_ready() -> None:
    row = ClassificationFactory(status="queued", emotion="")
    now = timezone.now()
    ages = Classification.objects
    with time_machine.travel(now + dt.timedelta(seconds=50), tick=False):
        assert 49 < ages.waiting_seconds() < 52
        jobs.tell_again(row)
        assert 49 < ages.waiting_seconds() < 52, "being told of again makes it no younger"
        running = queue.claim(row.pk, worker="w1")
        assert running is not None
        assert ages.waiting_seconds() == 0
        queue.release(running, "Later.", reason="platform", seconds=30)
        assert ages.waiting_seconds() == 0
    with time_machine.travel(now + dt.timedelta(seconds=90), tick=False):
        queue.sweep()
        assert 9 < ages.waiting_seconds() < 12, "since it was due"
