from __future__ import annotations

import datetime as dt
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
from django.conf import settings
from django.test import Client
from PIL import Image
from playwright.sync_api import Browser, BrowserContext, Page

from journal.day.tests.test_e2e_journal import PAGES, SIGNED_OUT
from journify.tests.browser import running_app
from journify.tests.databases import own_data
from tools.measuring.listeners import make_listener
from tools.measuring.pages import page_of, pages_of
from tools.screens.demo import PASSWORD, Demo
from tools.screens.scenes import SCENES, Scene
from tools.screens.sheets import SHOWN

SCREENS = Path(settings.BASE_DIR) / "docs" / "screens"
MEGABYTES = 4


# pages that came after the pictures were taken last
NOT_PICTURED = {"listening_page", "song_delete", "song_edit", "try_songs", "offline"}


@pytest.mark.django_db
def test_every_page_has_a_picture_and_without_a_key_is_looked_at_in_a_browser(
    client: Client,
) -> None:
    """One walk for both: to find the pages takes seconds."""
    listener = make_listener("anna", days=30)
    client.force_login(listener)
    pages = pages_of(listener, client)
    named = {page.name.partition("?")[0] for page in pages}
    assert page_of(listener, "day")
    assert named - {scene.covers for scene in SCENES} == NOT_PICTURED
    without = {page.path for page in pages if not re.search(r"[\d?]", page.path)}
    assert without - {*PAGES, *SIGNED_OUT} == set()


def test_every_picture_is_there_small_and_in_the_index() -> None:
    index = (SCREENS / "README.md").read_text(encoding="utf-8")
    named = set(re.findall(r"\((\S+\.webp)\)", index))
    assert named == {f"{scene.name}.webp" for scene in SCENES}
    files = {path.name for path in SCREENS.glob("*.webp")}
    assert files == named | {f"{name}.webp" for name in SHOWN}
    assert sum(path.stat().st_size for path in SCREENS.iterdir()) < MEGABYTES * 1_000_000
    for name in files:
        with Image.open(SCREENS / name) as picture:
            assert picture.width > 300


def test_no_two_scenes_share_a_name() -> None:
    assert len({scene.name for scene in SCENES}) == len(SCENES)


FILL = """
import json
from tools.screens import demo
demo.make_people(days=40)
made = demo.fill()
print(json.dumps({name: str(getattr(value, "pk", value)) for name, value in vars(made).items()}))
"""
# those of a connection to Spotify need a stand-in for it: test_e2e_spotify has it
VISITED = [scene for scene in SCENES if scene.who != "ada"]
# what lies over a page, and what a visitor waits for, comes otherwise without scripts
SCRIPTED = {"try-out", "picker", "keys"}

# Every control in both directions: seen when it has the focus, with a ring, and nothing over it.
KEYBOARD = """() => {
    const modal = document.querySelector(":is(:modal, :popover-open)") ?? document;
    const all = "a[href], button, input, select, textarea, summary, [tabindex='0']";
    const controls = [...modal.querySelectorAll(all)].filter((each) =>
        each.tabIndex >= 0 && !each.disabled && each.checkVisibility({visibilityProperty: true}));
    const isRinged = (each) => each && each !== document.body
        && (getComputedStyle(each).outlineStyle !== "none" || isRinged(each.parentElement));
    const isSeen = (each) => {
        const box = each.getClientRects()[0];
        const x = (Math.max(box.left, 0) + Math.min(box.right, innerWidth)) / 2;
        const y = (Math.max(box.top, 0) + Math.min(box.bottom, innerHeight)) / 2;
        const top = document.elementFromPoint(x, y);
        return top && (each.contains(top) || top.contains(each)
            || [...(each.labels ?? [])].some((label) => label.contains(top)));
    };
    const faults = new Set();
    const told = (each) => each.outerHTML.replace(/\\s+/g, " ").slice(0, 100);
    for (const each of [...controls, ...controls.toReversed()]) {
        each.focus({focusVisible: true});
        if (document.activeElement !== each) faults.add(`not reached: ${told(each)}`);
        else if (!isRinged(each)) faults.add(`no ring: ${told(each)}`);
        else if (!isSeen(each)) faults.add(`covered: ${told(each)}`);
    }
    return [...faults];
}"""
# Without grounds and shadows: what lies apart has an edge, what is chosen differs from the rest.
FORCED = """() => {
    const isShown = (each) => each.checkVisibility();
    const apart = ".card, .sheet-leaf, :not(.quiet-chart) > .chart, dialog[open], :popover-open";
    const bare = [...document.querySelectorAll(apart)].filter(isShown)
        .filter((each) => getComputedStyle(each).borderTopStyle === "none");
    const look = (each) => {
        const {borderTopWidth, textDecoration} = getComputedStyle(each);
        return `${borderTopWidth} ${textDecoration}`;
    };
    const isChosen = ":is([aria-current], [aria-pressed=true])";
    const chosen = [...document.querySelectorAll(`${isChosen}[class]`)];
    const alike = chosen.filter(isShown).filter((each) => {
        const like = `${each.localName}.${each.classList[0]}:not(${isChosen})`;
        const other = document.querySelector(like);
        return other && look(other) === look(each);
    });
    return [...bare, ...alike].map((each) => `forced: ${each.outerHTML.slice(0, 100)}`);
}"""
STILL = """() => document.getAnimations().map((each) => `moves: ${each.effect.target.outerHTML}`)"""
WIDTH = """() => {
    const room = document.documentElement.clientWidth, wide = document.documentElement.scrollWidth;
    const right = (each) => each.getBoundingClientRect().right;
    const parts = [...document.querySelectorAll(":is(.card, .sheet-leaf) > *")];
    const loose = parts.filter((each) => each.checkVisibility())
        .filter((each) => right(each) > right(each.parentElement) + 1)
        .map((each) => `beside its leaf: ${each.outerHTML.slice(0, 100)}`);
    return wide > room ? [...loose, `${wide} px wide, with room for ${room}`] : loose;
}"""
# Without scripts: a button sends its form or opens something, and a form has a button to send it.
DEAD = """() => {
    const isShown = (each) => each.checkVisibility({visibilityProperty: true});
    const works = (each) =>
        (each.form && each.type === "submit") || each.hasAttribute("popovertarget");
    const buttons = [...document.querySelectorAll("main button, .frame button")];
    const forms = [...document.querySelectorAll("main form")].filter(isShown);
    return [
        ...buttons.filter(isShown).filter((each) => !works(each)),
        ...forms.filter((form) => ![...form.elements].some((each) =>
            each.type === "submit" && isShown(each))),
    ].map((each) => `dead: ${each.outerHTML.replace(/\\s+/g, " ").slice(0, 120)}`);
}"""


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Demo]]:
    """An app with the journal of the pictures, in which no other test looks; and what it holds."""
    data = tmp_path_factory.mktemp("data")
    with own_data(data, migrated=True) as env, running_app(data, env=env) as address:
        yield address, _filled(os.environ | env)


