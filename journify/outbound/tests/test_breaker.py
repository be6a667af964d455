"""Without a connection nobody waits: the first is told soon, all others at once."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest
import time_machine

from classifier.sources.musicbrainz import MusicBrainzClient, Recording
from journify.outbound import limits, session
from journify.outbound.errors import OfflineError, PlatformDownError, PlatformError
from journify.outbound.fields import usable_items
from journify.outbound.session import Platform
from journify.tests.sandbox import Sandbox
from tools.processes import free_port
from tools.sandbox.platforms.musicbrainz import recording

if TYPE_CHECKING:
    from pytest_django.fixtures import SettingsWrapper

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """Names that were looked up, none of which is found in time."""
    hosts: list[str] = []
    over = threading.Event()

    def no_network(host: str, *_args: object) -> None:
        hosts.append(host)
        over.wait(60)
        raise socket.gaierror

    monkeypatch.setattr(socket, "getaddrinfo", no_network)
    monkeypatch.setattr(session, "IMPATIENT_SECONDS", 0.2)
    yield hosts
    over.set()


def test_a_name_that_is_not_found_costs_no_wait_and_the_next_ones_nothing(asked: list[str]) -> None:
    started = time.monotonic()
    for _ in range(5):
        with pytest.raises(PlatformDownError) as caught:
            Platform("deezer").request("GET", "https://api.deezer.example/search")
    assert time.monotonic() - started < 30
    assert asked == ["api.deezer.example"]
    assert caught.value.retry_after is not None


def test_a_port_that_nobody_listens_on_opens_the_breaker_and_time_closes_it(
    sandbox: Sandbox,
) -> None:
    nobody = f"http://127.0.0.1:{free_port()}/"
    with pytest.raises(PlatformDownError):
        Platform("deezer").request("GET", nobody)
    with pytest.raises(PlatformDownError):
        limits.acquire("deezer")
    limits.acquire("itunes")
    with time_machine.travel(time.time() + session.BREAK_SECONDS + 1):
        assert Platform("deezer").request("GET", f"{sandbox.url}/deezer/search").ok


def test_a_platform_that_answers_badly_is_no_reason_to_stop_asking(sandbox: Sandbox) -> None:
    sandbox.fail("deezer", "down")
    with pytest.raises(PlatformDownError):
        Platform("deezer").request("GET", f"{sandbox.url}/deezer/search")
    limits.acquire("deezer")


def test_offline_nobody_is_asked(sandbox: Sandbox, settings: SettingsWrapper) -> None:
    settings.OFFLINE = True
    with pytest.raises(OfflineError, match="set to ask no other service"):
        Platform("deezer").request("GET", f"{sandbox.url}/deezer/search")
    assert sandbox.world.requests == []


class TestMusicBrainz:
    def test_a_search_and_a_recording(self, sandbox: Sandbox) -> None:
        there = sandbox.world.songs[5]
        (found,) = MusicBrainzClient().search("tone 5")
        assert (found.id, found.title, found.artist) == (
            there.musicbrainz_id,
            there.title,
            there.artist,
        )
        assert (found.year, found.duration_ms, found.isrc) == (2026, there.duration_ms, there.isrc)

    def test_nobody_is_asked_twice_within_a_second(
        self, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        waits: list[float] = []
        with time_machine.travel(time.time(), tick=False) as clock:
            monkeypatch.setattr(
                time, "sleep", lambda seconds: (waits.append(seconds), clock.shift(seconds))
            )
            for _ in range(3):
                MusicBrainzClient().search("tone 3")
        assert sum(waits) >= 2.0

    def test_who_would_wait_too_long_is_told_so(self, db: None) -> None:
        for _ in range(2):
            limits.acquire("musicbrainz", patience=9)
        with pytest.raises(PlatformError, match="wait a moment"):
            limits.acquire("musicbrainz")

    def test_a_client_without_a_contact_is_blocked(
        self, sandbox: Sandbox, settings: SettingsWrapper
    ) -> None:
        settings.CONTACT = ""
        with pytest.raises(PlatformError):
            MusicBrainzClient().search("tone 3")

    @pytest.mark.parametrize(
        "odd", [None, {}, {"id": "x", "title": "T"}, {"id": "0" * 36, "title": None}, "x"]
    )
    def test_an_odd_recording_costs_no_list(self, odd: object, sandbox: Sandbox) -> None:
        good = recording(sandbox.world.songs[0])
        bare = {"id": good["id"], "title": "T", "artist-credit": None, "releases": [None]}
        found = usable_items("musicbrainz", [odd, good, bare], Recording.from_json)
        assert [each.title for each in found] == ["Tone 0", "T"]
