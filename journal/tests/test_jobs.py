"""Everything that listeners and visitors ask for survives its calls, and its worker."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pytest
from django.apps import apps
from django.conf import settings
from django.core.files.base import ContentFile
from django.db import connection
from django.db.models import QuerySet
from django.utils import timezone
from pytest_django import DjangoCaptureOnCommitCallbacks

from classifier.files import tryouts
from classifier.files.tests.test_bad_input import upload_of
from classifier.models import Arc, Classification, Explanation, TryOut
from classifier.queue import rows as queue
from classifier.serving import explaining, whole
from classifier.tests.factories import ClassificationFactory, SongFactory
from journal.archive import transfers
from journal.listening.models import ListeningImport, ListeningRound
from journal.models import Playlist, Refresh, Transfer
from journal.reminders.models import Nudge
from journify.background import jobs, transport
from journify.background.jobs import LANE_SPACING, Job, lane_of
from journify.background.tests.workers import claimed, end_leases, end_waits
from spotify_auth.tests.factories import UserFactory

pytestmark = pytest.mark.django_db

AUDIO = settings.BASE_DIR / "classifier/demo/audio/the-entertainer.mp3"


def a_song(lane: str = "") -> Job:
    return queue.request_classification(SongFactory(), lane=lane)


def a_drawing() -> Job:
    return explaining.request_explanation(ClassificationFactory())


def an_arc() -> Job:
    return whole.request_arc(SongFactory())


def a_try_out() -> Job:
    with upload_of(AUDIO) as upload:
        return tryouts.begin_tryout(upload)


def an_export() -> Job:
    return transfers.request_export(UserFactory(), with_audio=False)


def an_import() -> Job:
    return transfers.request_import(UserFactory(), ContentFile(b"x", name="x.zip"))


def a_refresh() -> Job:
    return Refresh.objects.create(song=SongFactory(), user=UserFactory())


WORK = [a_song, a_drawing, an_arc, a_try_out, an_export, an_import]
every_work = pytest.mark.parametrize("ask", WORK)


def in_turn() -> list[Job]:
    """Take up everything that waits, as workers would."""
    return list(iter(jobs.claim_next, None))


def test_every_kind_of_work_is_looked_after() -> None:
    models = {model for model in apps.get_models() if issubclass(model, Job)}
    assert {kind.model for kind in jobs.kinds()} == models
    assert models == {Arc, Classification, Explanation, TryOut, Transfer, Refresh, Playlist} | {
        ListeningImport,
        ListeningRound,
        Nudge,
    }


@every_work
def test_workers_are_called_once_for_what_was_asked_for(
    ask: Callable[[], Job], django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    with django_capture_on_commit_callbacks() as callbacks:
        row = ask()
    assert callbacks == [transport.wake_workers]
    assert jobs.sweep() == 0
    assert in_turn() == [row]


@every_work
def test_a_broker_that_breaks_is_no_accident_of_the_listeners(
    ask: Callable[[], Job],
    monkeypatch: pytest.MonkeyPatch,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
    caplog: pytest.LogCaptureFixture,
) -> None:
    def broken() -> None:
        raise RuntimeError("no broker")

    monkeypatch.setattr(transport, "wake_workers", broken)
    with django_capture_on_commit_callbacks(execute=True):
        row = ask()
    assert "no broker" in caplog.text
    assert in_turn() == [row], "workers look by themselves"


@every_work
def test_another_worker_takes_up_what_a_dead_one_had(
    ask: Callable[[], Job], django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    row = ask()
    dead = claimed(row)
    assert dead is not None
    assert jobs.sweep() == 0, "its lease lasts"
    assert in_turn() == []
    end_leases()
    with django_capture_on_commit_callbacks() as callbacks:
        assert jobs.sweep() == 1
    assert callbacks == [transport.wake_workers]
    assert in_turn() == [row]
    assert not jobs.settle(dead, status=Job.Status.DONE), "the dead one comes back too late"


@every_work
def test_whoever_waits_is_told_when_it_was_tried_often_enough(ask: Callable[[], Job]) -> None:
    row = ask()
    for _ in range(settings.CLASSIFY_MAX_ATTEMPTS):
        assert claimed(row) is not None
        end_leases()
        assert jobs.sweep() == 1
    row.refresh_from_db()
    assert (row.status, row.attempts) == ("failed", settings.CLASSIFY_MAX_ATTEMPTS)
    assert row.error.endswith(".")
    assert (jobs.sweep(), in_turn()) == (0, [])


@pytest.mark.parametrize("ask", [*WORK, a_refresh])
def test_nothing_says_who_asked_once_it_is_done(ask: Callable[[], Job]) -> None:
    row = claimed(ask())
    assert row is not None
    assert jobs.settle(row, status=Job.Status.DONE)
    row.refresh_from_db()
    assert row.lane == ""


class TestTurns:
    """Fair: between those who ask for much and for little, and between listeners and visitors."""

    def test_what_was_asked_for_first_comes_first(self) -> None:
        rows = [a_song(lane_of(name)) for name in "abc"]
        assert in_turn() == rows

    def test_one_who_asks_for_much_does_not_delay_the_next(self) -> None:
        many = [a_song(lane_of("greedy")) for _ in range(20)]
        one = a_song(lane_of("modest"))
        assert in_turn() == [many[0], one, *many[1:]]

    def test_two_who_ask_for_much_take_turns(self) -> None:
        first, second = ([a_song(lane_of(name)) for _ in range(3)] for name in "ab")
        assert in_turn() == [row for pair in zip(first, second, strict=True) for row in pair]

    def test_it_is_no_privilege_to_have_waited_before(self) -> None:
        """Each waits for its own lane only: what is done already counts for nothing."""
        for _ in range(5):
            a_song(lane_of("a"))
        for row in in_turn():
            jobs.settle(row, status=Job.Status.DONE)
        now = timezone.now()
        assert a_song(lane_of("a")).turn_at < now + dt.timedelta(seconds=1)

    def test_what_waits_for_its_time_does_not_put_back_what_is_asked_for_later(self) -> None:
        row = claimed(a_song(lane_of("a")))
        assert isinstance(row, Classification)
        queue.release(row, "Later.", reason="platform", seconds=600)
        assert a_song(lane_of("a")).turn_at < timezone.now() + dt.timedelta(seconds=1)

    def test_a_listener_comes_before_visitors_who_asked_a_moment_earlier(self) -> None:
        visitors = [a_try_out() for _ in range(3)]
        listener = a_song(lane_of("a"))
        assert in_turn() == [listener, *visitors]

    def test_visitors_are_not_starved_by_listeners_who_keep_coming(self) -> None:
        visitor = a_try_out()
        rows = [a_song(lane_of(str(number))) for number in range(5)]
        minutes = TryOut.BEHIND + LANE_SPACING
        for row in rows:  # they come one after the other, later
            Classification.objects.filter(pk=row.pk).update(turn_at=visitor.turn_at + minutes)
        assert in_turn()[0] == visitor

    def test_drawings_wait_for_songs(self) -> None:
        drawing, song = a_drawing(), a_song()
        assert in_turn() == [song, drawing]

    def test_what_is_tried_again_comes_at_its_time(self) -> None:
        row = claimed(a_song())
        assert isinstance(row, Classification)
        queue.release(row, "Later.", reason="platform", seconds=600)
        later = a_song()
        assert in_turn() == [later]
        end_waits()
        assert in_turn() == [row]

    def test_the_next_is_taken_when_another_worker_was_quicker(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        first, second = a_song(), a_song()
        looked = jobs._first_in_turn

        def look_late() -> object:
            found = looked()
            claimed(first)
            return found

        monkeypatch.setattr(jobs, "_first_in_turn", look_late)
        assert jobs.claim_next() == second


def test_the_age_of_the_queue_counts_from_when_work_was_ready() -> None:
    row = ClassificationFactory(status="queued", emotion="")
    ages = Classification.objects
    Classification.objects.update(ready_at=timezone.now() - dt.timedelta(seconds=50))
    assert 49 < ages.waiting_seconds() < 52
    running = queue.claim_classification(row.pk, worker="w1")
    assert running is not None
    assert ages.waiting_seconds() == 0
    queue.release(running, "Later.", reason="platform", seconds=30)
    assert ages.waiting_seconds() == 0
    end_waits()
    assert 0.5 < ages.waiting_seconds() < 5, "since it was due"


@pytest.mark.parametrize(
    ("rows", "index"),
    [
        (Classification.objects.in_turn(), "classifier_classification_turn"),
        (Classification.objects.expired(), "classifier_classification_held"),
        (
            Classification.objects.waiting().filter(lane="a").order_by("-turn_at"),
            "classifier_classification_lane",
        ),
    ],
)
def test_a_look_at_what_waits_reads_nothing_of_what_is_done(
    rows: QuerySet[Classification], index: str
) -> None:
    if connection.vendor == "postgresql":  # of a table without rows it would read, or sort, all
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL enable_seqscan = off")
            if index.endswith("_turn"):
                cursor.execute("SET LOCAL enable_sort = off")
    assert index in rows.values_list("turn_at", "pk")[:1].explain()