def _filled(env: dict[str, str]) -> Demo:
    """Write the journal of the pictures; return the keys that addresses need."""
    command = [sys.executable, "manage.py", "shell", "--verbosity", "0", "--command", FILL]
    child = subprocess.run(
        command, cwd=settings.BASE_DIR, env=env, check=True, capture_output=True, text=True
    )
    told: dict[str, Any] = json.loads(child.stdout.splitlines()[-1])
    days = {name: dt.date.fromisoformat(told.pop(name)) for name in ("today", "past")}
    rows = {name: SimpleNamespace(pk=key) for name, key in told.items()}
    return Demo(**cast("dict[str, Any]", days | rows))


def visited(
    browser: Browser, made: tuple[str, Demo], scenes: list[Scene], **options: Any
) -> Iterator[tuple[Scene, Page]]:
    """Go to each scene, everybody in a context of their own."""
    address, journal = made
    contexts: dict[str, BrowserContext] = {}
    for scene in scenes:
        if scene.who not in contexts:
            contexts[scene.who] = browser.new_context(base_url=address, **options)
            sign_in(contexts[scene.who], scene.who)
        page = contexts[scene.who].new_page()
        scene.way(page, journal)
        yield scene, page
        page.close()
    for context in contexts.values():
        context.close()


def sign_in(context: BrowserContext, who: str) -> None:
    name = {"curator": "carol"}.get(who, who)
    if name in {"visitor", "newcomer"}:
        return
    page = context.new_page()
    page.goto("/accounts/login/")
    page.locator("[name=login]").fill(name)
    page.locator("[name=password]").fill(PASSWORD)
    page.locator("[name=password]").press("Enter")
    page.wait_for_url("**/journal/**")
    page.close()


@pytest.mark.e2e
@pytest.mark.slow
@pytest.mark.xdist_group("screens")
def test_every_page_holds_with_keys_forced_colours_no_motion_and_large_letters(
    browser: Browser, made: tuple[str, Demo]
) -> None:
    desk: dict[str, Any] = {
        "viewport": {"width": 1280, "height": 900},
        "forced_colors": "active",
        "reduced_motion": "reduce",
    }
    faults: dict[str, list[str]] = {}
    for scene, page in visited(browser, made, VISITED, **desk):
        checks = [STILL, KEYBOARD, FORCED] if scene.who != "curator" else [STILL]
        found = [fault for check in checks for fault in page.evaluate(check)]
        # a screen of 1280 px at 200 %, and at 400 %: https://www.w3.org/TR/WCAG22/#reflow; a phone
        # at 150 %, but for Django's own tables
        phone = [(240, 370)] if scene.who != "curator" else []
        for width, height in ((640, 450), (320, 256), *phone):
            page.set_viewport_size({"width": width, "height": height})
            found += page.evaluate(WIDTH)
        faults[scene.name] = found
    assert len(faults) == len(VISITED)
    assert {name: found for name, found in faults.items() if found} == {}


@pytest.mark.e2e
@pytest.mark.slow
@pytest.mark.xdist_group("screens")
def test_nothing_on_any_page_is_dead_without_javascript(
    browser: Browser, made: tuple[str, Demo]
) -> None:
    scenes = [scene for scene in VISITED if scene.name not in SCRIPTED]
    phone: dict[str, Any] = {
        "viewport": {"width": 360, "height": 740},
        "java_script_enabled": False,
    }
    faults = {
        scene.name: page.evaluate(DEAD) + page.evaluate(WIDTH)
        for scene, page in visited(browser, made, scenes, **phone)
    }
    assert len(faults) == len(scenes)
    assert {name: found for name, found in faults.items() if found} == {}
