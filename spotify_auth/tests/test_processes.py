"""What has to hold between processes, proved with real ones on a real database."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.conf import settings

from journify.tests.databases import own_data
from journify.tests.sandbox import Sandbox
from tools.sandbox.world import Grant

pytestmark = pytest.mark.slow
PROCESSES = 3

CONNECT = """
import datetime as dt
from django.utils import timezone
from spotify_auth.web_api import connections
from spotify_auth.web_api.connections import Tokens
from spotify_auth.models import User
over = timezone.now() - dt.timedelta(seconds=1)
connections.keep_consent(User.objects.create(username="a"), Tokens("over", "refresh-1", over))
"""
REFRESH = """
from spotify_auth.models import SpotifyConnection
from spotify_auth.web_api.tokens import access_token
print("ready", flush=True)
sys.stdin.readline()
print(access_token(SpotifyConnection.objects.get().pk))
"""
TAKE_TURNS = """
from journify.outbound.errors import RateLimitedError
from journify.outbound.limits import acquire
acquire("itunes")
print("ready", flush=True)
sys.stdin.readline()
count = 1
for _ in range(20):
    try:
        acquire("itunes")
        count += 1
    except RateLimitedError:
        pass
print(count)
"""

Start = Callable[[str], subprocess.Popen[str]]


@pytest.fixture
def start(sandbox: Sandbox, tmp_path: Path) -> Iterator[Start]:
    """Run a script with the app set up, its files in the test's folder."""

    def run(script: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, "-c", f"import sys, django; django.setup()\n{script}"],
            cwd=settings.BASE_DIR,
            env=os.environ | own | told,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    told = {"SANDBOX_URL": sandbox.url, "DJANGO_SETTINGS_MODULE": "journify.settings"}
    with own_data(tmp_path / "data", migrated=True) as own:
        yield run


def at_once(start: Start, script: str) -> list[str]:
    """Start processes, wait until all are ready, let all go together, return what they print."""
    running = [start(script) for _ in range(PROCESSES)]
    pipes = [(each.stdin, each.stdout) for each in running]
    for _stdin, stdout in pipes:
        assert stdout is not None
        assert stdout.readline() == "ready\n"
    for stdin, _stdout in pipes:
        assert stdin is not None
        stdin.write("go\n")
        stdin.flush()
    return [process.communicate(timeout=60)[0].strip() for process in running]


@pytest.mark.django_db
def test_one_refresh_among_processes(start: Start, sandbox: Sandbox) -> None:
    world = sandbox.world
    world.rotates_refresh_tokens = True  # a second refresh with the old token would be refused
    world.grants.append(Grant(world.people["ada"], "", "refresh-1", world.now()))
    start(CONNECT).communicate(timeout=60)
    tokens = at_once(start, REFRESH)
    assert len(set(tokens)) == 1
    assert tokens[0] in world.grants[0].access
    assert sandbox.paths("spotify-accounts") == ["/api/token"]


@pytest.mark.django_db
def test_one_limit_for_all_processes(start: Start) -> None:
    counts = [int(count) for count in at_once(start, TAKE_TURNS)]
    # ten at once, and one more for each six seconds that this took
    assert 10 <= sum(counts) <= 13
