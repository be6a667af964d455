"""How many bytes a page costs on the wire: its HTML, and the styles and scripts it names."""

import gzip
from dataclasses import dataclass
from functools import cache
from html.parser import HTMLParser
from pathlib import Path

from django.contrib.staticfiles import finders
from django.templatetags.static import static
from django.test import Client

from tools.measuring.pages import MeasuredPage

KB = 1000
# Compressed, with nothing in the browser's cache.
BUDGET_KB = {"html": 20.0, "css": 25.0, "js": 45.0}
FONTS_KB = 60.0  # of a whole visit: a browser asks for them once


@dataclass(frozen=True)
class PageSize:
    name: str
    html: float
    css: float
    js: float

    @property
    def over(self) -> list[str]:
        return [kind for kind, most in BUDGET_KB.items() if getattr(self, kind) > most]


class _Assets(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.css: list[str] = []
        self.js: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        if tag == "link" and values.get("rel") == "stylesheet":
            self.css.append(values["href"] or "")
        elif tag == "script" and values.get("src"):
            self.js.append(values["src"] or "")


def weigh_page(client: Client, page: MeasuredPage) -> PageSize:
    """Ask for a page, and weigh it with the styles and scripts that it names."""
    response = client.get(page.path, headers={"Accept-Encoding": "gzip"})
    is_packed = response.get("Content-Encoding") == "gzip"
    html = gzip.decompress(response.content) if is_packed else response.content
    assets = _Assets()
    assets.feed(html.decode())
    return PageSize(
        name=page.name,
        html=len(response.content) / KB,
        css=sum(map(_packed, assets.css)) / KB,
        js=sum(map(_packed, assets.js)) / KB,
    )


@cache
def _packed(address: str) -> int:
    """The size of a static file as WhiteNoise packs it."""
    path = finders.find(address.removeprefix(static("")))
    assert isinstance(path, str), f"{address} is no static file"
    return len(gzip.compress(Path(path).read_bytes(), compresslevel=9))
