from __future__ import annotations

import datetime as dt
import hashlib
import json
from typing import TYPE_CHECKING

import pytest
from django.db import OperationalError
from django.test import Client
from django.utils import timezone

from classifier.models import Classification, Worker
from classifier.tests.factories import ClassificationFactory
from journify.monitoring import health

if TYPE_CHECKING:
    from pytest_django import DjangoAssertNumQueries
    from pytest_django.fixtures import SettingsWrapper

pytestmark = pytest.mark.django_db


@pytest.fixture
def _all_is_well(settings: SettingsWrapper) -> None:
    """A worker that was just heard from, and weights that are what `meta.json` says."""
    # so that it counts as heard from however long the test takes on a busy machine
    Worker.objects.create(name="box:1", seen_at=timezone.now() + dt.timedelta(hours=1))
    for name in settings.CLASSIFIER_MODELS:
        folder = settings.WEIGHTS_DIR / name
        (folder / "model.safetensors").write_bytes(b"numbers")
        sha256 = hashlib.sha256(b"numbers").hexdigest()
        (folder / "meta.json").write_text(json.dumps({"version": "test", "sha256": sha256}))


def ready(client: Client, **query: str | list[str]) -> tuple[int, dict[str, dict[str, object]]]:
    response = client.get("/readyz", query)
    body = response.json()
    assert (body["status"] == "ok") == (response.status_code == 200)
    assert "no-store" in response["Cache-Control"]
    return response.status_code, body["checks"]


def unfit(client: Client) -> set[str]:
    status, checks = ready(client)
    names = {name for name, check in checks.items() if check["status"] != "ok"}
    assert (status == 503) == bool(names)
    return names


@pytest.mark.usefixtures("_all_is_well")
class TestReadyz:
    def test_all_is_well(self, client: Client) -> None:
        status, checks = ready(client)
        assert status == 200
        assert set(checks) == {"database", "migrations", "queue", "workers", "weights"}

    def test_a_few_cheap_questions_once_it_is_warm(
        self, client: Client, django_assert_max_num_queries: DjangoAssertNumQueries
    ) -> None:
        ready(client)
        with django_assert_max_num_queries(4):
            ready(client)

    def test_a_song_that_waits_for_long_is_a_fault(
        self, client: Client, settings: SettingsWrapper
    ) -> None:
        since = timezone.now() - dt.timedelta(seconds=settings.QUEUE_PATIENCE_SECONDS + 5)
        ClassificationFactory(status=Classification.Status.QUEUED, ready_at=since)
        assert unfit(client) == {"queue"}

    def test_a_song_that_just_came_or_is_due_later_is_none(self, client: Client) -> None:
        later = timezone.now() + dt.timedelta(hours=1)
        ClassificationFactory(status=Classification.Status.QUEUED)
        ClassificationFactory(status=Classification.Status.QUEUED, ready_at=later)
        assert unfit(client) == set()

    def test_workers_that_fell_silent_are_a_fault(self, client: Client) -> None:
        Worker.objects.update(seen_at=timezone.now() - dt.timedelta(minutes=5))
        assert unfit(client) == {"workers"}

    def test_a_balancer_may_leave_parts_out(self, client: Client) -> None:
        Worker.objects.all().delete()
        status, checks = ready(client, exclude=["workers", "weights"])
        assert status == 200
        assert set(checks) == {"database", "migrations", "queue"}

    @pytest.mark.parametrize(("content", "state"), [(b"other", "damaged"), (None, "missing")])
    def test_weights_that_are_not_the_shipped_ones_are_a_fault(
        self, client: Client, settings: SettingsWrapper, content: bytes | None, state: str
    ) -> None:
        assert unfit(client) == set()
        tensors = settings.WEIGHTS_DIR / settings.CLASSIFIER_MODELS[0] / "model.safetensors"
        tensors.unlink()
        if content is not None:
            tensors.write_bytes(content)
        assert unfit(client) == {"weights"}
        assert ready(client)[1]["weights"]["models"][settings.CLASSIFIER_MODELS[0]] == state

    def test_missing_migrations_are_a_fault(
        self, client: Client, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(health, "_migrated", set())
        monkeypatch.setattr(health.MigrationExecutor, "migration_plan", lambda *_: ["one"])
        assert unfit(client) == {"migrations"}

    def test_a_database_that_is_away_is_a_fault_without_its_secrets(
        self, client: Client, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def away() -> None:
            raise OperationalError("no password for journify@db.internal")

        monkeypatch.setattr(health, "database", away)
        assert unfit(client) == {"database"}
        assert "db.internal" not in client.get("/readyz").content.decode()


def test_the_process_answers_though_nothing_else_does(
    client: Client, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_max_num_queries(0):
        response = client.get("/healthz")
    assert response.json() == {"status": "ok"}
    assert client.get("/readyz").status_code == 503
    assert client.post("/readyz").status_code == 405
