"""Fixtures of the browser tests: the app as `make run` starts it, and system Chromium."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, expect

from journify.tests.databases import own_data
from tools.processes import chromium, free_port

START_SECONDS = 120
PATIENCE_SECONDS = 60

# five seconds by itself, which is little where other tests run beside it
expect.set_options(timeout=1000 * PATIENCE_SECONDS)
# axe's rules about colours, of those that it follows by itself
OF_COLOURS = ["color-contrast", "link-in-text-block"]
# A promise has no end of its own in Playwright: what may never come is given up after a while.
SETTLED = """() => Promise.race([
    new Promise((givenUp) => setTimeout(givenUp, 10000)),
    Promise.allSettled(document.getAnimations()
        .filter((each) => each.effect.getComputedTiming().endTime !== Infinity)
        .map((each) => each.finished)),
])"""


@pytest.fixture(scope="session")
def data_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What the running app writes: its database, its uploads and its log."""
    return tmp_path_factory.mktemp("data")


@pytest.fixture(scope="session")
def app_env(data_folder: Path) -> Iterator[dict[str, str]]:
    """Environment of the running app, for commands that a test runs beside it."""
    with own_data(data_folder, migrated=True) as env:
        yield os.environ | env


@pytest.fixture(scope="session")
def base_url(data_folder: Path, app_env: dict[str, str]) -> Iterator[str]:
    """Address of a running app: web and worker as real processes, a database of their own."""
    with running_app(data_folder, env=app_env) as address:
        yield address


@pytest.fixture(scope="session")
def sandbox_app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, str]]:
    """Address of an app as `make run SANDBOX=1` starts it, and of the stand-in beside it."""
    port = free_port()
    sandbox = f"http://127.0.0.1:{port}"
    data = tmp_path_factory.mktemp("data")
    with own_data(data, migrated=True) as env:
        env |= {"SANDBOX_PORT": str(port), "SANDBOX_URL": sandbox}
        with running_app(data, procfile="Procfile.sandbox", env=env) as address:
            _wait_for_port(port)  # it starts beside the app, and may be the later of the two
            yield address, sandbox


@contextmanager
def running_app(data: Path, *, env: dict[str, str], procfile: str = "Procfile") -> Iterator[str]:
    """Start every process of `procfile` with its log in `data`; end them in the end.

    `env` comes from `journify.tests.databases.own_data`.
    """
    port = free_port()
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    # every listener of the tests comes from one address
    env = os.environ | env | {"PATH": path, "RATE_LIMIT_FACTOR": "100"}
    prepare = [sys.executable, "manage.py", "prepare", "--port", str(port)]
    subprocess.run(prepare, cwd=settings.BASE_DIR, env=env, check=True, capture_output=True)
    with (data / "processes.log").open("w") as log:
        processes = subprocess.Popen(
            [
                *(sys.executable, "-m", "honcho", "--env", "/dev/null", "--procfile", procfile),
                *("start", "--port", str(port)),
            ],
            cwd=settings.BASE_DIR,
            env=env,
            stdout=log,
            stderr=log,
        )
        try:
            address = f"http://127.0.0.1:{port}"
            _wait_for(f"{address}/healthz", processes)
            yield address
        finally:
            processes.send_signal(signal.SIGINT)
            processes.wait(timeout=PATIENCE_SECONDS)


@pytest.fixture(scope="session")
def browser_type_launch_args() -> dict[str, Any]:
    """Debian's Chromium; as root it runs without its sandbox."""
    return {
        "executable_path": chromium(),
        "args": [
            *(["--no-sandbox"] if os.geteuid() == 0 else []),
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-gpu",
        ],
    }


@pytest.fixture
def page(context: BrowserContext) -> Iterator[Page]:
    """A page that fails the test when anything is written to the console as an error."""
    page = context.new_page()
    errors = console_of(page)
    yield page
    assert errors == [], errors


@pytest.fixture
def phone(browser: Browser, base_url: str) -> Iterator[Page]:
    """A page of 360 by 740 pixels, with the same eye on the console."""
    context = browser.new_context(
        base_url=base_url, viewport={"width": 360, "height": 740}, has_touch=True
    )
    page = context.new_page()
    errors = console_of(page)
    yield page
    context.close()
    assert errors == [], errors


def faults_of(page: Page, *, of_colours: bool = False) -> list[tuple[str, str]]:
    """Return what axe finds once nothing fades or moves: colours in between are no fault."""
    page.evaluate(SETTLED)
    rules = {"runOnly": OF_COLOURS} if of_colours else {}
    violations = Axe().run(page, options={"resultTypes": ["violations"]} | rules)
    found = violations.response["violations"]
    return [(each["id"], node["html"]) for each in found for node in each["nodes"]]


def faults_in_both_schemes(page: Page) -> list[tuple[str, str]]:
    """Return what axe finds on a light page, and what it finds of colours once it is dark."""
    page.emulate_media(color_scheme="light")
    found = faults_of(page)
    page.emulate_media(color_scheme="dark")
    return found + faults_of(page, of_colours=True)


def console_of(page: Page) -> list[str]:
    """Collect what a page writes to the console as an error, or throws.

    That a page asked for does not exist is for the test to judge: Chromium logs it, too.
    """
    errors: list[str] = []

    def note(message: ConsoleMessage) -> None:
        url = message.location.get("url")
        is_page_itself = message.text.startswith("Failed to load resource") and url == page.url
        if message.type == "error" and not is_page_itself:
            errors.append(f"{message.text} ({url})")

    page.on("console", note)
    page.on("pageerror", lambda error: errors.append(str(error)))
    return errors


def _wait_for(url: str, processes: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        assert processes.poll() is None, "the app ended at its start"
        try:
            with urllib.request.urlopen(url, timeout=30):  # noqa: S310 -- our own address
                return
        except (urllib.error.URLError, TimeoutError):
            time.sleep(0.1)
    pytest.fail(f"{url} did not answer within {START_SECONDS} s")


def _wait_for_port(port: int) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        with socket.socket() as connection:
            if not connection.connect_ex(("127.0.0.1", port)):
                return
        time.sleep(0.1)
    pytest.fail(f"nothing listens on port {port} after {START_SECONDS} s")
