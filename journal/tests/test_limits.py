"""What asks others or takes long has an end: pages that only look as well as those that write."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from pytest_django import Settings

from classifier.tests.factories import ClassificationFactory
from journal.models import Entry
from journal.tests.factories import EntryFactory
from journify.tests.sandbox import Sandbox
from spotify_auth.models import User

ALLOWED = 3


@pytest.fixture(autouse=True)
def _few(settings: Settings) -> None:
    settings.RATE_LIMITS = {name: {"address": (ALLOWED, 600)} for name in settings.RATE_LIMITS}


@pytest.fixture
def entry(user: User) -> Entry:
    return EntryFactory(journal__user=user, song=ClassificationFactory().song)


def statuses(client: Client, path: str, method: str) -> list[int]:
    send: Any = getattr(client, method)
    return [send(path).status_code for _ in range(ALLOWED + 2)]


@pytest.mark.parametrize(
    ("path", "method"),
    [
        ("/journal/add/?track=spotify:{track}", "get"),
        ("/profile/listening/", "get"),
        ("/entries/{entry}/pick/?q=bach", "get"),
        ("/entries/{entry}/pick/?q=bach", "head"),
        ("/entries/{entry}/remote/?q=bach", "get"),
        ("/entries/{entry}/answer/", "post"),
        ("/entries/{entry}/retry/", "post"),
        ("/songs/{song}/retry/", "post"),
        ("/songs/{song}/why/", "post"),
        ("/songs/export.m3u", "get"),
        ("/songs/export.csv", "head"),
        ("/recap/2026/11/picture.png", "get"),
        ("/recap/2026/picture.svg", "head"),
        ("/settings/data/export/", "post"),
        ("/settings/data/import/", "post"),
        ("/settings/leave/", "post"),
        ("/accounts/spotify/login/callback/?code=x&state=y", "get"),
        ("/try/", "post"),
    ],
)
def test_it_ends_with_429(
    sandbox: Sandbox, user: User, listener: Client, entry: Entry, path: str, method: str
) -> None:
    sandbox.connect(user)
    track = sandbox.world.songs[0].spotify_id
    known = {"entry": entry.pk, "song": entry.song_id, "track": track}
    found = statuses(listener, path.format(**known), method)
    assert 429 not in found[:ALLOWED]
    assert found[ALLOWED:] == [429, 429]


def test_no_more_is_asked_of_spotify_than_may_be_asked_of_us(
    sandbox: Sandbox, user: User, listener: Client
) -> None:
    sandbox.connect(user)
    for _ in range(20):
        listener.get(f"/journal/add/?track=spotify:{sandbox.world.songs[0].spotify_id}")
    assert len(sandbox.paths("spotify")) == ALLOWED
