"""Figures of real processes, added up."""

from __future__ import annotations

import os
import subprocess
import sys
import urllib.error
import urllib.request
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from django.conf import settings as project
from django.test import Client
from prometheus_client.parser import text_string_to_metric_families

from classifier.models import Classification
from classifier.tests.factories import ClassificationFactory
from journify.monitoring.metrics import forget_counts
from journify.monitoring.server import serve_metrics
from tools.processes import free_port

if TYPE_CHECKING:
    from pytest_django.fixtures import SettingsWrapper

pytestmark = pytest.mark.django_db

TOKEN = "for-the-scraper"
COUNT = """
import django; django.setup()
from classifier.queue.metrics import count_answer, count_failure
count_answer(source="upload", model="main", seconds=0.3, stages={"decode": 0.1, "network": 0.2})
count_failure("silent")
"""


@pytest.fixture
def _with_token(settings: SettingsWrapper, tmp_path: Path) -> None:
    settings.METRICS_TOKEN = TOKEN
    settings.METRICS_DIR = tmp_path / "metrics"
    settings.METRICS_DIR.mkdir()


def figures(text: str) -> dict[tuple[str, tuple[str, ...]], float]:
    return {
        (
            sample.name,
            tuple(value for name, value in sorted(sample.labels.items()) if name != "le"),
        ): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def count_in_a_process(folder: Path) -> None:
    environment = os.environ | {
        "DJANGO_SETTINGS_MODULE": "journify.settings",
        "PROMETHEUS_MULTIPROC_DIR": str(folder),
    }
    command = [sys.executable, "-c", COUNT]
    subprocess.run(command, cwd=project.BASE_DIR, env=environment, check=True)


@pytest.mark.parametrize("header", ["", "Bearer ", "Bearer None", TOKEN, "Bearer wrong"])
@pytest.mark.parametrize("token", ["", TOKEN])
def test_nobody_reads_figures_without_the_token(
    client: Client, settings: SettingsWrapper, header: str, token: str
) -> None:
    settings.METRICS_TOKEN = token
    assert client.get("/metrics", headers={"authorization": header}).status_code == 404


@pytest.mark.usefixtures("_with_token")
def test_counts_of_several_processes_add_up(client: Client, settings: SettingsWrapper) -> None:
    count_in_a_process(settings.METRICS_DIR)
    count_in_a_process(settings.METRICS_DIR)
    ClassificationFactory(status=Classification.Status.QUEUED)
    page = client.get("/metrics", headers={"authorization": f"Bearer {TOKEN}"})
    assert page["Content-Type"].startswith("text/plain")
    told = figures(page.content.decode())
    assert told["journify_classification_seconds_count", ("main", "upload")] == 2
    assert told["journify_classification_stage_seconds_sum", ("upload", "decode")] == 0.2
    assert told["journify_classification_failures_total", ("silent",)] == 2
    assert told["journify_queue_depth", ("queued",)] == 1
    assert told["journify_queue_depth", ("running",)] == 0
    assert told["journify_queue_oldest_seconds", ()] >= 0
    assert told["journify_workers_alive", ()] == 0
    forget_counts()
    page = client.get("/metrics", headers={"authorization": f"Bearer {TOKEN}"})
    assert ("journify_classification_seconds_count", ("main", "upload")) not in figures(
        page.content.decode()
    )


@pytest.mark.usefixtures("_with_token")
@pytest.mark.django_db(transaction=True)
def test_a_worker_answers_at_a_port_of_its_own(settings: SettingsWrapper) -> None:
    settings.METRICS_PORT = free_port()
    assert serve_metrics() is not None
    address = f"http://127.0.0.1:{settings.METRICS_PORT}/metrics"
    with pytest.raises(urllib.error.HTTPError, match="404"):
        urllib.request.urlopen(address)
    request = urllib.request.Request(address, headers={"Authorization": f"Bearer {TOKEN}"})
    with urllib.request.urlopen(request) as response:  # noqa: S310
        assert b"journify_queue_depth" in response.read()
    assert serve_metrics() is None, "the port is taken by the first worker of the machine"


def test_a_worker_without_token_or_port_opens_none(settings: SettingsWrapper) -> None:
    settings.METRICS_PORT = free_port()
    assert serve_metrics() is None
