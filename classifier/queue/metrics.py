"""Figures of listening: the work of each worker, and the queue as the database has it."""

from collections.abc import Iterable, Mapping

from prometheus_client import Counter, Histogram
from prometheus_client.metrics_core import GaugeMetricFamily, Metric

from classifier.models import Classification
from classifier.queue import heartbeats

STAGE_BUCKETS = (0.01, 0.03, 0.1, 0.2, 0.4, 0.8, 1.6, 3.2, 6.4, 12.8, 25.6)

STAGE_SECONDS = Histogram(
    "journify_classification_stage_seconds",
    "Seconds of one stage of listening to one song: fetch, decode, features, network.",
    ["stage", "source"],
    buckets=STAGE_BUCKETS,
)
SECONDS = Histogram(
    "journify_classification_seconds",
    "Seconds from taking a song up to its answer.",
    ["source", "model"],
    buckets=STAGE_BUCKETS,
)
FAILURES = Counter(
    "journify_classification_failures",
    "Attempts at listening to a song that gave no answer, and why.",
    ["reason"],
)


def count_answer(*, source: str, model: str, seconds: float, stages: Mapping[str, float]) -> None:
    SECONDS.labels(source, model).observe(seconds)
    for stage, taken in stages.items():
        STAGE_SECONDS.labels(stage, source).observe(taken)


def count_failure(reason: str) -> None:
    """Count an attempt that gave no answer, by the slug that the row keeps."""
    FAILURES.labels(reason).inc()


class QueueCollector:
    """The queue at the moment of asking: every process of every machine sees the same."""

    def collect(self) -> Iterable[Metric]:
        depth = GaugeMetricFamily(
            "journify_queue_depth", "Songs in a state of the queue.", labels=["status"]
        )
        for status in (Classification.Status.QUEUED, Classification.Status.RUNNING):
            depth.add_metric([status], Classification.objects.filter(status=status).count())
        yield depth
        yield GaugeMetricFamily(
            "journify_queue_oldest_seconds",
            "How long the song whose turn it is has been waiting.",
            value=Classification.objects.waiting_seconds(),
        )
        yield GaugeMetricFamily(
            "journify_workers_alive",
            "Workers that were heard from lately.",
            value=heartbeats.alive(),
        )
