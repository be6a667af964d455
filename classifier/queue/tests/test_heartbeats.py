from __future__ import annotations

import datetime as dt

import pytest
from django.utils import timezone

from classifier.models import Worker
from classifier.queue import heartbeats
from journify.background.jobs import worker_name

pytestmark = pytest.mark.django_db


def test_a_worker_is_there_from_its_first_beat_until_it_stops() -> None:
    assert heartbeats.alive() == 0
    heartbeats.beat()
    heartbeats.beat()
    assert heartbeats.alive() == 1
    assert Worker.objects.get().name == worker_name()
    heartbeats.stop_beating()
    assert heartbeats.alive() == 0


def test_only_those_heard_from_lately_count_and_the_dead_are_forgotten() -> None:
    now = timezone.now()
    Worker.objects.create(name="silent", seen_at=now - dt.timedelta(minutes=10))
    Worker.objects.create(name="dead", seen_at=now - dt.timedelta(days=2))
    heartbeats.beat()
    assert heartbeats.alive() == 1
    heartbeats.forget_dead_workers()
    assert set(Worker.objects.values_list("name", flat=True)) == {"silent", worker_name()}
