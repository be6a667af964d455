"""What a browser needs to install the app, and what it then keeps."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.staticfiles import finders
from django.test import Client
from django.urls import reverse
from PIL import Image

from journal.site.views import SHELL

STATIC = Path(settings.BASE_DIR) / "static"
MANIFEST = json.loads((STATIC / "manifest.webmanifest").read_text())


def test_every_page_names_the_manifest(db: None) -> None:
    assert "manifest.webmanifest" in Client().get("/").content.decode()


def test_the_whole_site_is_the_app() -> None:
    assert MANIFEST["scope"] == MANIFEST["id"] == "/"
    assert MANIFEST["start_url"] == reverse("journal:today")
    assert MANIFEST["display"] == "standalone"


@pytest.mark.parametrize("icon", MANIFEST["icons"][1:], ids=lambda icon: str(icon["src"]))
def test_icons_have_the_size_that_is_said(icon: dict[str, str]) -> None:
    with Image.open(STATIC / icon["src"]) as image:
        assert icon["sizes"] == f"{image.width}x{image.height}"


def test_there_are_the_icons_that_browsers_ask_for() -> None:
    """https://developer.mozilla.org/en-US/docs/Web/Progressive_web_apps/Guides/Making_PWAs_installable"""
    kinds = {(icon["sizes"], icon.get("purpose", "any")) for icon in MANIFEST["icons"]}
    assert {("192x192", "any"), ("512x512", "any"), ("512x512", "maskable")} <= kinds


def shell_of(client: Client) -> dict[str, object]:
    script = client.get("/sw.js")
    assert script["Content-Type"].startswith("text/javascript")
    (shell,) = re.findall(r"self.shell = (.*);\n", script.content.decode())
    found: dict[str, object] = json.loads(shell)
    return found


def test_the_worker_keeps_static_files_that_exist(listener: Client) -> None:
    assert [name for name in SHELL if finders.find(name) is None] == []
    files = shell_of(listener)["files"]
    assert isinstance(files, list)
    assert len(files) == len(SHELL)
    assert all(path.startswith("/static/") for path in files)


def test_the_page_it_keeps_names_nobody(listener: Client, user: object) -> None:
    page = shell_of(listener)["page"]
    html = listener.get(str(page)).content.decode()
    assert "No connection" in html
    assert str(user) not in html
    assert "csrf" not in html


def test_another_language_is_another_worker(listener: Client) -> None:
    english = shell_of(listener)["cache"]
    assert english == shell_of(listener)["cache"]
    listener.post(
        reverse("journal:settings"),
        {"time_zone": "UTC", "theme": "auto", "phrases_per_day": 12, "language": "de"},
    )
    assert english != shell_of(listener)["cache"]
