"""The stand-in platforms as a fixture: one server for the whole run, forgetful between tests."""

from __future__ import annotations

import datetime as dt
import threading
import wave
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
from django.utils import timezone

from journify.outbound import session
from spotify_auth.models import SpotifyConnection
from spotify_auth.web_api import connections
from spotify_auth.web_api.connections import Tokens
from tools.sandbox.catalogue import SandboxSong
from tools.sandbox.pointing import platform_settings
from tools.sandbox.server import SandboxServer
from tools.sandbox.world import Grant, World

if TYPE_CHECKING:
    from pytest_django.fixtures import SettingsWrapper

    from spotify_auth.models import User

RATE = 22_050
SCOPE = "user-top-read user-read-recently-played"


class Sandbox:
    """What a test does with the stand-in."""

    def __init__(self, server: SandboxServer) -> None:
        self.world, self.url = server.world, server.url

    def fail(self, platform: str, kind: str, *, path: str = "", times: int = 1) -> None:
        """Let the next requests fail."""
        self.world.failures.append(
            {"platform": platform, "kind": kind, "path": path, "times": times}
        )

    def paths(self, platform: str) -> list[str]:
        """What the platform was asked, in order."""
        return [row["path"] for row in self.world.requests if row["platform"] == platform]

    def connect(self, user: User, *, scope: str = SCOPE) -> SpotifyConnection:
        """Give a listener the consent of Ada without walking through the pages."""
        grant = Grant(self.world.people["ada"], scope, "refresh-1", self.world.now())
        grant.access["access-1"] = self.world.now() + 3600
        self.world.grants.append(grant)
        tokens = Tokens("access-1", "refresh-1", timezone.now() + dt.timedelta(hours=1), scope)
        connections.keep_consent(user, tokens)
        return SpotifyConnection.objects.get(user=user)


@pytest.fixture(scope="session")
def _sandbox_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SandboxServer]:
    folder = tmp_path_factory.mktemp("songs")
    songs = []
    for number in range(14):
        path = folder / f"tone-{number}.wav"
        _write_tone(path, 200 + 20 * number)
        songs.append(SandboxSong(f"tone-{number}", f"Tone {number}", f"Band {number % 3}", path))
    with SandboxServer(World(songs), port=0) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@pytest.fixture
def sandbox(
    _sandbox_server: SandboxServer, settings: SettingsWrapper, monkeypatch: pytest.MonkeyPatch
) -> Sandbox:
    """A fresh stand-in that the app takes for every platform."""
    _sandbox_server.world.reset()
    url = _sandbox_server.url
    for name, value in platform_settings(url).items():
        setattr(settings, name, value)
    monkeypatch.setattr(session, "READ_SECONDS", 1.0)
    return Sandbox(_sandbox_server)


def _write_tone(path: Path, hertz: float) -> None:
    seconds = np.arange(4 * RATE) / RATE
    samples = (8000 * np.sin(2 * np.pi * hertz * seconds)).astype("<i2")
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(samples.tobytes())
