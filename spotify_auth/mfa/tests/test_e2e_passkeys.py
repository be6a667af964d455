"""A passkey in a browser: made, signed in with, refused; and what an account begins with."""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from journify.tests.browser import console_of, faults_of

pytestmark = pytest.mark.e2e
PASSWORD = "a song nobody hums"
DAY = re.compile(r"/journal/\d{4}-\d\d-\d\d/$")
CODES = re.compile(r"\b\d{4} \d{4} \d{4}\b")


@pytest.fixture
def page(context: BrowserContext, base_url: str) -> Iterator[Page]:
    """A page under a name: a passkey is bound to one, and an address is none."""
    page = context.new_page()
    errors = console_of(page)
    page.goto(base_url.replace("127.0.0.1", "localhost"))
    yield page
    assert errors == [], errors


def authenticator(page: Page, *, verified: bool = True) -> Any:
    """Give the browser a phone with a finger on it."""
    devtools = page.context.new_cdp_session(page)
    devtools.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": verified,
        "automaticPresenceSimulation": True,
    }
    found = devtools.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    return devtools, found["authenticatorId"]


def go(page: Page, path: str) -> None:
    page.goto(re.sub(r"^(https?://[^/]+).*", r"\1", page.url) + path)


def sign_up(page: Page) -> str:
    name = f"e2e-{uuid.uuid4().hex[:10]}"
    go(page, "/accounts/signup/")
    page.locator("[name=username]").fill(name)
    page.locator("[name=password1]").fill(PASSWORD)
    page.locator("[name=password2]").fill(PASSWORD)
    page.get_by_role("button", name="Make my account").click()
    page.wait_for_url(DAY)
    return name


def sign_out(page: Page) -> None:
    go(page, "/settings/")
    page.get_by_role("button", name="Sign out").first.click()
    page.wait_for_url("**/")


def test_an_account_begins_with_codes_to_keep(page: Page) -> None:
    sign_up(page)
    part = page.get_by_role("region", name="Keep your recovery codes")
    assert len(set(CODES.findall(part.inner_text()))) == 10
    assert faults_of(page) == []
    with page.expect_download() as download:
        part.get_by_role("link", name="Save as a file").click()
    saved = download.value.path().read_text()
    assert CODES.findall(saved) == CODES.findall(part.inner_text())
    part.get_by_role("button", name="I have them").click()
    expect(part).to_be_hidden()


def test_a_passkey_signs_in_without_a_password(page: Page) -> None:
    devtools, phone = authenticator(page)
    name = sign_up(page)
    go(page, "/accounts/second-key/")
    page.get_by_role("link", name="Add a passkey").click()
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Confirm").click()
    page.locator("[name=name]").fill("My phone")
    page.get_by_role("button", name="Make a passkey").click()
    expect(page.get_by_text("Your passkey is kept")).to_be_visible()
    expect(page.get_by_text("My phone")).to_be_visible()
    credentials = devtools.send("WebAuthn.getCredentials", {"authenticatorId": phone})
    assert credentials["credentials"][0]["isResidentCredential"]
    sign_out(page)
    go(page, "/accounts/login/?next=/settings/")
    page.get_by_role("button", name="Sign in with a passkey").click()
    page.wait_for_url("**/settings/")
    expect(page.get_by_text(f"You are signed in as {name}")).to_be_visible()


@pytest.mark.slow
def test_whoever_is_not_recognised_is_told_and_may_type(page: Page) -> None:
    devtools, phone = authenticator(page)
    name = sign_up(page)
    sign_out(page)
    go(page, "/accounts/login/")
    devtools.send("WebAuthn.setUserVerified", {"authenticatorId": phone, "isUserVerified": False})
    page.get_by_role("button", name="Sign in with a passkey").click()
    expect(page.get_by_text("That did not work")).to_be_visible()
    page.locator("[name=login]").fill(name)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.wait_for_url(DAY)


@pytest.mark.slow
def test_a_page_at_a_number_offers_none(context: BrowserContext, base_url: str) -> None:
    page = context.new_page()
    page.goto(f"{base_url}/accounts/login/")
    expect(page.get_by_role("button", name="Sign in", exact=True)).to_be_visible()
    expect(page.get_by_role("button", name="Sign in with a passkey")).to_be_hidden()


@pytest.mark.slow
def test_a_forgotten_password_is_replaced_with_a_code(page: Page) -> None:
    name = sign_up(page)
    code = CODES.findall(page.get_by_role("region", name="Keep your").inner_text())[4]
    sign_out(page)
    go(page, "/accounts/login/")
    page.get_by_role("link", name="Forgot your password?").click()
    page.get_by_label("User name").fill(name)
    page.get_by_label("Recovery code").fill(code)
    page.get_by_role("button", name="Go on").click()
    page.locator("[name=password1]").fill("another song of nobody's")
    page.locator("[name=password2]").fill("another song of nobody's")
    page.get_by_role("button", name="Set the new password").click()
    page.wait_for_url(DAY)
