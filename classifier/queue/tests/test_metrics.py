from __future__ import annotations

import logging
from typing import TYPE_CHECKING

import pytest
from prometheus_client import REGISTRY

from classifier.models import Classification, Song
from classifier.queue import rows as queue
from classifier.serving.listening import listen
from classifier.tests.factories import SongFactory
from journify.background.tests.workers import work_at
from journify.monitoring.context import bound, bound_values

if TYPE_CHECKING:
    from classifier.tests.fakes import FakeService

pytestmark = pytest.mark.django_db


def counted(name: str, **labels: str) -> float:
    return REGISTRY.get_sample_value(f"journify_classification_{name}", labels) or 0.0


def listen_to(song: Song) -> Classification:
    row = queue.request_classification(song)
    work_at(row)
    row.refresh_from_db()
    return row


@pytest.mark.usefixtures("service")
def test_an_answer_is_counted_with_its_source_model_and_stages(heard_song: Song) -> None:
    model = queue.main_bundle().name
    before = counted("seconds_count", source="catalogue", model=model)
    stages = ("fetch", "decode")
    counts = [counted("stage_seconds_count", stage=each, source="catalogue") for each in stages]
    assert listen_to(heard_song).status == Classification.Status.DONE
    assert counted("seconds_count", source="catalogue", model=model) == before + 1
    assert [counted("stage_seconds_count", stage=each, source="catalogue") for each in stages] == [
        count + 1 for count in counts
    ]


@pytest.mark.usefixtures("service")
def test_a_failure_is_counted_by_its_kind() -> None:
    before = counted("failures_total", reason="no-clip")
    listen_to(SongFactory(audio=""))
    assert counted("failures_total", reason="no-clip") == before + 1


def test_a_worker_says_whose_request_it_works_for(
    service: FakeService, heard_song: Song, caplog: pytest.LogCaptureFixture
) -> None:
    said: list[dict[str, str]] = []

    class Recorder(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            if record.name.startswith("classifier"):
                said.append(dict(bound_values()))

    caplog.set_level(logging.INFO)
    recorder = Recorder()
    logging.getLogger().addHandler(recorder)
    try:
        with bound(request="from-the-web-1"):
            row = queue.request_classification(heard_song)
        assert Classification.objects.get().request_id == "from-the-web-1"
        work_at(row)
    finally:
        logging.getLogger().removeHandler(recorder)
    assert said
    assert said[-1] == {
        "request": "from-the-web-1",
        "song": str(heard_song.pk),
        "classification": str(row.pk),
    }


class TestALostClaimCountsNothing:
    """Another worker took the row up: what became of it is that worker's to count."""

    @pytest.fixture
    def late(self) -> Classification:
        song = SongFactory(audio="")
        late = queue.claim_classification(queue.request_classification(song).pk, worker="late")
        assert late is not None
        assert queue.release(late, "", reason="interrupted")
        assert queue.claim_classification(late.pk, worker="next") is not None
        return late

    def test_no_failure(self, late: Classification) -> None:
        before = counted("failures_total", reason="no-clip")
        assert not queue.fail_classification(late, "No clip.", reason="no-clip")
        assert counted("failures_total", reason="no-clip") == before

    def test_no_failure_of_a_row_with_an_earlier_answer(
        self, late: Classification, caplog: pytest.LogCaptureFixture
    ) -> None:
        late.emotion = "sad"
        before = counted("failures_total", reason="no-clip")
        assert not queue.fail_classification(late, "No clip.", reason="no-clip")
        assert counted("failures_total", reason="no-clip") == before
        assert "keeps its earlier answer" not in caplog.text

    @pytest.mark.parametrize("seconds", [0.0, 5.0])
    def test_no_failure_where_it_would_wait(self, late: Classification, seconds: float) -> None:
        before = counted("failures_total", reason="timeout")
        assert not queue.release(late, "", reason="timeout", seconds=seconds)
        assert counted("failures_total", reason="timeout") == before

    @pytest.mark.usefixtures("service")
    def test_no_answer(self, heard_song: Song) -> None:
        row = queue.claim_classification(queue.request_classification(heard_song).pk, worker="late")
        assert row is not None
        Classification.objects.filter(pk=row.pk).update(revision=row.revision + 1)
        before = counted("seconds_count", source="catalogue", model=row.model)
        listen(row)
        assert counted("seconds_count", source="catalogue", model=row.model) == before
