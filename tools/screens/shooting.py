"""Taking the pictures, with the system's Chromium."""

import os
import sys
from pathlib import Path
from typing import Any

from django.conf import settings
from django.test import Client
from playwright.sync_api import Browser, BrowserContext, sync_playwright

from tools.processes import chromium
from tools.screens import demo
from tools.screens.scenes import HEARD, SCENES, Scene, Who

SIZE = {"width": 360, "height": 740}
DESKTOP = {"width": 1280, "height": 800}


PHONE = {"viewport": SIZE, "is_mobile": True, "has_touch": True}
# Devices, their colours and languages: options of Playwright's `new_context`.
VARIANTS: dict[str, dict[str, Any]] = {
    "phone-light": PHONE | {"color_scheme": "light", "locale": "en-GB"},
    "phone-dark": PHONE | {"color_scheme": "dark", "locale": "en-GB"},
    "phone-german": PHONE | {"color_scheme": "light", "locale": "de-DE"},
    "desktop-light": {"viewport": DESKTOP, "color_scheme": "light", "locale": "en-GB"},
    "desktop-dark": {"viewport": DESKTOP, "color_scheme": "dark", "locale": "en-GB"},
}


def shoot(address: str, spotify: str, folder: Path, *, only: set[str]) -> list[Scene]:
    """Take a picture of every scene in every variant; return the scenes.

    Scenes of Spotify are found at an address of their own.
    """
    folder.mkdir(parents=True, exist_ok=True)
    scenes = [scene for scene in SCENES if not only or scene.name in only]
    made = demo.fill()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=chromium(),
            args=["--disable-gpu", *(["--no-sandbox"] if os.geteuid() == 0 else [])],
        )
        for variant in VARIANTS:
            _shoot_variant(browser, (address, spotify), made, scenes, variant, folder)
            sys.stdout.write(f"{variant}\n")
        browser.close()
    return scenes


def _shoot_variant(
    browser: Browser,
    addresses: tuple[str, str],
    made: demo.Demo,
    scenes: list[Scene],
    variant: str,
    folder: Path,
) -> None:
    contexts: dict[Who, BrowserContext] = {}
    for scene in scenes:
        if scene.who not in contexts:
            contexts[scene.who] = _context(browser, addresses, made, scene.who, variant)
        page = contexts[scene.who].new_page()
        scene.way(page, made)
        page.wait_for_load_state("networkidle")
        screen = VARIANTS[variant]["viewport"]
        wide, high = page.evaluate(
            "[document.documentElement.scrollWidth, document.documentElement.scrollHeight]"
        )
        if wide > screen["width"]:
            sys.stderr.write(f"{scene.name} is {wide} px wide on {variant}\n")
        if scene.is_whole:
            # a screen as long as the page: what sticks to its edge stays there
            page.set_viewport_size(
                {"width": screen["width"], "height": max(high, screen["height"])}
            )
        # Playwright hides the caret by an inline style, which our content policy refuses
        page.screenshot(
            path=folder / f"{scene.name}.{variant}.png", caret="initial", animations="disabled"
        )
        page.close()
    for context in contexts.values():
        context.close()


def _context(
    browser: Browser, addresses: tuple[str, str], made: demo.Demo, who: Who, variant: str
) -> BrowserContext:
    address = addresses[who == "ada"]
    context = browser.new_context(
        base_url=address, reduced_motion="reduce", timezone_id="UTC", **VARIANTS[variant]
    )
    context.set_default_timeout(HEARD)  # a machine that does something else, too
    somebody = {"anna": made.anna, "idle": made.idle, "curator": made.curator}.get(who)
    if somebody:
        client = Client(SERVER_NAME="127.0.0.1")
        client.force_login(somebody)
        session = client.cookies[settings.SESSION_COOKIE_NAME].value
        context.add_cookies(
            [{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": address}]
        )
    if who == "ada":
        _sign_in_with_spotify(context)
    return context


def _sign_in_with_spotify(context: BrowserContext) -> None:
    page = context.new_page()
    page.goto("/accounts/login/")
    page.locator("form[action*='/spotify/'] button").click()
    page.get_by_role("button", name="Agree as Ada").click()
    page.wait_for_url("**/journal/*/")
    page.close()
