"""Figures for Prometheus: counted by every process of this machine, read at one address.

With METRICS_TOKEN set, each process keeps its counts in files below METRICS_DIR and whoever is
asked adds them up; without it they stay where they are made and nobody is told. What the database
knows (the queue) is read from it when somebody asks, so that no process has to remember it.
https://prometheus.github.io/client_python/multiprocess/
"""

from django.conf import settings
from django.utils.crypto import constant_time_compare
from django.utils.module_loading import import_string
from prometheus_client import CollectorRegistry, Histogram, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector

METHODS = {"GET", "HEAD", "POST"}
HTTP_BUCKETS = (0.005, 0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.3, 2.5, 5, 10)

HTTP_SECONDS = Histogram(
    "journify_http_seconds",
    "Seconds from a request to its answer, in the web process.",
    ["view", "method", "status"],
    buckets=HTTP_BUCKETS,
)


def exposition() -> bytes:
    """Write the figures of all processes of this machine and of the database for Prometheus."""
    registry = CollectorRegistry()
    MultiProcessCollector(registry, path=str(settings.METRICS_DIR))
    for name in settings.METRICS_COLLECTORS:
        registry.register(import_string(name)())
    return generate_latest(registry)


def forget_counts() -> None:
    """Begin all counts anew, before any process starts: those of dead processes add up for ever."""
    for path in settings.METRICS_DIR.glob("*.db"):
        path.unlink()


def may_read(authorization: str) -> bool:
    """Say whether an Authorization header carries our token; nobody may where there is none."""
    expected = f"Bearer {settings.METRICS_TOKEN}"
    return bool(settings.METRICS_TOKEN) and constant_time_compare(authorization, expected)
