"""Hostile files through an upload, a try-out and `classify`: `make hostile` sends all of them."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from django.test import Client
from django.urls import reverse

from classifier.models import Song, TryOut
from classifier.tests.fakes import FakeService
from journal.tests.factories import EntryFactory
from spotify_auth.models import User
from tools.tests.hostile.attack import attack, classify_way, try_out_way, upload_way, write_corpus
from tools.tests.hostile.canary import Canary, canary

if TYPE_CHECKING:
    from pytest_django.fixtures import SettingsWrapper

pytestmark = pytest.mark.xdist_group("hostile")
EVERY = int(os.environ.get("HOSTILE_EVERY", "24"))  # about 300 ms a file and way


@pytest.fixture(scope="module")
def trap(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Canary]:
    with canary(tmp_path_factory.mktemp("canary"), b"RIFF....WAVE") as trap:
        yield trap


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory, trap: Canary) -> list[Path]:
    return write_corpus(tmp_path_factory.mktemp("hostile") / "corpus", trap)


def test_there_are_more_than_300(corpus: list[Path]) -> None:
    assert len(corpus) == len({path.name for path in corpus}) > 300


def test_the_traps_work(trap: Canary) -> None:
    trap.sung()
    trap.file.read_bytes()
    assert trap.sung()
    assert trap.sung() == []


@pytest.mark.slow
def test_some_of_each_kind_through_an_upload(
    corpus: list[Path], trap: Canary, user: User, listener: Client, settings: SettingsWrapper
) -> None:
    settings.RATE_LIMIT_FACTOR = 0
    entry = EntryFactory(journal__user=user)
    ways = {"upload": upload_way(listener, reverse("journal:answer", args=[entry.pk]))}
    outcomes = list(attack(corpus[::EVERY], ways, trap))
    assert [outcome for outcome in outcomes if outcome.problem] == []
    assert Song.objects.count() <= sum(not outcome.sentence for outcome in outcomes)


@pytest.mark.slow
def test_some_of_each_kind_as_a_visitor(
    corpus: list[Path], trap: Canary, service: FakeService, settings: SettingsWrapper, db: None
) -> None:
    settings.RATE_LIMIT_FACTOR = 0
    ways = {"try-out": try_out_way(Client(), reverse("journal:begin_try_out"))}
    outcomes = list(attack(corpus[9 % EVERY :: EVERY], ways, trap))
    assert [outcome for outcome in outcomes if outcome.problem] == []
    assert TryOut.objects.count() == 0


def test_some_of_each_kind_through_the_command(
    corpus: list[Path], trap: Canary, service: FakeService
) -> None:
    outcomes = list(attack(corpus[5 % EVERY :: EVERY], {"classify": classify_way(["ann"])}, trap))
    assert [outcome for outcome in outcomes if outcome.problem] == []
