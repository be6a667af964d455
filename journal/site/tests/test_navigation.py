"""The bar: one section a page, and every page has its place."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

BAR = re.compile(r'<nav class="tabs tabs-main".*?</nav>', re.DOTALL)
LINK = re.compile(r'<a class="tab"\s+href="([^"]*)"(?:\s+aria-current="(\w+)")?')


def tabs(client: Client, address: str) -> list[tuple[str, str]]:
    html = client.get(address, follow=True).content.decode()
    (bar,) = BAR.findall(html)
    return LINK.findall(bar)


def current(client: Client, address: str) -> list[tuple[str, str]]:
    return [(link, value) for link, value in tabs(client, address) if value]


def test_the_bar_has_five_sections(listener: Client) -> None:
    names = ["today", "history", "recap", "stats", "more"]
    there = [link for link, _ in tabs(listener, reverse("journal:more"))]
    assert there == [reverse(f"journal:{name}") for name in names]


@pytest.mark.parametrize("name", ["today", "history", "recap", "stats", "more"])
def test_each_section_is_marked_on_its_own_page(listener: Client, name: str) -> None:
    address = reverse(f"journal:{name}")
    assert current(listener, address) == [(address, "page")]


@pytest.mark.parametrize(
    "name",
    [
        *("journal:songs", "journal:phrases", "journal:listening_page", "journal:settings"),
        *("journal:data", "journal:devices", "journal:emotions", "journal:privacy"),
        *("account_change_password", "mfa_index", "journal:leave"),
    ],
)
def test_everything_behind_more_is_marked_as_such(listener: Client, name: str) -> None:
    assert current(listener, reverse(name)) == [(reverse("journal:more"), "true")]


def test_a_past_day_belongs_to_history(listener: Client) -> None:
    yesterday = timezone.localdate() - dt.timedelta(days=1)
    address = reverse("journal:day", args=[yesterday])
    assert current(listener, address) == [(reverse("journal:history"), "true")]


def test_a_month_to_hear_belongs_to_recap(listener: Client) -> None:
    this = timezone.localdate()
    address = reverse("journal:hear_month", args=[this.year, this.month])
    assert current(listener, address) == [(reverse("journal:recap"), "true")]


def test_more_leads_to_songs_phrases_listening_settings_and_out(listener: Client) -> None:
    html = listener.get(reverse("journal:more")).content.decode()
    main = html[html.index("<main") :]
    for name in ("songs", "phrases", "listening_page", "settings", "emotions"):
        assert f'href="{reverse(f"journal:{name}")}"' in main
    assert f'action="{reverse("account_logout")}"' in main


def test_a_page_that_does_not_exist_has_a_bar_too(listener: Client, settings: Any) -> None:
    html = listener.get("/nowhere/").content.decode()
    assert "aria-current" not in "".join(BAR.findall(html))
