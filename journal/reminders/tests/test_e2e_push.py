"""A browser subscribes, a real worker sends, and a push service of ours reads what arrives.

Chromium has no push service to ask here: what it would say of itself, our own says.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator

import pytest
from django.conf import settings
from playwright.sync_api import Browser, Page, expect

from journal.day.tests.test_e2e_journal import sign_up
from journify.tests.browser import console_of, faults_of, running_app
from journify.tests.databases import own_data
from journify.tests.push_service import PushService, push_service

pytestmark = [pytest.mark.e2e, pytest.mark.slow, pytest.mark.xdist_group("push")]

PATIENCE_SECONDS = 120.0
SUBSCRIBE = """({endpoint, p256dh, auth}) => {
    const bytes = (text) => Uint8Array.from(
        atob(text.replaceAll("-", "+").replaceAll("_", "/")), (each) => each.charCodeAt(0)).buffer;
    let made = null;
    Notification.requestPermission = async () => "granted";
    PushManager.prototype.subscribe = async function (options) {
        made = {endpoint, options: {applicationServerKey: options.applicationServerKey.buffer},
            getKey: (name) => bytes({p256dh, auth}[name]), unsubscribe: async () => true};
        sessionStorage.setItem("subscribed", "yes");
        return made;
    };
    PushManager.prototype.getSubscription = async () =>
        sessionStorage.getItem("subscribed") ? {endpoint, unsubscribe: async () => {
            sessionStorage.removeItem("subscribed"); }} : null;
}"""
HOUR_HAS_COME = (
    "from journal.reminders.models import Nudge, Reminder\n"
    "from django.utils import timezone\n"
    "Nudge.objects.all().delete()\n"
    "Reminder.objects.update(due_at=timezone.now())\n"
)


@pytest.fixture
def service() -> Iterator[PushService]:
    with push_service() as service:
        yield service


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, dict[str, str]]]:
    """An app that may call push services on this machine, and whose worker looks every second."""
    data = tmp_path_factory.mktemp("data")
    with own_data(data, migrated=True) as env:
        env |= {"PUSH_HOSTS": "127.0.0.1", "CLASSIFY_SWEEP_SECONDS": "1"}
        with running_app(data, env=env) as address:
            yield address, env


@pytest.fixture
def page(browser: Browser, app: tuple[str, dict[str, str]], service: PushService) -> Iterator[Page]:
    with browser.new_context(base_url=app[0]) as context:
        context.add_init_script(f"({SUBSCRIBE})({json.dumps(service.subscription)})")
        page = context.new_page()
        errors = console_of(page)
        yield page
        assert errors == []


def let_the_hour_come(env: dict[str, str]) -> None:
    command = [sys.executable, "manage.py", "shell", "--command", HOUR_HAS_COME]
    subprocess.run(
        command, cwd=settings.BASE_DIR, env=os.environ | env, check=True, capture_output=True
    )


def wait_for_messages(service: PushService, count: int) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while len(service.got) < count:
        assert time.monotonic() < deadline, "the worker sent nothing"
        time.sleep(0.1)


def test_a_device_subscribes_and_is_reminded_once(
    page: Page, service: PushService, app: tuple[str, dict[str, str]]
) -> None:
    sign_up(page)
    page.goto("/settings/reminder/")
    assert faults_of(page) == []
    page.get_by_label("Time").fill("21:30")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Your settings are saved.")).to_be_visible()
    page.get_by_role("button", name="Remind me on this device").click()
    expect(page.get_by_text("1 device reminds you.")).to_be_visible()
    expect(page.get_by_role("button", name="Remind me on this device")).to_be_hidden()

    let_the_hour_come(app[1])
    wait_for_messages(service, 1)
    (message,) = service.got
    assert (message["title"], message["url"]) == ("Journify", "/journal/")
    assert message["body"] == "Your page for today is open."

    # what the worker shows leads to today, and one tap ends it
    response = page.request.post(message["stop"])
    assert response.ok
    page.goto("/settings/reminder/")
    expect(page.get_by_text("A message appears on the device")).to_be_visible()


def test_a_subscription_that_is_gone_is_forgotten(
    page: Page, service: PushService, app: tuple[str, dict[str, str]]
) -> None:
    sign_up(page)
    page.goto("/settings/reminder/")
    page.get_by_role("button", name="Remind me on this device").click()
    expect(page.get_by_text("1 device reminds you.")).to_be_visible()
    service.status = 410
    let_the_hour_come(app[1])
    wait_for_messages(service, 1)
    gone = re.compile("A message appears on the device")
    for _ in range(100):
        page.reload()
        if page.get_by_text(gone).count():
            break
    expect(page.get_by_text(gone)).to_be_visible()
