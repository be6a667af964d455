from __future__ import annotations

import pytest

from classifier.models import Classification
from classifier.queue import rows as queue
from classifier.serving.listening import listen
from classifier.tests.factories import ClassificationFactory
from journify.background.tests.workers import end_waits
from journify.tests.sandbox import Sandbox

pytestmark = pytest.mark.django_db
Status = Classification.Status


@pytest.fixture
def claimed(sandbox: Sandbox) -> Classification:
    sandbox.fail("deezer", "rate-limited", times=9)
    sandbox.fail("itunes", "no-preview", times=9)
    there = sandbox.world.songs[1]
    row = ClassificationFactory(
        status=Status.QUEUED,
        emotion="",
        song__audio="",
        song__title=there.title,
        song__artist=there.artist,
        song__isrc=there.isrc,
        song__duration_ms=there.duration_ms,
    )
    found = queue.claim_classification(row.pk, worker="w")
    assert found is not None
    return found


def test_tried_again_when_the_platforms_wait_is_over(claimed: Classification) -> None:
    listen(claimed)
    row = Classification.objects.get()
    assert row.status == Status.QUEUED
    assert (row.turn_at, row.ready_at) == (row.retry_at, row.retry_at)
    assert queue.claim_classification(row.pk, worker="w") is None
    end_waits()
    assert queue.claim_classification(row.pk, worker="w") is not None


def test_failed_with_the_reason_after_the_last_attempt(
    claimed: Classification,
) -> None:
    Classification.objects.update(attempts=3)
    claimed.refresh_from_db()
    listen(claimed)
    row = Classification.objects.get()
    assert row.status == Status.FAILED
    assert "asks us to wait" in row.error
